"""Ablation: phase 2 with one exit rule switched, and the effect of the rule."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.comparison import PLAIN
from dipmaster.results.common import Comparison
from dipmaster.results.evaluation.exits import Ablation, AblationFigures

RULES = {
    "dynamic_target": "Dynamic target",
    "trailing": "Trailing stop",
    "full_exit": "Full exit by models",
    "partial_exit": "Partial exit by models",
    "models": "Both exits by models",
    "quarter_hour": "Quarter-hour exit",
}
EFFECTS = ("beneficial", "harmful", "inconclusive")
_UNDER = re.compile(r"^insufficient under [^:]*:")  # which of the two exits: it is in the row


@dataclass(frozen=True)
class Variant:
    """One rule switched, on one set of entries.

    Attributes
    ----------
    state
        What it was switched to.
    figures
        Under phase 2 with the rule switched; `effect` is of the rule itself.
    """

    rule: str
    state: str
    figures: AblationFigures

    @property
    def title(self) -> str:
        """The rule in print."""
        return RULES.get(self.rule, numbers.capital(numbers.spaced(self.rule)))

    @property
    def name(self) -> str:
        """The rule and what it was switched to."""
        return f"{self.title}: {self.state}"

    @property
    def change(self) -> Comparison:
        """Of the mean net of a trade, by the switch, in basis points."""
        return self.figures.change_mean_net_bps

    @property
    def effect(self) -> str:
        """What the rule does."""
        return self.figures.effect

    @property
    def decides_nothing(self) -> bool:
        """Whether every trade is the same with the rule switched."""
        change = self.change
        return change.value is not None and not any((change.value, change.low, change.high))


@dataclass(frozen=True)
class AblationGroup:
    """All rules switched on one set of entries."""

    title: str
    variants: Sequence[Variant]


def variants(rows: Sequence[Ablation]) -> list[AblationGroup]:
    """Every candidate, then what was traded; no set of which nothing can be computed."""
    both = (
        AblationGroup(
            "All candidates", [Variant(row.rule, row.state, row.all) for row in rows]
        ),
        AblationGroup(
            "Trades of phase 2", [Variant(row.rule, row.state, row.traded) for row in rows]
        ),
    )
    return [one for one in both if any(row.change.value is not None for row in one.variants)]


def rules_by_effect(of_all: Sequence[Variant]) -> dict[str, list[str]]:
    """Effect to the rules that have it, over every candidate; no effect that none has."""
    computed = [row for row in of_all if row.change.value is not None]
    groups = {
        effect: [row for row in computed if row.effect == effect and not row.decides_nothing]
        for effect in EFFECTS
    }
    groups["no effect"] = [row for row in computed if row.decides_nothing]
    return {
        effect: [row.title[:1].lower() + row.title[1:] for row in rows]
        for effect, rows in groups.items()
        if rows
    }


def reasons(switched: Sequence[AblationGroup]) -> dict[str, list[str]]:
    """Why a rule's effect is inconclusive, each reason once with the entries it holds for."""
    titles: dict[str, list[str]] = {}
    for entries in switched:
        for row in entries.variants:
            reason = row.change.reason
            if row.effect == "inconclusive" and reason not in ("", PLAIN):
                listed = titles.setdefault(_UNDER.sub("insufficient data:", reason), [])
                if entries.title not in listed:
                    listed.append(entries.title)
    return titles
