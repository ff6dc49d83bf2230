"""Accounts of the phases through time: exposure, volatility, and drawdowns of resampled years."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Gates
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.evaluation.phase import JudgedPhase
from dipmaster.evaluation.statistics.account_metrics import (
    SQRT_DAYS_PER_YEAR,
    resample_horizon_drawdowns,
)
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import TradeSample, select_out_of_sample_marks
from dipmaster.evaluation.statistics.streams import Stream, build_resampling
from dipmaster.learning.evaluation.clustered import describe_missing_blocks
from dipmaster.results.evaluation.sizing import DrawdownQuantiles, ExposureSeries

RUN_DAYS = 7
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95, 0.975)


def build_exposure_series(phase: JudgedPhase, period: Period) -> ExposureSeries:
    """Mean exposure and turnover by week; days without a bar of any coin are no days."""
    _, marks = select_out_of_sample_marks(phase.ledger.equity, period)
    exposure = phase.ledger.equity["exposure_frac"].to_numpy(dtype=np.float64)[-marks.size :]
    week = np.arange(marks.size) // (BARS_PER_DAY * RUN_DAYS)
    there, weeks = period.has_bars(marks.size), int(week[-1]) + 1
    equity = _mean_by_week(marks[there], week[there], weeks)
    traded = _sum_traded(phase.ledger.fills, period, weeks)
    turnover = np.divide(traded, equity, out=np.zeros(weeks), where=equity > 0.0)
    return ExposureSeries(
        phase=phase.phase.number,
        run_days=RUN_DAYS,
        mean_frac=tuple(_mean_by_week(exposure[there], week[there], weeks).tolist()),
        turnover=tuple(turnover.tolist()),
    )


def _mean_by_week(values: Floats, week: Ints, weeks: int) -> Floats:
    """0 in a week without a bar."""
    count = np.bincount(week, minlength=weeks)
    total = np.bincount(week, weights=values, minlength=weeks)
    return np.divide(total, count, out=np.zeros(weeks), where=count > 0)


def _sum_traded(fills: pd.DataFrame, period: Period, weeks: int) -> Floats:
    """Value bought and sold out of sample in each week, at reference prices."""
    week = period.day_of(to_epoch_ms(fills["time"])) // RUN_DAYS
    value = (fills["quantity"] * fills["reference_price"]).to_numpy(dtype=np.float64)
    late = week >= 0
    return np.bincount(
        np.minimum(week[late], weeks - 1), weights=value[late], minlength=weeks
    ).astype(np.float64)


def measure_volatility(returns: Floats) -> float | None:
    """Standard deviation of daily returns times the root of 365; None where nothing moved."""
    if returns.size < 2 or np.ptp(returns) == 0.0:
        return None
    return float(returns.std(ddof=1)) * SQRT_DAYS_PER_YEAR


def resample_drawdown(
    phase: JudgedPhase, limit_frac: float, gates: Gates, streams_of: int
) -> DrawdownQuantiles:
    """Quantiles of the drawdown over the horizon, of years made of runs of a block's length.

    Parameters
    ----------
    streams_of
        The phase whose stream of random numbers is used: accounts resampled by one stream
        live through the same days.
    """
    horizon, sample = gates.drawdown_horizon_days, phase.evaluation.sample
    reason = describe_missing_blocks(sample.blocks_with_trades)
    drawn = np.empty(0) if reason else _draw(sample, horizon, gates, streams_of)
    return DrawdownQuantiles(
        phase=phase.phase.number,
        horizon_days=horizon,
        levels=LEVELS,
        frac=tuple(np.quantile(drawn, LEVELS).tolist()) if drawn.size else (),
        limit_frac=limit_frac,
        within_limit_frac=float(np.mean(drawn < limit_frac)) if drawn.size else None,
        reason=reason,
    )


def _draw(sample: TradeSample, horizon: int, gates: Gates, streams_of: int) -> Floats:
    resampling = build_resampling(streams_of, Stream.PAIRED_HISTORIES, gates)
    return resample_horizon_drawdowns(sample, horizon, float(gates.block_days), resampling)


def measure_volatilities(phases: Sequence[JudgedPhase]) -> dict[str, float | None]:
    """Annual volatility of every account, by its phase as text."""
    return {
        str(one.phase.number): measure_volatility(one.evaluation.sample.days.returns)
        for one in phases
    }
