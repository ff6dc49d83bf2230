"""Made results of the stage volatility."""

from dipmaster.core.params.volatility import FORECAST_NAMES
from dipmaster.results.volatility.forecasts import (
    CoinForecasts,
    CostOfChoice,
    DieboldMarianoVerdict,
    ForecastAccuracy,
    ForecastResults,
    ForecastTest,
    ModelConfidenceSet,
    PooledForecasts,
    PooledForecastTest,
    TooFewForecasts,
)
from dipmaster.results.volatility.garch import CoinGarch, GarchFit, NoGarchFit
from dipmaster.results.volatility.record import SeasonFactors, VolatilityResults
from dipmaster.results.volatility.regimes import (
    DetectionDelay,
    DetectorResults,
    RegimeAccuracy,
    RegimeResults,
    RegimeShares,
    RegimesNotJudged,
)
from tests.made.common import BOUNDARY, COINS, interval
from tests.made.patterns import flat_week, intraday, no_spillover, spillover

TOO_FEW = "fewer than 14 days of forecasts"
SUMMARY = """                           Zero Mean - GARCH Model Results
=====================================================================================
Dep. Variable:                             y   R-squared:                          --
Vol Model:                             GARCH   Log-Likelihood:                6414.41
Distribution:                         Normal   AIC:                          -12822.8"""


def volatility(coins: tuple[str, ...] = COINS, known: bool = True) -> VolatilityResults:
    """Forecasts and regimes judged; `known`: whether the latent state is known."""
    return VolatilityResults(
        out_of_sample_from=BOUNDARY,
        forecast_used="garch",
        forecasts=ForecastResults(
            horizon_bars=24,
            origin_bars=12,
            hac_lags=24,
            by_symbol=dict.fromkeys(coins, coin_forecasts()),
            pooled=PooledForecasts(
                origins=13198,
                qlike={
                    "garch": 0.5233,
                    "rv_ewma": 0.5587,
                    "har": 0.4474,
                    "range_har": 0.4074,
                    "har_range": 0.4198,
                },
                garch_versus={
                    "rv_ewma": pooled_test(-4.71, 2.5e-6, "better", -0.0354),
                    "har": pooled_test(16.7, 1.4e-62, "worse", 0.0759),
                    "range_har": pooled_test(20.1, 7.3e-90, "worse", 0.1159),
                    "har_range": pooled_test(19.2, 3.7e-82, "worse", 0.1035),
                },
                har_versus={
                    "garch": pooled_test(-16.7, 1.4e-62, "better", -0.0759),
                    "rv_ewma": pooled_test(-18.0, 1.9e-72, "better", -0.1113),
                    "range_har": pooled_test(11.3, 1.3e-29, "worse", 0.04),
                    "har_range": pooled_test(14.6, 2.8e-48, "worse", 0.0276),
                },
                confidence_set=ModelConfidenceSet(
                    level=0.05,
                    mean_block_origins=24,
                    reps=1000,
                    members=("range_har", "har_range"),
                    p_values={
                        "garch": 0.0,
                        "rv_ewma": 0.0,
                        "har": 0.004,
                        "range_har": 1.0,
                        "har_range": 0.127,
                    },
                ),
                cost_of_choice=CostOfChoice(
                    used="garch",
                    best="range_har",
                    test=pooled_test(20.1, 7.3e-90, "worse", 0.1159),
                ),
            ),
        ),
        regimes=regimes(known),
        regime_shares=RegimeShares(
            low=0.347, normal=0.495, high=0.158, unknown=0.0, no_new_trades=0.011
        ),
        garch=dict.fromkeys(coins, coin_garch()),
        seasonality=SeasonFactors(weekday=(1.0,) * 24, weekend=(0.8,) * 24),
        spillover=spillover(coins, known),
        intraday=intraday(coins),
    )


def pooled_test(
    dm: float, p: float, verdict: DieboldMarianoVerdict, difference: float
) -> PooledForecastTest:
    return PooledForecastTest(dm=dm, p=p, verdict=verdict, difference=difference)


def coin_forecasts() -> CoinForecasts:
    accuracy = ForecastAccuracy(
        qlike=0.533,
        mse_1e6=52.75,
        mz_intercept=0.0012,
        mz_slope=0.374,
        mz_slope_se=0.042,
        mz_wald_p=2.6e-52,
        mz_r2=0.16,
    )
    return CoinForecasts(
        origins=13198,
        forecasts=dict.fromkeys(FORECAST_NAMES, accuracy),
        garch_versus={
            "rv_ewma": ForecastTest(dm=-2.16, p=0.031, verdict="better"),
            "har": ForecastTest(dm=8.65, p=5.2e-18, verdict="worse"),
            "range_har": ForecastTest(dm=9.91, p=3.8e-23, verdict="worse"),
            "har_range": ForecastTest(dm=9.77, p=1.5e-22, verdict="worse"),
        },
    )


def coin_garch() -> CoinGarch:
    fit = GarchFit(
        fitted_at_ms=1735516800000,
        returns=8640,
        omega=8.1e-5,
        alpha=0.1339,
        beta=0.8661,
        nu=None,
        log_likelihood=6414.41,
        kernel_log_likelihood=6414.41,
        aic=-12822.82,
        bic=-12801.63,
        summary=SUMMARY,
    )
    return CoinGarch(
        fits=104, not_converged=0, integrated=101, median_confidence=0.91, last_window=fit
    )


def regimes(known: bool) -> RegimeResults:
    def detector(accuracy: float) -> DetectorResults:
        proxy = regime_accuracy(accuracy - 0.1)
        if not known:
            return DetectorResults(proxy=proxy)
        return DetectorResults(
            proxy=proxy,
            market_truth=regime_accuracy(accuracy),
            coin_truth=regime_accuracy(0.76),
            market_delay=delay(122, 3.5),
            coin_delay=delay(1320, 4.1),
        )

    return RegimeResults(
        target=0.9,
        detector_used="market",
        market=detector(0.844),
        coin=detector(0.725),
        naive=detector(0.706),
        hierarchical_market=detector(0.982),
        hierarchical=detector(0.924),
        range_class=detector(0.762),
        episodes=123 if known else None,
    )


def delay(changes: int, median_hours: float) -> DetectionDelay:
    return DetectionDelay(
        changes=changes,
        undetected=7,
        median_hours=median_hours,
        mean_hours=4.8,
        p90_hours=7.8,
    )


def regime_accuracy(accuracy: float) -> RegimeAccuracy:
    return RegimeAccuracy(
        bars=1_584_000,
        confusion=((4, 1, 0), (1, 4, 0), (0, 1, 5)),
        accuracy=interval(accuracy, 0.05),
        balanced_accuracy=interval(accuracy - 0.01, 0.1),
        kappa=interval(0.61, 0.1),
        majority_baseline=0.528,
    )


def too_short(coins: tuple[str, ...] = COINS) -> VolatilityResults:
    """Nothing could be judged: reasons instead of figures."""
    few = TooFewForecasts(origins=12, reason=TOO_FEW)
    none = CoinGarch(
        fits=0,
        not_converged=0,
        integrated=0,
        median_confidence=None,
        last_window=NoGarchFit(reason="fewer than 7 days of returns before every refit"),
    )
    return VolatilityResults(
        out_of_sample_from=BOUNDARY,
        forecast_used="garch",
        forecasts=ForecastResults(
            horizon_bars=24,
            origin_bars=12,
            hac_lags=24,
            by_symbol=dict.fromkeys(coins, few),
            pooled=few,
        ),
        regimes=RegimesNotJudged(reason="less than a day out of sample"),
        regime_shares=RegimeShares(
            low=None, normal=None, high=None, unknown=None, no_new_trades=None
        ),
        garch=dict.fromkeys(coins, none),
        seasonality=SeasonFactors(weekday=(1.0,) * 24, weekend=(0.8,) * 24),
        spillover=no_spillover(coins),
        intraday=flat_week(TOO_FEW, coins),
    )
