"""Forecasts against what followed: QLIKE, MSE, Mincer-Zarnowitz, Diebold-Mariano, out of sample.

The target is the realised variance of the next 24 bars (2 hours) in daily
units; forecasts are compared in variance. QLIKE, rv/f - log(rv/f) - 1, and MSE
rank forecasts as the true variance would (Patton 2011).
"""

import math
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params.evaluation import LEAST_BLOCKS
from dipmaster.core.params.volatility import ForecastEvaluation
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.learning.evaluation.minimum_data import describe_shortage
from dipmaster.results.volatility import forecasts as results
from dipmaster.volatility.baselines import mean_of_next_bars

GARCH = "garch"
MSE_UNIT = 1e6  # squared daily variances are of the order 1e-6
TOO_FEW = "fewer than {days} days of forecasts with a known outcome"


def qlike(outcome: Floats, forecast: Floats) -> Floats:
    """QLIKE loss of variances; 0 where they agree."""
    ratio = outcome / forecast
    return np.asarray(ratio - np.log(ratio) - 1.0, dtype=np.float64)


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
    params: ForecastEvaluation,
) -> results.ForecastResults:
    """Table forecast x symbol, and the pooled verdicts on GARCH.

    Parameters
    ----------
    returns
        Shape (coins, bars).
    forecasts
        Name to daily volatility, shape (coins, bars); "garch" is among them.
    first_bar
        The out-of-sample period begins here.
    """
    origins = np.arange(first_bar, returns.shape[1], params.origin_bars, dtype=np.int64)
    outcome = compute_targets(returns)[:, origins]
    variances = {name: values[:, origins] ** 2 for name, values in forecasts.items()}
    known = np.isfinite(outcome)
    for values in variances.values():
        known &= np.isfinite(values) & (values > 0.0)
    return results.ForecastResults(
        horizon_bars=24,
        origin_bars=params.origin_bars,
        hac_lags=_hac_lags(params),
        by_symbol={
            symbol: _evaluate_coin(
                outcome[i], {n: v[i] for n, v in variances.items()}, known[i], params
            )
            for i, symbol in enumerate(symbols)
        },
        pooled=_evaluate_pooled(outcome, variances, known, params),
    )


def _hac_lags(params: ForecastEvaluation) -> int:
    """Lags of the long-run variance, at least the overlap of two targets."""
    overlap = math.ceil(24 / params.origin_bars)
    return max(overlap, round(params.hac_days * BARS_PER_DAY / params.origin_bars))


def has_enough(origins: int, params: ForecastEvaluation) -> bool:
    """Whether so many forecasts cover the days that a verdict needs."""
    return origins * params.origin_bars >= params.min_days * BARS_PER_DAY


def _evaluate_coin(
    outcome: Floats, variances: Mapping[str, Floats], known: Bools, params: ForecastEvaluation
) -> results.CoinForecasts | results.TooFewForecasts:
    rv = outcome[known]
    if not has_enough(rv.size, params):
        return results.TooFewForecasts(origins=rv.size, reason=TOO_FEW.format(days=params.min_days))
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
        cov_type="HAC", cov_kwds={"maxlags": _hac_lags(params), "use_correction": True}
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


def compare_diebold_mariano(
    rv: Floats, garch: Floats, other: Floats, params: ForecastEvaluation
) -> results.ForecastTest:
    """Test of equal QLIKE; a positive statistic says GARCH lost more."""
    from statsmodels.tsa.stattools import diebold_mariano_test

    withheld = _withhold_test(np.array_equal(garch, other), rv.size, params)
    if withheld:
        return withheld
    test = diebold_mariano_test(rv, garch, other, lags=_hac_lags(params), criterion=qlike)
    return _rule_on_difference(float(test.statistic), float(test.pvalue), params)


def _withhold_test(
    equal: bool, origins: int, params: ForecastEvaluation
) -> results.ForecastTest | None:
    """What stands for a test of equal forecasts, or of those that fill too few blocks."""
    blocks = origins * params.origin_bars // (params.block_days * BARS_PER_DAY)
    kinds = blocks, LEAST_BLOCKS, f"blocks of {params.block_days} days"
    reason = "" if equal else describe_shortage(kinds)
    if not equal and not reason:
        return None
    return results.ForecastTest(dm=None, p=None, verdict="inconclusive", reason=reason)


def _rule_on_difference(
    statistic: float, p: float, params: ForecastEvaluation
) -> results.ForecastTest:
    verdict: results.DieboldMarianoVerdict = "inconclusive"
    if p < params.alpha:
        verdict = "worse" if statistic > 0.0 else "better"
    return results.ForecastTest(dm=statistic, p=p, verdict=verdict)


def _evaluate_pooled(
    outcome: Floats, variances: Mapping[str, Floats], known: Bools, params: ForecastEvaluation
) -> results.PooledForecasts | results.TooFewForecasts:
    """All coins as one: losses averaged over the coins known at an origin, then one test.

    Coins move together; averaging first leaves their correlation in the series
    whose long-run variance is taken.
    """
    present: Ints = np.flatnonzero(known.any(axis=0))
    if not has_enough(present.size, params):
        return results.TooFewForecasts(
            origins=present.size, reason=TOO_FEW.format(days=params.min_days)
        )
    count = known[:, present].sum(axis=0)
    series = {}
    for name, values in variances.items():
        loss = np.where(
            known, qlike(np.where(known, outcome, 1.0), np.where(known, values, 1.0)), 0
        )
        series[name] = loss[:, present].sum(axis=0) / count
    return results.PooledForecasts(
        origins=present.size,
        qlike={name: float(losses.mean()) for name, losses in series.items()},
        garch_versus={
            name: results.PooledForecastTest(
                **asdict(compare_mean_losses(series[GARCH] - losses, params)),
                difference=float((series[GARCH] - losses).mean()),
            )
            for name, losses in series.items()
            if name != GARCH
        },
    )


def compare_mean_losses(difference: Floats, params: ForecastEvaluation) -> results.ForecastTest:
    """Diebold-Mariano on a series of loss differences: is its mean 0, HAC."""
    from statsmodels.regression.linear_model import OLS

    withheld = _withhold_test(not difference.any(), difference.size, params)
    if withheld:
        return withheld
    model = OLS(difference, np.ones(difference.size)).fit(
        cov_type="HAC", cov_kwds={"maxlags": _hac_lags(params), "use_correction": False}
    )
    return _rule_on_difference(float(model.tvalues[0]), float(model.pvalues[0]), params)
