"""Forecasts against what followed: QLIKE, MSE, Mincer-Zarnowitz, Diebold-Mariano, out of sample.

The target is the realised variance of the next 24 bars (2 hours) in daily
units; forecasts are compared in variance. QLIKE, rv/f - log(rv/f) - 1, and MSE
rank forecasts as the true variance would (Patton 2011).
"""

from collections.abc import Mapping

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params.volatility import ForecastEvaluation
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.results.volatility import forecasts as results
from dipmaster.volatility.baselines import mean_of_next_bars
from dipmaster.volatility.diebold_mariano import (
    compare_diebold_mariano,
    count_hac_lags,
    find_shortage,
    qlike,
)
from dipmaster.volatility.garch_forecast import HORIZON
from dipmaster.volatility.pooled_accuracy import evaluate_pooled

GARCH = "garch"
MSE_UNIT = 1e6  # squared daily variances are of the order 1e-6


def compute_targets(returns: Floats) -> Floats:
    """Realised variance of the next 24 bars in daily units, NaN where one is missing or all are 0.

    Parameters
    ----------
    returns
        Log returns, shape (..., bars), NaN where missing.
    """
    outcome = BARS_PER_DAY * mean_of_next_bars(returns**2)
    return np.where(outcome > 0.0, outcome, np.nan)


def evaluate_forecasts(
    symbols: tuple[str, ...],
    returns: Floats,
    forecasts: Mapping[str, Floats],
    first_bar: int,
    used: str,
    params: ForecastEvaluation,
) -> results.ForecastResults:
    """Table forecast x symbol, and the pooled verdicts.

    Parameters
    ----------
    returns
        Shape (coins, bars).
    forecasts
        Name to daily volatility, shape (coins, bars); "garch" and "har" are among
        them.
    first_bar
        The out-of-sample period begins here.
    used
        Name of the forecast that everything else goes by.
    """
    origins = np.arange(first_bar, returns.shape[1], params.origin_bars, dtype=np.int64)
    outcome = compute_targets(returns)[:, origins]
    variances = {name: values[:, origins] ** 2 for name, values in forecasts.items()}
    known = np.isfinite(outcome)
    for values in variances.values():
        known &= np.isfinite(values) & (values > 0.0)
    return results.ForecastResults(
        horizon_bars=HORIZON,
        origin_bars=params.origin_bars,
        hac_lags=count_hac_lags(params),
        by_symbol={
            symbol: _evaluate_coin(
                outcome[i], {n: v[i] for n, v in variances.items()}, known[i], params
            )
            for i, symbol in enumerate(symbols)
        },
        pooled=evaluate_pooled(outcome, variances, known, used, params),
    )


def _evaluate_coin(
    outcome: Floats, variances: Mapping[str, Floats], known: Bools, params: ForecastEvaluation
) -> results.CoinForecasts | results.TooFewForecasts:
    rv = outcome[known]
    shortage = find_shortage(rv.size, params)
    if shortage:
        return shortage
    coin_variances = {name: values[known] for name, values in variances.items()}
    return results.CoinForecasts(
        origins=rv.size,
        forecasts={name: measure_accuracy(rv, f, params) for name, f in coin_variances.items()},
        garch_versus={
            name: compare_diebold_mariano(rv, coin_variances[GARCH], f, params)
            for name, f in coin_variances.items()
            if name != GARCH
        },
    )


def measure_accuracy(
    rv: Floats, forecast: Floats, params: ForecastEvaluation
) -> results.ForecastAccuracy:
    """Mean losses, and the regression of outcome on forecast with HAC errors.

    An unbiased forecast has intercept 0 and slope 1. For one that never changes no slope can
    be seen: there is a reason instead.
    """
    mean_qlike = float(qlike(rv, forecast).mean())
    mse_1e6 = MSE_UNIT * float(((rv - forecast) ** 2).mean())
    if np.ptp(forecast) <= 1e-9 * forecast.mean():
        return results.ForecastAccuracy(
            qlike=mean_qlike, mse_1e6=mse_1e6, mz_reason="the forecast never changes"
        )
    from statsmodels.regression.linear_model import OLS

    design = np.column_stack([np.ones(rv.size), forecast])
    model = OLS(rv, design).fit(
        cov_type="HAC", cov_kwds={"maxlags": count_hac_lags(params), "use_correction": True}
    )
    wald = model.wald_test((np.eye(2), np.array([0.0, 1.0])), use_f=False, scalar=True)
    return results.ForecastAccuracy(
        qlike=mean_qlike,
        mse_1e6=mse_1e6,
        mz_intercept=float(model.params[0]),
        mz_slope=float(model.params[1]),
        mz_slope_se=float(model.bse[1]),
        mz_wald_p=float(wald.pvalue),
        mz_r2=float(model.rsquared),
    )
