"""Section `volatility`: measures, forecasts and regimes, all from the past alone."""

from typing import Any, Literal, get_args

from pydantic import Field, model_validator

from dipmaster.core.params.base import Section, frac, number

ForecastName = Literal["garch", "rv_ewma", "har", "range_har", "har_range"]
FORECAST_NAMES: tuple[ForecastName, ...] = get_args(ForecastName)


class Seasonality(Section):
    """Intraday seasonality of volatility: hours of a day and the weekend."""

    window_days: int = number("days it is estimated from", ge=1, le=3650)
    prior_days: float = number("weight of a flat profile, in days", ge=0.1, le=365)


class Garch(Section):
    """GARCH(1,1) on de-seasonalised returns, mean zero."""

    innovations: Literal["normal", "student_t"] = Field(description="innovations' distribution")
    window_days: int = number("rolling window of a fit", ge=2, le=365)
    min_days: int = number("with fewer days of returns there is no fit", ge=1, le=365)
    refit_days: int = number("days between fits; 7 is Monday 00:00 UTC", ge=1, le=365)
    max_passes: int = number("passes over the window at most, a start", ge=5, le=10_000)

    @model_validator(mode="after")
    def _check_order(self) -> "Garch":
        if self.min_days > self.window_days:
            raise ValueError("min_days must not exceed window_days")
        return self


class Har(Section):
    """Log-linear regression of the next 2 hours on those before, by squares or by ranges."""

    window_days: int = number("rolling window of a fit", ge=2, le=3650)
    min_days: int = number("with fewer days of rows there is no fit", ge=1, le=365)

    @model_validator(mode="after")
    def _check_order(self) -> "Har":
        if self.min_days > self.window_days:
            raise ValueError("min_days must not exceed window_days")
        return self


class RegimeWeights(Section):
    """Weights of the four measures in the level."""

    realised: float = frac("realised volatility")
    garch: float = frac("GARCH forecast")
    intraday: float = frac("range-based volatility")
    cross_asset: float = frac("volatility of all coins")

    @model_validator(mode="after")
    def _check_sum(self) -> "RegimeWeights":
        total = self.realised + self.garch + self.intraday + self.cross_asset
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"the weights must sum to 1, they sum to {total:g}")
        return self


def _size_factor(description: str, *, le: float = 1.0) -> Any:
    """A factor on sizes from 0.01 on."""
    return frac(description, ge=0.01, le=le)


class SizeFactors(Section):
    """Factor on the size of a position, by regime; used from phase 3 on.

    Never 0: an order of size 0 is one whose Kelly fraction is 0, and filters leave orders out.
    """

    low: float = _size_factor("low volatility")
    normal: float = _size_factor("normal volatility")
    high: float = _size_factor("high volatility")


class GaussianPart(Section):
    """Part of the log volatility that returns to zero: an AR(1) process."""

    sd: float = number("standard deviation in the long run, log units", ge=0.001, le=5)
    halflife_days: float = number("days after which half of it is left", ge=0.01, le=3650)


class HierarchicalFilter(Section):
    """Forward filter of the market's state with an offset and slow parts of each coin."""

    home_days: float = number("mean days a coin shares the market's state", ge=0.1, le=3650)
    away_days: float = number("mean days it is in a neighbouring one", ge=0.1, le=3650)
    level: GaussianPart
    slow: GaussianPart
    fast: GaussianPart
    market: GaussianPart
    noise_sd: float = number("noise of an hour's observation, the coin's own", ge=0.01, le=5)
    common_noise_sd: float = number("the same, shared by all coins", ge=0.001, le=5)
    outlier_frac: float = frac("share of observations with more noise", ge=0.0, le=0.5)
    outlier_variance: float = number("variance that these have besides", ge=0.01, le=25)
    histories: int = number("histories of the market's state kept", ge=3, le=100)
    memory_days: float = number("days after which a change is forgotten", ge=0.1, le=365)


RegimeDetector = Literal["by_source", "level_filter", "hierarchical", "range_class"]


class Regime(Section):
    """Classes of volatility by daily level."""

    detector: RegimeDetector = Field(
        description="by_source: hierarchical on simulated bars, range_class on raw ones"
    )
    pooling: Literal["market", "coin"] = Field(
        description="level_filter: the market's regime for all coins, or each coin's own"
    )
    low_daily_frac: float = frac("daily volatility up to which the regime is low")
    normal_daily_frac: float = frac("daily volatility up to which it is normal; high above")
    no_new_trades_daily_frac: float = frac("daily volatility above which nothing is bought")
    weights: RegimeWeights
    size_factors: SizeFactors
    dwell_days: float = number("mean length of a regime, for both filters", ge=0.1, le=365)
    log_level_sd: float = number("level_filter: sd of the log level within a regime", ge=0.01, le=5)
    independent_bars: int = number(
        "level_filter: bars after which a level is a new observation", ge=1, le=2880
    )
    hierarchical: HierarchicalFilter

    @model_validator(mode="after")
    def _check_order(self) -> "Regime":
        thresholds = self.low_daily_frac, self.normal_daily_frac, self.no_new_trades_daily_frac
        if not 0.0 < thresholds[0] < thresholds[1] < thresholds[2]:
            raise ValueError(
                "low_daily_frac, normal_daily_frac and no_new_trades_daily_frac must rise"
            )
        return self


class ForecastEvaluation(Section):
    """How forecasts and regimes are evaluated."""

    seed: int = number("root of the bootstrap's stream", ge=0, le=2**32 - 1)
    alpha: float = frac("two-sided level of the Diebold-Mariano verdict", ge=0.0001, le=0.2)
    origin_bars: int = number("a forecast is evaluated every so many bars", ge=1, le=288)
    hac_days: float = number("lags of the long-run variance, in days", ge=0.1, le=30)
    min_days: int = number("fewer days of forecasts: no verdict", ge=2, le=3650)
    block_days: int = number("bootstrap block; at least twice the mean dwell", ge=1, le=365)
    bootstrap_reps: int = number("bootstrap replications", ge=100, le=1_000_000)


class Spillover(Section):
    """Rising correlation of volatility between coins, and what it takes off sizes."""

    window_bars: int = number("window of the correlation", ge=24, le=100_000)
    rise_bars: int = number("bars over which a correlation rises", ge=1, le=2016)
    rise: float = number("rise of the correlation that is an event", ge=0.0, le=2.0)
    past_quantile: float = frac("or beyond this quantile of the pair's past rises", ge=0.5)
    min_past_days: int = number("past rises a quantile needs, in days", ge=1, le=3650)
    pairs_frac: float = frac("share of its pairs that puts a coin in event", ge=0.01)
    min_coins: int = number("coins in event at once that make one of the market", ge=1, le=1000)
    recent_bars: int = number("bars for which an event reduces sizes", ge=1, le=2016)
    reduction_frac: float = frac("taken off a size where all pairs are in event", le=0.99)
    grace_bars: int = number("an episode may be found so long after its end", ge=0, le=288)


class IntradaySizeFactors(Section):
    """Factor on the size of a position, by recommendation, never 0; used from phase 3 on."""

    favourable: float = _size_factor("low volatility of the next hour", le=2.0)
    normal: float = _size_factor("neither", le=2.0)
    cautious: float = _size_factor("high volatility of the next hour", le=2.0)


class Intraday(Section):
    """Patterns of hours and weekdays; the rest is that of `seasonality`."""

    weekday_prior_weeks: float = number("weight of no difference between weekdays", ge=0.1, le=520)
    confidence_prior_days: float = number("weight of all hours in the error of one", ge=0.1, le=365)
    favourable_below_hourly_frac: float = frac("hourly volatility below which it is favourable")
    cautious_above_hourly_frac: float = frac("hourly volatility above which it is cautious")
    size_factors: IntradaySizeFactors

    @model_validator(mode="after")
    def _check_order(self) -> "Intraday":
        if not 0.0 < self.favourable_below_hourly_frac < self.cautious_above_hourly_frac:
            raise ValueError(
                "favourable_below_hourly_frac and cautious_above_hourly_frac must rise from above 0"
            )
        return self


class Volatility(Section):
    """Measures, forecasts, regimes, spillover and intraday patterns."""

    forecast: ForecastName = Field(
        description="the forecast the strategy uses; never chosen by results"
    )
    seasonality: Seasonality
    short_bars: int = number("window of the shortest measure", ge=6, le=288)
    middle_bars: int = number("window of the measures in the regime", ge=12, le=2880)
    long_bars: int = number("window of the longest measure", ge=24, le=8640)
    range_window_days: int = number("days that bring ranges to bipower's mean", ge=2, le=365)
    ewma_halflife_bars: float = number("half-life of RV-EWMA", ge=1, le=8640)
    garch: Garch
    har: Har
    regime: Regime
    evaluation: ForecastEvaluation
    spillover: Spillover
    intraday: Intraday

    @model_validator(mode="after")
    def _check_order(self) -> "Volatility":
        if not self.short_bars < self.middle_bars < self.long_bars:
            raise ValueError("short_bars, middle_bars and long_bars must rise")
        return self
