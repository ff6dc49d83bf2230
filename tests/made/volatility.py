"""Made results of the stage volatility."""

from dataclasses import replace

from dipmaster.results.volatility.forecasts import (
    CoinForecasts,
    DieboldMarianoVerdict,
    ForecastAccuracy,
    ForecastResults,
    ForecastTest,
    PooledForecasts,
    PooledForecastTest,
    TooFewForecasts,
)
from dipmaster.results.volatility.garch import CoinGarch, GarchFit, NoGarchFit
from dipmaster.results.volatility.intraday import (
    IntradayResults,
    PatternSkill,
    RecommendationShares,
    WeekProfile,
)
from dipmaster.results.volatility.record import SeasonFactors, VolatilityResults
from dipmaster.results.volatility.regimes import (
    DetectionDelay,
    DetectorResults,
    RegimeAccuracy,
    RegimeResults,
    RegimeShares,
    RegimesNotJudged,
)
from dipmaster.results.volatility.spillover import (
    CoinSpillover,
    EpisodeScores,
    EpisodesNotJudged,
    MonthlyCorrelations,
    SpilloverEvent,
    SpilloverResults,
)
from tests.made.common import BOUNDARY, COINS, interval

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
                qlike={"garch": 0.5233, "har": 0.4474, "rv_ewma": 0.5587},
                garch_versus={
                    "har": pooled_test(16.7, 1.4e-62, "worse", 0.076),
                    "rv_ewma": pooled_test(-4.71, 2.5e-6, "better", -0.035),
                },
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


def spillover(coins: tuple[str, ...] = COINS, known: bool = True) -> SpilloverResults:
    event = SpilloverEvent(
        first="2024-04-30T23:20:00Z",
        last="2024-05-01T02:25:00Z",
        coins=coins,
        intensity=1.0,
        rise=0.191,
    )
    scores = EpisodeScores(
        episodes=81,
        events=70,
        hits=3,
        hit_rate=3 / 81,
        false_alarms_per_week=0.853,
        median_delay_bars=45.0,
        grace_bars=24,
        chance_hit_rate=0.0385,
        chance_high=0.0864,
        p_value=0.617,
    )
    months = ("2023-01-01", "2023-02-01", "2023-03-01")
    pairs = tuple((a, b) for i, a in enumerate(coins) for b in coins[i + 1 :])
    return SpilloverResults(
        window_bars=2016,
        events=70,
        events_per_week=0.89,
        largest=(event, replace(event, coins=coins[:2], intensity=0.6, rise=0.055)),
        coins=dict.fromkeys(
            coins, CoinSpillover(in_event_frac=0.006, adjusted_frac=0.018, mean_factor=0.9962)
        ),
        scores=scores if known else EpisodesNotJudged(reason="the episodes are not known"),
        correlations=MonthlyCorrelations(
            months=months, pairs=pairs, means=((None, 0.28, 0.35),) * len(pairs)
        ),
    )


def no_spillover(coins: tuple[str, ...] = COINS) -> SpilloverResults:
    """Too short for a single window."""
    base = spillover(coins, known=False)
    nothing = CoinSpillover(in_event_frac=None, adjusted_frac=None, mean_factor=None)
    unknown = replace(base.correlations, means=((None,) * 3,) * len(base.correlations.pairs))
    return replace(
        base,
        events=0,
        events_per_week=None,
        largest=(),
        coins=dict.fromkeys(coins, nothing),
        correlations=unknown,
    )


def intraday(coins: tuple[str, ...] = COINS) -> IntradayResults:
    hours = tuple(1.0 + 0.2 * ((hour + 3) % 24 / 12 - 1) for hour in range(24))
    skill = PatternSkill(
        origins=13199,
        qlike={"week": 0.741, "season": 0.739, "flat": 0.771},
        median_qlike={"week": 0.512, "season": 0.51, "flat": 0.541},
        against_flat=ForecastTest(dm=-8.05, p=8.3e-16, verdict="better"),
        against_season=ForecastTest(dm=1.64, p=0.102, verdict="inconclusive"),
        covered_frac=0.699,
    )
    return IntradayResults(
        profile=WeekProfile(
            heat_map=(hours,) * 7,
            hours=hours,
            weekdays=(1.05,) * 5 + (0.85, 0.88),
            asia=0.94,
            europe=1.0,
            americas=1.06,
            peak_hours=(20, 19, 18),
            low_hours=(21, 22, 23),
        ),
        measured_hourly_frac=((None, *(0.006 * hour for hour in hours[1:])), *((hours,) * 6)),
        recommendations=RecommendationShares(
            favourable=0.536, normal=0.45, cautious=0.014, unknown=0.0
        ),
        pooled=skill,
        by_symbol=dict.fromkeys(coins, skill),
    )


def no_intraday(coins: tuple[str, ...] = COINS) -> IntradayResults:
    """Too short for a verdict."""
    few = TooFewForecasts(origins=12, reason=TOO_FEW)
    nothing = RecommendationShares(favourable=None, normal=None, cautious=None, unknown=None)
    return replace(
        intraday(coins),
        measured_hourly_frac=((None,) * 24,) * 7,
        recommendations=nothing,
        pooled=few,
        by_symbol=dict.fromkeys(coins, few),
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
        forecasts=dict.fromkeys(("garch", "rv_ewma", "har"), accuracy),
        garch_versus={
            "har": ForecastTest(dm=8.65, p=5.2e-18, verdict="worse"),
            "rv_ewma": ForecastTest(dm=-2.16, p=0.031, verdict="better"),
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
        )

    delay = DetectionDelay(
        detector="market",
        changes=122,
        undetected=7,
        median_hours=3.5,
        mean_hours=4.8,
        p90_hours=7.8,
    )
    return RegimeResults(
        target=0.9,
        detector_used="market",
        market=detector(0.844),
        coin=detector(0.725),
        naive=detector(0.706),
        episodes=123 if known else None,
        delay=delay if known else None,
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
        intraday=no_intraday(coins),
    )
