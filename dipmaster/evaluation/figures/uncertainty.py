"""A phase held against random entries, and what its intervals rest on."""

import numpy as np

from dipmaster.backtest import metrics
from dipmaster.core.kernels import Floats
from dipmaster.core.params import Gates
from dipmaster.core.time_units import DAYS_PER_YEAR
from dipmaster.evaluation.figures.breakdowns import mean_or_none, quantile_or_none
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics import account_metrics, trade_metrics
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.random_entry.excess import (
    compute_joint_half_width,
    compute_p_value,
)
from dipmaster.evaluation.statistics.streams import Stream, build_resampling
from dipmaster.learning.evaluation.clustered import clopper_pearson
from dipmaster.results.common import Band, Interval, IntervalBounds
from dipmaster.results.evaluation.random_entry import RandomEntryFigures, UncertaintyFigures
from dipmaster.results.metrics import EXCESS_WIN_RATE, SHARPE

NO_BOUNDS = IntervalBounds(None, None)


def build_random_entry(evaluation: PhaseEvaluation, gates: Gates) -> RandomEntryFigures:
    """The trades against the pool of random entries, and the bands of random portfolios."""
    pool, draws = evaluation.random_entry.pool, evaluation.random_entry.draws
    blocks = evaluation.sample.only(pool.matched).blocks_with_trades
    excess = evaluation.estimators[EXCESS_WIN_RATE.key](gates.alpha)
    return RandomEntryFigures(
        matched_trades=int(pool.matched.sum()),
        pool=int(pool.return_frac.size),
        draws=int(draws.win_rate.size),
        win_rate=_build_band(draws.win_rate, gates.alpha),
        profit_factor=_build_band(draws.profit_factor, gates.alpha),
        mean_net_bps=_build_band(draws.mean_net_bps, gates.alpha),
        p_value=compute_p_value(excess, blocks, gates.alpha),
        excess_win_rate=Interval(excess.value, excess.low, excess.high),
        excess_blocks_together=_bound_blocks_together(evaluation, excess, gates),
    )


def _bound_blocks_together(
    evaluation: PhaseEvaluation, excess: Estimate, gates: Gates
) -> IntervalBounds:
    """The narrower interval, right where strata match perfectly; shown, never judged."""
    if excess.value is None or excess.low is None:
        return NO_BOUNDS
    pool = evaluation.random_entry.pool
    half = compute_joint_half_width(evaluation.sample.only(pool.matched), pool, gates.alpha)
    return IntervalBounds(excess.value - half, excess.value + half)


def _build_band(values: Floats, alpha: float) -> Band:
    """None where some portfolio's figure is infinite: without it the band would lie too low."""
    if not np.isfinite(values).all():
        return Band(mean=None, low=None, high=None)
    return Band(
        mean=mean_or_none(values),
        low=quantile_or_none(values, alpha),
        high=quantile_or_none(values, 1.0 - alpha),
    )


def build_uncertainty(evaluation: PhaseEvaluation, gates: Gates) -> UncertaintyFigures:
    """Design effect, bounds by other methods, and figures that are shown beside the gates."""
    sample, returns = evaluation.sample, evaluation.sample.days.returns
    rate = metrics.win_rate(sample.return_frac)
    target = next(row.target for row in evaluation.gates.rows if row.metric == SHARPE.key)
    hac, bootstrap, probabilistic = _build_sharpe_bounds(evaluation, gates)
    probability = account_metrics.compute_probabilistic_sharpe(returns, target)
    return UncertaintyFigures(
        design_effect_win_rate=trade_metrics.estimate_design_effect(sample),
        clopper_pearson_if_independent=NO_BOUNDS
        if rate is None
        else IntervalBounds(*clopper_pearson(rate, float(sample.trades), gates.alpha)),
        sharpe_hac=hac,
        sharpe_bootstrap=bootstrap,
        sharpe_psr=probabilistic,
        probabilistic_sharpe=None if probabilistic.low is None else probability,
        lo_eta_365=metrics.lo_eta(returns, DAYS_PER_YEAR, gates.block_days),
        daily_vol_annual_frac=_compute_annual_volatility(returns),
        profit_factor_equal_notional=metrics.profit_factor(sample.return_frac, sample.return_frac),
    )


def _compute_annual_volatility(returns: Floats) -> float | None:
    return float(returns.std(ddof=1) * np.sqrt(DAYS_PER_YEAR)) if returns.size > 1 else None


def _build_sharpe_bounds(evaluation: PhaseEvaluation, gates: Gates) -> tuple[IntervalBounds, ...]:
    """By three methods; none where the gate has none."""
    sample = evaluation.sample
    if evaluation.estimators[SHARPE.key](gates.alpha).low is None:
        return NO_BOUNDS, NO_BOUNDS, NO_BOUNDS
    bounds = account_metrics.compute_sharpe_bounds(
        sample.days.returns,
        gates.alpha,
        sample.blocks_with_trades,
        build_resampling(evaluation.phase, Stream.SHARPE, gates),
    )
    three = (bounds.hac, bounds.bootstrap, bounds.probabilistic)
    return tuple(IntervalBounds(pair.low, pair.high) for pair in three)
