"""Claims of the roadmap held against intervals, and those that no phase measures yet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dipmaster.evaluation.figures.breakdowns import Record

Json = Mapping[str, Any]
WHOLE = 0  # the "phase" of lines that speak of the whole plan
MET, NOT_MET, INCONCLUSIVE, NOT_BUILT = "KEPT", "NOT KEPT", "NOT SHOWN", "NOT BUILT"


@dataclass(frozen=True)
class Claim:
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
            raise ValueError(f"claim {self.id} has no number")
        return self.target[0] if isinstance(self.target, tuple) else self.target

    def at_least(self, measured: Json, n: int, too_small: str, beside: str = "") -> Record:
        """Met where the lower bound reaches the target."""
        low, high = _bounds(measured)
        met, missed = low is not None and low >= self.least, high is not None and high < self.least
        return self._judged(measured, n, met, missed, too_small, beside)

    def below(self, measured: Json, n: int, too_small: str, beside: str = "") -> Record:
        """Met where the upper bound lies below the target."""
        low, high = _bounds(measured)
        met, missed = high is not None and high < self.least, low is not None and low >= self.least
        return self._judged(measured, n, met, missed, too_small, beside)

    def between(self, measured: Json, n: int, too_small: str, beside: str = "") -> Record:
        """Met where the whole interval lies in the range, ends included."""
        if not isinstance(self.target, tuple):
            raise ValueError(f"claim {self.id} has no range")
        low, high = _bounds(measured)
        if low is None or high is None:
            return self._judged(measured, n, False, False, too_small, beside)
        met = self.target[0] <= low and high <= self.target[1]
        missed = high < self.target[0] or low > self.target[1]
        return self._judged(measured, n, met, missed, too_small, beside)

    def _judged(
        self, measured: Json, n: int, met: bool, missed: bool, too_small: str, beside: str
    ) -> Record:
        verdict, why = INCONCLUSIVE, "the target lies inside the interval"
        if too_small or None in _bounds(measured):
            why = too_small or measured.get("reason") or "cannot be computed"
        elif met:
            verdict, why = MET, "the whole interval keeps it"
        elif missed:
            verdict, why = NOT_MET, "the whole interval misses it"
        known = beside and measured["value"] is not None
        return self.record(measured, n, verdict, f"{why}; {beside}" if known else why)

    def not_shown(self, why: str, n: int = 0) -> Record:
        """Nothing could be measured."""
        return self.record({}, n, INCONCLUSIVE, why)

    def record(self, measured: Json, n: int, verdict: str, reason: str) -> Record:
        """The line as validate.json has it."""
        return {
            "id": self.id,
            "phase": self.phase,
            "section": self.section,
            "promise": self.words,
            "target": list(self.target) if isinstance(self.target, tuple) else self.target,
            "unit": self.unit,
            "value": measured.get("value"),
            "low": measured.get("low"),
            "high": measured.get("high"),
            "n": n,
            "verdict": verdict,
            "reason": reason,
        }


def _bounds(measured: Json) -> tuple[float | None, float | None]:
    return measured.get("low"), measured.get("high")


# Lines that no phase measures yet; a phase that does replaces the one of the same id.
_UNMEASURED = (
    Claim("3.sharpe", "3", "Sharpe ratio +300 %, to 1.5 (its matrix: 1.8)", 1.5, "ratio", 3),
    Claim("3.targeting", "3", "volatility within 2 % of its target", 0.02, "points", 3),
    Claim("3.risk_adjusted", "3", "risk-adjusted returns +25 %", 0.25, "frac", 3),
    Claim("4.win_rate", "4", "win rate another +3 to +5 points", (0.03, 0.05), "points", 4),
    Claim("4.precision", "4", "precision raised by alternative data", 0.0, "points", 4),
    Claim("4.false_signals", "4", "fewer false signals by several sources", 0.0, "points", 4),
    Claim(
        "plan.weeks",
        "Deployment plan",
        "built in weeks 1 to 8, rolled out in weeks 1 to 8",
        None,
        "words",
        WHOLE,
    ),
    Claim(
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


def all_claims(measured: Sequence[Record], built: Collection[int]) -> list[Record]:
    """The roadmap's lines, in its order: those that were measured, then the others.

    Parameters
    ----------
    built
        Numbers of the phases that were evaluated.
    """
    ids = {row["id"] for row in measured}
    others = [claim for claim in _UNMEASURED if claim.id not in ids]
    return [*measured, *(claim.record({}, 0, NOT_BUILT, _why(claim, built)) for claim in others)]


def _why(claim: Claim, built: Collection[int]) -> str:
    missing = "does not measure it" if claim.phase in built else "is not built"
    return _PLAN.get(claim.id, f"phase {claim.phase} {missing}")
