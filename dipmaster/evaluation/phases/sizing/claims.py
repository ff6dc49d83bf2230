"""What the roadmap claims of phase 3, line by line, and what was measured."""

from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from dipmaster.backtest import metrics
from dipmaster.core.kernels import Floats
from dipmaster.core.params import Gates
from dipmaster.core.params.roadmap import RISK_ADJUSTED_FRAC, STATED_SHARPE, TARGETING_TOLERANCE
from dipmaster.evaluation.claims import Claim
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics.account_metrics import SQRT_DAYS_PER_YEAR, resample_sharpe
from dipmaster.evaluation.statistics.streams import Stream, build_resampling
from dipmaster.learning.evaluation.clustered import describe_missing_blocks, t_critical
from dipmaster.results.common import Interval
from dipmaster.results.evaluation.claims import RoadmapClaim
from dipmaster.results.evaluation.volatility_target import OverlayFigures
from dipmaster.results.metrics import SHARPE

TOLERANCE = (-TARGETING_TOLERANCE, TARGETING_TOLERANCE)
GAIN = Claim("3.sharpe", "3", "Sharpe ratio +300 %, to 1.5 (its matrix: 1.8)", 1.5, "ratio", 3)
TARGETING = Claim("3.targeting", "3", "volatility within 2 % of its target", TOLERANCE, "points", 3)
RISK_ADJUSTED = Claim(
    "3.risk_adjusted", "3", "risk-adjusted returns +25 %", RISK_ADJUSTED_FRAC, "frac", 3
)


def measure_claims(
    this: PhaseEvaluation,
    before: PhaseEvaluation,
    overlay: OverlayFigures,
    too_small: str,
    gates: Gates,
) -> tuple[RoadmapClaim, ...]:
    """The three lines of phase 3.

    Parameters
    ----------
    overlay
        Of unit risk: what targeting alone can do.
    too_small
        Why nothing may be concluded from the trades of phases 2 and 3; empty where
        something may.
    """
    trades, sharpe = this.sample.trades, this.estimators[SHARPE.key](gates.alpha)
    measured = Interval(sharpe.value, sharpe.low, sharpe.high, sharpe.reason)
    judged = not too_small and measured.low is not None and measured.high is not None
    earlier = metrics.sharpe_annual(before.sample.days.returns)
    return (
        GAIN.at_least(
            measured, trades, too_small, _beside(sharpe.value, earlier) if judged else ""
        ),
        _targeting(overlay),
        RISK_ADJUSTED.at_least(
            compare_relative_sharpe(this, before, gates),
            trades,
            too_small,
            "Sharpe ratio over that of phase 2, less one",
        ),
    )


def _beside(value: float | None, earlier: float | None) -> str:
    """Beside the ratio that was judged; without bounds it is no base for a percentage."""
    if value is None or earlier is None:
        return ""
    stated = f"{100 * (value / STATED_SHARPE - 1.0):+,.0f} % on the document's own {STATED_SHARPE}"
    return f"phase 2 has {earlier:.2f}; {stated}"


def _targeting(overlay: OverlayFigures) -> RoadmapClaim:
    """Of the unit-risk overlay, not of the account, which is out of the market nearly always."""
    realised = overlay.realised
    value, low, high = (
        None if x is None else x - overlay.target
        for x in (realised.value, realised.low, realised.high)
    )
    beside = "" if realised.value is None else (
        f"volatility of the unit-risk overlay {100 * realised.value:.1f} % against a target of "
        f"{100 * overlay.target:g} %"
    )  # fmt: skip
    gap = Interval(value, low, high, realised.reason)
    return TARGETING.between(gap, realised.n, "", beside)


def compare_relative_sharpe(
    this: PhaseEvaluation, before: PhaseEvaluation, gates: Gates
) -> Interval:
    """Later Sharpe ratio over the earlier one, less one, paired by day.

    Bounds are quantiles of the ratio over the same resampled days, widened by t / z; a ratio
    to a Sharpe ratio that may be 0 says nothing, so there is none where resampled days of
    the earlier account reach 0 or below beyond alpha.
    """
    days = [one.sample.days.returns for one in (this, before)]
    values = [metrics.sharpe_annual(returns) for returns in days]
    if values[0] is None or values[1] is None:
        return Interval(None, None, None, "an account never moved")
    if values[1] <= 0.0:
        return Interval(None, None, None, "the Sharpe ratio of phase 2 is not above 0")
    ratio = values[0] / values[1] - 1.0
    blocks = min(one.sample.blocks_with_trades for one in (this, before))
    missing = describe_missing_blocks(blocks)
    if missing:
        return Interval(ratio, None, None, missing)
    resampling = build_resampling(this.phase, Stream.PAIRED_DAYS, gates)
    drawn = [SQRT_DAYS_PER_YEAR * resample_sharpe(returns, resampling) for returns in days]
    if float(np.mean(drawn[1] <= 0.0)) > gates.alpha:
        why = "the Sharpe ratio of phase 2 is not shown to be above 0"
        return Interval(ratio, None, None, why)
    return _bound(ratio, drawn[0], drawn[1], gates.alpha, blocks)


def _bound(ratio: float, later: Floats, earlier: Floats, alpha: float, blocks: int) -> Interval:
    above = earlier > 0.0
    drawn = later[above] / earlier[above] - 1.0
    wider = t_critical(blocks - 1, alpha) / float(-ndtri(alpha))
    low, high = ratio + wider * (np.quantile(drawn, [alpha, 1.0 - alpha]) - ratio)
    return replace(
        Interval(ratio, None, None), low=min(float(low), ratio), high=max(float(high), ratio)
    )
