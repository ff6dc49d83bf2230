"""Skill of the pattern: QLIKE of the next hour's variance against no pattern, Diebold-Mariano."""

from collections.abc import Mapping

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params import Volatility
from dipmaster.core.params.volatility import ForecastEvaluation
from dipmaster.core.time_units import BARS_PER_HOUR
from dipmaster.results.volatility import intraday as results
from dipmaster.results.volatility.forecasts import TooFewForecasts
from dipmaster.volatility.clock import SEASON_CELLS, GridClock
from dipmaster.volatility.diebold_mariano import compare_mean_losses, find_shortage, qlike
from dipmaster.volatility.intraday.prediction import (
    IntradayPatterns,
    measure_next_hour,
    predict_next_hour,
)

WEEK, SEASON, FLAT = "week", "season", "flat"


def measure_skill(
    symbols: tuple[str, ...],
    returns: Floats,
    season: Floats,
    patterns: IntradayPatterns,
    clock: GridClock,
    first_bar: int,
    params: Volatility,
) -> tuple[
    results.PatternSkill | TooFewForecasts, dict[str, results.PatternSkill | TooFewForecasts]
]:
    """Skill of all coins as one, and of each coin, every `origin_bars` from `first_bar` on.

    Parameters
    ----------
    season
        From `season.estimate_profiles`, shape (days, 48): the season alone is the second
        benchmark.
    """
    origins = np.arange(first_bar, clock.bars, params.evaluation.origin_bars, dtype=np.int64)
    cells, bars = clock.season_cells(BARS_PER_HOUR), params.long_bars
    flat = np.ones((clock.days, SEASON_CELLS))
    predictions = {
        WEEK: patterns.predicted,
        SEASON: predict_next_hour(returns, season, cells, clock, bars),
        FLAT: predict_next_hour(returns, flat, cells, clock, bars),
    }
    outcome = measure_next_hour(returns)[:, origins]
    known: Bools = np.isfinite(outcome)
    for values in predictions.values():
        known &= np.isfinite(values[:, origins])
    losses = {
        name: np.where(known, qlike(outcome**2, values[:, origins] ** 2), np.nan)
        for name, values in predictions.items()
    }
    error = np.abs(np.log(outcome / patterns.predicted[:, origins]))
    spread = -np.log(patterns.confidence[:, origins])
    covered = np.where(np.isfinite(spread) & known, error <= spread, np.nan)
    evaluation = params.evaluation
    return _judge(losses, covered, known, evaluation), {
        symbol: _judge(
            {name: values[[i]] for name, values in losses.items()},
            covered[[i]],
            known[[i]],
            evaluation,
        )
        for i, symbol in enumerate(symbols)
    }


def _judge(
    losses: Mapping[str, Floats], covered: Floats, known: Bools, params: ForecastEvaluation
) -> results.PatternSkill | TooFewForecasts:
    """Losses averaged over the coins of an origin first: coins move together."""
    present = np.flatnonzero(known.any(axis=0))
    shortage = find_shortage(present.size, params)
    if shortage:
        return shortage
    count = known[:, present].sum(axis=0)
    series = {
        name: np.where(known, values, 0.0)[:, present].sum(axis=0) / count
        for name, values in losses.items()
    }
    scored = covered[np.isfinite(covered)]
    return results.PatternSkill(
        origins=present.size,
        qlike={name: float(values.mean()) for name, values in series.items()},
        median_qlike={name: float(np.median(values)) for name, values in series.items()},
        against_flat=compare_mean_losses(series[WEEK], series[FLAT], params),
        against_season=compare_mean_losses(series[WEEK], series[SEASON], params),
        covered_frac=float(scored.mean()) if scored.size else None,
    )
