"""Loss of a variance forecast, and tests of equal loss (Diebold and Mariano 1995)."""

import math

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.evaluation import LEAST_BLOCKS
from dipmaster.core.params.volatility import ForecastEvaluation
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.learning.evaluation.minimum_data import describe_shortage
from dipmaster.results.volatility import forecasts as results
from dipmaster.volatility.garch_forecast import HORIZON

TOO_FEW = "fewer than {days} days of forecasts with a known outcome"


def qlike(outcome: Floats, forecast: Floats) -> Floats:
    """QLIKE loss of variances; 0 where they agree."""
    ratio = outcome / forecast
    return np.asarray(ratio - np.log(ratio) - 1.0, dtype=np.float64)


def count_hac_lags(params: ForecastEvaluation) -> int:
    """Lags of the long-run variance in origins, at least the overlap of two targets."""
    overlap = math.ceil(HORIZON / params.origin_bars)
    return max(overlap, round(params.hac_days * BARS_PER_DAY / params.origin_bars))


def find_shortage(origins: int, params: ForecastEvaluation) -> results.TooFewForecasts | None:
    """What stands for an evaluation of too few forecasts; None where there are enough."""
    if origins * params.origin_bars >= params.min_days * BARS_PER_DAY:
        return None
    return results.TooFewForecasts(origins=origins, reason=TOO_FEW.format(days=params.min_days))


def describe_few_blocks(origins: int, params: ForecastEvaluation) -> str:
    """Why nothing is tested on forecasts that fill too few blocks; empty where they fill enough."""
    blocks = origins * params.origin_bars // (params.block_days * BARS_PER_DAY)
    return describe_shortage((blocks, LEAST_BLOCKS, f"blocks of {params.block_days} days"))


def compare_diebold_mariano(
    rv: Floats, forecast: Floats, other: Floats, params: ForecastEvaluation
) -> results.ForecastTest:
    """Test of equal QLIKE; a positive statistic says that the other forecast lost less."""
    from statsmodels.tsa.stattools import diebold_mariano_test

    withheld = _withhold_test(np.array_equal(forecast, other), rv.size, params)
    if withheld:
        return withheld
    test = diebold_mariano_test(rv, forecast, other, lags=count_hac_lags(params), criterion=qlike)
    return _rule_on_difference(float(test.statistic), float(test.pvalue), params)


def compare_mean_losses(
    losses: Floats, other: Floats, params: ForecastEvaluation
) -> results.PooledForecastTest:
    """The same on two series of losses: is the mean of their difference 0, HAC."""
    difference = losses - other
    mean, test = float(difference.mean()), _test_mean(difference, params)
    return results.PooledForecastTest(
        dm=test.dm, p=test.p, verdict=test.verdict, reason=test.reason, difference=mean
    )


def _test_mean(difference: Floats, params: ForecastEvaluation) -> results.ForecastTest:
    from statsmodels.regression.linear_model import OLS

    withheld = _withhold_test(not difference.any(), difference.size, params)
    if withheld:
        return withheld
    model = OLS(difference, np.ones(difference.size)).fit(
        cov_type="HAC", cov_kwds={"maxlags": count_hac_lags(params), "use_correction": False}
    )
    return _rule_on_difference(float(model.tvalues[0]), float(model.pvalues[0]), params)


def _withhold_test(
    equal: bool, origins: int, params: ForecastEvaluation
) -> results.ForecastTest | None:
    """What stands for a test of equal forecasts, or of those that fill too few blocks."""
    reason = "" if equal else describe_few_blocks(origins, params)
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
