"""Claims of the roadmap held against intervals, and those that no phase measures yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dipmaster.results.common import ClaimVerdict, Comparison, Interval, SampleInterval
from dipmaster.results.evaluation.claims import ClaimUnit, RoadmapClaim
from dipmaster.results.evaluation.signal_quality import Consistency

WHOLE = 0  # the "phase" of lines that speak of the whole plan
MET: ClaimVerdict = "met"
NOT_MET: ClaimVerdict = "not met"
INCONCLUSIVE: ClaimVerdict = "inconclusive"
INSUFFICIENT: ClaimVerdict = "insufficient data"
NOT_MEASURED: ClaimVerdict = "not measured"


Bounded = Interval | SampleInterval | Comparison | Consistency
"""A figure with bounds, None where it cannot be computed, and the reason why."""

NOTHING = Interval(None, None, None)


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
    unit: ClaimUnit
    phase: int = 1

    @property
    def least(self) -> float:
        """The number to reach; the near end of a range."""
        if self.target is None:
            raise ValueError(f"claim {self.id} has no number")
        return self.target[0] if isinstance(self.target, tuple) else self.target

    def at_least(self, measured: Bounded, n: int, too_small: str, beside: str = "") -> RoadmapClaim:
        """Met where the lower bound reaches the target.

        Parameters
        ----------
        too_small
            Why nothing may be concluded; empty where something may.
        beside
            What belongs beside the reason where there is a value.
        """
        low, high, least = measured.low, measured.high, self.least
        met, missed = low is not None and low >= least, high is not None and high < least
        return self._judge(measured, n, met, missed, too_small, beside)

    def below(self, measured: Bounded, n: int, too_small: str, beside: str = "") -> RoadmapClaim:
        """Met where the upper bound lies below the target."""
        low, high, least = measured.low, measured.high, self.least
        met, missed = high is not None and high < least, low is not None and low >= least
        return self._judge(measured, n, met, missed, too_small, beside)

    def between(self, measured: Bounded, n: int, too_small: str, beside: str = "") -> RoadmapClaim:
        """Met where the whole interval lies in the range, ends included."""
        if not isinstance(self.target, tuple):
            raise ValueError(f"claim {self.id} has no range")
        low, high, (least, most) = measured.low, measured.high, self.target
        if low is None or high is None:
            return self._judge(measured, n, False, False, too_small, beside)
        met, missed = least <= low and high <= most, high < least or low > most
        return self._judge(measured, n, met, missed, too_small, beside)

    def _judge(
        self, measured: Bounded, n: int, met: bool, missed: bool, too_small: str, beside: str
    ) -> RoadmapClaim:
        verdict, why = INCONCLUSIVE, "the target lies within the confidence interval"
        if too_small or measured.low is None or measured.high is None:
            verdict, why = INSUFFICIENT, too_small or measured.reason or "cannot be computed"
        elif met:
            verdict, why = MET, "the confidence interval meets the target"
        elif missed:
            verdict, why = NOT_MET, "the confidence interval misses the target"
        known = beside and measured.value is not None
        return self.record(measured, n, verdict, f"{why}; {beside}" if known else why)

    def insufficient(self, why: str, n: int = 0) -> RoadmapClaim:
        """Nothing could be measured."""
        return self.record(NOTHING, n, INSUFFICIENT, why)

    def record(self, measured: Bounded, n: int, verdict: ClaimVerdict, reason: str) -> RoadmapClaim:
        """The line as validate.json has it."""
        return RoadmapClaim(
            id=self.id,
            phase=self.phase,
            section=self.section,
            claim=self.words,
            target=self.target,
            unit=self.unit,
            value=measured.value,
            low=measured.low,
            high=measured.high,
            n=n,
            verdict=verdict,
            reason=reason,
        )


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
    "plan.weeks": "no calendar is measured; the plan has building and rollout in the same weeks",
    "plan.resources": "neither market data nor trades show it",
}


def list_claims(
    measured: Sequence[RoadmapClaim], built: Collection[int]
) -> tuple[RoadmapClaim, ...]:
    """The roadmap's lines, in its order: those that were measured, then the others.

    Parameters
    ----------
    built
        Numbers of the phases that were evaluated.
    """
    ids = {claim.id for claim in measured}
    others = [claim for claim in _UNMEASURED if claim.id not in ids]
    unmeasured = (one.record(NOTHING, 0, NOT_MEASURED, _why(one, built)) for one in others)
    return *measured, *unmeasured


def _why(claim: Claim, built: Collection[int]) -> str:
    missing = "does not measure it" if claim.phase in built else "is not built"
    return _PLAN.get(claim.id, f"phase {claim.phase} {missing}")
