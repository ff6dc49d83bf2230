"""What the roadmap claims of phase 2, line by line, and what was measured.

Profit factor: phase 2 against phase 1, each with its own account. Holding and capture:
the entries that both phases opened, as standalone trades under both sets of exits.
"""

from dataclasses import replace

from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.evaluation.claims import Claim
from dipmaster.results.common import Interval, RatioInterval
from dipmaster.results.evaluation.claims import RoadmapClaim
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.exits import ExitResults, HoldingBySubset, ProfitCapture

BAND = (float(HOLDING_BAND_MINUTES[0]), float(HOLDING_BAND_MINUTES[1]))
FACTOR = Claim("2.profit_factor", "2", "profit factor +80 %, from 0.77 to 1.4", 0.80, "frac", 2)
HOLDING = Claim("2.holding", "2", "held 45 to 120 minutes on average", BAND, "minutes", 2)
CAPTURE = Claim("2.capture", "2", "profit capture +40 %", 0.40, "frac", 2)


def measure_claims(
    change: PhaseComparison, exits: ExitResults, trades: int, too_small: str, unpaired: str
) -> tuple[RoadmapClaim, ...]:
    """The three lines of phase 2.

    Parameters
    ----------
    change
        Phase 2 against phase 1.
    trades
        Of phase 2, out of sample.
    too_small
        Why nothing may be concluded from the trades of phases 1 and 2; empty where
        something may.
    unpaired
        The same of the entries that both phases opened.
    """
    factor = change.profit_factor
    more = _more(factor.ratio, factor.reason)
    return (
        FACTOR.at_least(more, trades, too_small, "of phase 2 over phase 1"),
        _holding(exits.holding, too_small or unpaired),
        _capture(exits.mfe_capture, too_small or unpaired),
    )


def _holding(holding: HoldingBySubset, too_small: str) -> RoadmapClaim:
    """Of the mean; how many trades lie in the band is another question, said beside."""
    after = holding.traded.after
    mean, inside = after.mean_minutes, after.in_band_frac.value
    beside = ""
    if inside is not None and not too_small:
        beside = f"{100 * inside:.0f} % of trades lie within the range"
    return HOLDING.between(mean, mean.n, too_small, beside)


def _capture(capture: ProfitCapture, too_small: str) -> RoadmapClaim:
    traded, beside = capture.traded, ""
    if traded.before is not None and traded.after is not None and not too_small:
        beside = (
            "gross profit over the maximum favourable excursion within "
            f"{capture.horizon_bars} bars: "
            f"{100 * traded.before:.1f} % under phase 1's exits, "
            f"{100 * traded.after:.1f} % under phase 2's"
        )
    ratio = traded.ratio
    more = _more(ratio, ratio.reason)
    claim = CAPTURE.at_least(more, traded.n, too_small, beside)
    if claim.value is None and beside:
        return replace(claim, reason=f"{claim.reason}; {beside}")
    return claim


def _more(ratio: Interval | RatioInterval, reason: str) -> Interval:
    """A ratio as a fraction more."""
    value, low, high = (
        None if x is None else x - 1.0 for x in (ratio.value, ratio.low, ratio.high)
    )
    return Interval(value, low, high, reason)
