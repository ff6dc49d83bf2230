"""What the roadmap claims of phase 4, line by line, and what was measured."""

from dipmaster.evaluation.claims import Claim
from dipmaster.results.common import Credit, Interval
from dipmaster.results.evaluation.claims import RoadmapClaim
from dipmaster.results.evaluation.differences import PhaseComparison

WIN_RATE = Claim("4.win_rate", "4", "win rate another +3 to +5 points", (0.03, 0.05), "points", 4)
PRECISION = Claim("4.precision", "4", "precision raised by alternative data", 0.0, "points", 4)
FALSE_SIGNALS = Claim(
    "4.false_signals", "4", "fewer false signals by several sources", 0.0, "points", 4
)
_SAME = "a trade is a signal that was taken: the change in the win rate"


def measure_claims(
    change: PhaseComparison, credit: Credit, trades: int, too_small: str
) -> tuple[RoadmapClaim, ...]:
    """The three lines of phase 4.

    Parameters
    ----------
    change
        Phase 4 against the phase before.
    too_small
        Why nothing may be concluded from the trades of either; empty where something may.
    """
    by_evidence = f"alternative data is {credit.verdict}"
    won = change.win_rate
    high, low = (None if x is None else -x for x in (won.low, won.high))
    lost = Interval(None if won.value is None else -won.value, low, high, won.reason)
    return (
        WIN_RATE.at_least(won, trades, too_small, by_evidence),
        PRECISION.at_least(won, trades, too_small, f"{_SAME}; {by_evidence}"),
        FALSE_SIGNALS.below(
            lost, trades, too_small, f"{_SAME} with the opposite sign; {by_evidence}"
        ),
    )
