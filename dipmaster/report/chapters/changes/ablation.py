"""Ablation: phase 2 with one exit rule switched, all candidates, and the effect of the rule."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.comparison import PLAIN, UNSETTLED
from dipmaster.results.common import Comparison, Interval
from dipmaster.results.evaluation.exits import Ablation

RULES = {
    "dynamic_target": "Dynamic target",
    "trailing": "Trailing stop",
    "full_exit": "Full exit by models",
    "partial_exit": "Partial exit by models",
    "models": "Both exits by models",
    "quarter_hour": "Quarter-hour exit",
}
EFFECTS = ("beneficial", "harmful", "inconclusive", "insufficient data")
NO_EFFECT = "no effect"


@dataclass(frozen=True)
class RuleVariant:
    """One rule switched.

    Attributes
    ----------
    state
        What it was switched to.
    change
        Of the mean net return per candidate by the switch, basis points.
    effect
        Of the rule itself.
    """

    rule: str
    state: str
    change: Comparison
    effect: str

    @property
    def title(self) -> str:
        """The rule in print."""
        return RULES.get(self.rule, numbers.capital(numbers.spaced(self.rule)))

    @property
    def name(self) -> str:
        """The rule, and where phase 2 does not use it that it was added."""
        return f"{self.title} (not used; if added)" if self.state == "on" else self.title

    @property
    def contribution(self) -> Interval:
        """Mean net return per candidate with the rule less that without it, basis points."""
        change = self.change
        if self.state == "on":
            return Interval(change.value, change.low, change.high)
        return Interval(_minus(change.value), _minus(change.high), _minus(change.low))

    @property
    def verdict(self) -> str:
        """The effect of the rule; none where every trade is the same with the rule switched."""
        return NO_EFFECT if self.decides_nothing else self.effect

    @property
    def decides_nothing(self) -> bool:
        """Whether every trade is the same with the rule switched."""
        change = self.change
        return change.value is not None and not any((change.value, change.low, change.high))


def _minus(value: float | None) -> float | None:
    return None if value is None else 0.0 - value


def variants(rows: Sequence[Ablation]) -> list[RuleVariant]:
    """Every rule of which something can be computed."""
    every = [
        RuleVariant(row.rule, row.state, row.all.change_mean_net_bps, row.all.effect)
        for row in rows
    ]
    return [row for row in every if row.change.value is not None]


def rules_by_effect(rows: Sequence[RuleVariant]) -> dict[str, list[str]]:
    """Effect to the rules that have it; no effect that none has."""
    groups = {
        effect: [row.title[:1].lower() + row.title[1:] for row in rows if row.verdict == effect]
        for effect in (*EFFECTS, NO_EFFECT)
    }
    return {effect: names for effect, names in groups.items() if names}


def reasons(rows: Sequence[RuleVariant]) -> list[str]:
    """Why effects are not settled, each reason once; the plain reason needs no words."""
    every = [row.change.reason for row in rows if row.verdict in UNSETTLED]
    return [reason for reason in dict.fromkeys(every) if reason not in ("", PLAIN)]
