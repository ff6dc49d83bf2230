"""A promise held against an interval, and the promises of phases that are not built."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dipmaster.evaluation.figures.breakdowns import Record

Json = Mapping[str, Any]
WHOLE = 0  # the "phase" of lines that speak of the whole plan


@dataclass(frozen=True)
class Promise:
    """One line of the roadmap.

    Attributes
    ----------
    target
        A number to reach, or a range.
    unit
        points (a fraction that is shown as points), frac, ratio, minutes or words.
    """

    id: str
    section: str
    words: str
    target: float | tuple[float, float] | None
    unit: str
    phase: int = 1

    @property
    def least(self) -> float:
        """The number to reach; the near end of a range."""
        if self.target is None:
            raise ValueError(f"promise {self.id} has no number")
        return self.target[0] if isinstance(self.target, tuple) else self.target

    def at_least(self, found: Json, n: int, too_small: str, told: str = "") -> Record:
        """Kept where the lower bound reaches the target."""
        low, high = _bounds(found)
        kept, broken = low is not None and low >= self.least, high is not None and high < self.least
        return self._ruled(found, n, kept, broken, too_small, told)

    def below(self, found: Json, n: int, too_small: str, told: str = "") -> Record:
        """Kept where the upper bound lies below the target."""
        low, high = _bounds(found)
        kept, broken = high is not None and high < self.least, low is not None and low >= self.least
        return self._ruled(found, n, kept, broken, too_small, told)

    def between(self, found: Json, n: int, too_small: str, told: str = "") -> Record:
        """Kept where the whole interval lies in the range, ends included."""
        if not isinstance(self.target, tuple):
            raise ValueError(f"promise {self.id} has no range")
        low, high = _bounds(found)
        if low is None or high is None:
            return self._ruled(found, n, False, False, too_small, told)
        kept = self.target[0] <= low and high <= self.target[1]
        broken = high < self.target[0] or low > self.target[1]
        return self._ruled(found, n, kept, broken, too_small, told)

    def _ruled(
        self, found: Json, n: int, kept: bool, broken: bool, too_small: str, told: str
    ) -> Record:
        verdict, why = "NOT SHOWN", "the target lies inside the interval"
        if too_small or None in _bounds(found):
            why = too_small or found.get("reason") or "cannot be computed"
        elif kept:
            verdict, why = "KEPT", "the whole interval keeps it"
        elif broken:
            verdict, why = "NOT KEPT", "the whole interval misses it"
        known = told and found["value"] is not None
        return self.record(found, n, verdict, f"{why}; {told}" if known else why)

    def not_shown(self, why: str, n: int = 0) -> Record:
        """Nothing could be measured."""
        return self.record({}, n, "NOT SHOWN", why)

    def record(self, found: Json, n: int, verdict: str, reason: str) -> Record:
        """The line as validate.json has it."""
        return {
            "id": self.id,
            "phase": self.phase,
            "section": self.section,
            "promise": self.words,
            "target": list(self.target) if isinstance(self.target, tuple) else self.target,
            "unit": self.unit,
            "value": found.get("value"),
            "low": found.get("low"),
            "high": found.get("high"),
            "n": n,
            "verdict": verdict,
            "reason": reason,
        }


def _bounds(found: Json) -> tuple[float | None, float | None]:
    return found.get("low"), found.get("high")


_LATER = (
    Promise("3.sharpe", "3", "Sharpe ratio +300 %, to 1.5 (its matrix: 1.8)", 1.5, "ratio", 3),
    Promise("3.targeting", "3", "volatility within 2 % of its target", 0.02, "points", 3),
    Promise("3.risk_adjusted", "3", "risk-adjusted returns +25 %", 0.25, "frac", 3),
    Promise("4.win_rate", "4", "win rate another +3 to +5 points", (0.03, 0.05), "points", 4),
    Promise("4.precision", "4", "precision raised by alternative data", 0.0, "points", 4),
    Promise("4.false_signals", "4", "fewer false signals by several sources", 0.0, "points", 4),
    Promise(
        "plan.weeks",
        "Deployment plan",
        "built in weeks 1 to 8, rolled out in weeks 1 to 8",
        None,
        "words",
        WHOLE,
    ),
    Promise(
        "plan.resources",
        "Implementation priority",
        "2-3 ML engineers, 1 risk manager, 1 infrastructure engineer",
        None,
        "words",
        WHOLE,
    ),
)
_PLAN = {
    "plan.weeks": "nothing of the rollout is built; building and rolling out claim the same weeks",
    "plan.resources": "no measurement of bars or trades can speak to it",
}


def later_promises() -> list[Record]:
    """The roadmap's lines for what is not built."""
    return [
        promise.record(
            {}, 0, "NOT BUILT", _PLAN.get(promise.id, f"phase {promise.phase} is not built")
        )
        for promise in _LATER
    ]
