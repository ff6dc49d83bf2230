"""Forecasts of all coins as one: mean losses, tests, confidence set, what the choice costs.

Coins move together; averaging their losses first leaves their correlation in
the series whose long-run variance is taken.
"""

from collections.abc import Mapping

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params.volatility import ForecastEvaluation
from dipmaster.results.volatility import forecasts as results
from dipmaster.volatility.confidence_set import find_confidence_set
from dipmaster.volatility.diebold_mariano import compare_mean_losses, find_shortage, qlike


def evaluate_pooled(
    outcome: Floats,
    variances: Mapping[str, Floats],
    known: Bools,
    used: str,
    params: ForecastEvaluation,
) -> results.PooledForecasts | results.TooFewForecasts:
    """Losses averaged over the coins known at an origin, then one test of each pair.

    Parameters
    ----------
    outcome
        Realised variance, shape (coins, origins); `variances` the same by forecast.
    known
        Where the outcome and every forecast are.
    used
        The forecast that everything else goes by.
    """
    present = known.any(axis=0)
    shortage = find_shortage(int(present.sum()), params)
    if shortage:
        return shortage
    losses = {
        name: average_over_coins(outcome, values, known)[present]
        for name, values in variances.items()
    }
    return results.PooledForecasts(
        origins=int(present.sum()),
        qlike={name: float(series.mean()) for name, series in losses.items()},
        garch_versus=_compare_with_others("garch", losses, params),
        har_versus=_compare_with_others("har", losses, params),
        confidence_set=find_confidence_set(losses, params),
        cost_of_choice=measure_cost(used, losses, params),
    )


def average_over_coins(outcome: Floats, forecast: Floats, known: Bools) -> Floats:
    """QLIKE of each origin, mean over the coins known there, shape (origins,); 0 without any."""
    loss = qlike(np.where(known, outcome, 1.0), np.where(known, forecast, 1.0))
    total = np.where(known, loss, 0.0).sum(axis=0)
    return np.asarray(total / np.maximum(known.sum(axis=0), 1), dtype=np.float64)


def measure_cost(
    used: str, losses: Mapping[str, Floats], params: ForecastEvaluation
) -> results.CostOfChoice:
    """The forecast in use against the one of least mean loss, which no set leaves out."""
    best = min(losses, key=lambda name: float(losses[name].mean()))
    return results.CostOfChoice(
        used=used, best=best, test=compare_mean_losses(losses[used], losses[best], params)
    )


def _compare_with_others(
    base: str, losses: Mapping[str, Floats], params: ForecastEvaluation
) -> dict[str, results.PooledForecastTest]:
    return {
        name: compare_mean_losses(losses[base], series, params)
        for name, series in losses.items()
        if name != base
    }
