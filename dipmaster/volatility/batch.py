"""Bars of all coins to measures, forecasts and regimes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel, to_epoch_ms, to_timestamps
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params import Volatility
from dipmaster.core.params.market import Source
from dipmaster.core.time_units import BAR_MS
from dipmaster.volatility.baselines import compute_season_ahead, forecast_har, forecast_rv_ewma
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.columns import (
    SHARED,
    STORED_TYPES,
    GarchColumns,
    IntradayColumns,
    SpilloverColumns,
    VolatilityForecasts,
    collect_columns,
    to_daily_forecast,
)
from dipmaster.volatility.detectors import Regimes, combine_regimes, select_detector
from dipmaster.volatility.garch import GarchPath, fit_rolling_garch
from dipmaster.volatility.hierarchical import detect_states
from dipmaster.volatility.intraday.prediction import IntradayPatterns, model_intraday
from dipmaster.volatility.measures import (
    Measures,
    compute_log_ranges,
    compute_log_returns,
    compute_measures,
    mask_unusable_bars,
)
from dipmaster.volatility.range_class import forecast_classes
from dipmaster.volatility.range_har import combine_forecasts, forecast_range_har
from dipmaster.volatility.regime import filter_levels
from dipmaster.volatility.season import estimate_profiles, season_factors
from dipmaster.volatility.spillover.analysis import SpilloverSeries, analyze_spillover


@dataclass(frozen=True)
class MarketVolatility:
    """Everything about the volatility of one market, coins in rows, bars in columns.

    Attributes
    ----------
    returns
        Log returns close to close, NaN where either bar is missing.
    exists
        Where a coin has a bar.
    profile
        Season of each day, shape (days, 48).
    garch
        Fits and forecasts a coin.
    """

    symbols: tuple[str, ...]
    clock: GridClock
    returns: Floats
    exists: Bools
    profile: Floats
    measures: Measures
    garch: list[GarchPath]
    forecasts: VolatilityForecasts
    regimes: Regimes
    spillover: SpilloverSeries
    intraday: IntradayPatterns

    def index_of(self, times: "pd.Series[pd.Timestamp]") -> Ints:
        """Places on the grid of times that lie on it."""
        return np.asarray((to_epoch_ms(times) - self.clock.first_ms) // BAR_MS, dtype=np.int64)


def compute_volatility(panel: Panel, params: Volatility, source: Source) -> MarketVolatility:
    """Measures, forecasts and regimes of every bar, each from closed bars alone.

    Parameters
    ----------
    panel
        From `dipmaster.core.panel.align_bars`.
    params
        Section `volatility`.
    source
        Of the bars; `regime.detector: by_source` follows it.
    """
    bars = mask_unusable_bars(panel)
    clock = GridClock(int(panel.open_time[0]), panel.bars)
    returns = compute_log_returns(bars)
    profile = estimate_profiles(returns, clock, params.seasonality)
    season = season_factors(profile, clock)
    measures = compute_measures(bars, returns, season, params)
    paths = map_in_threads(
        lambda row: fit_rolling_garch(row, profile, clock, params.garch), list(returns), "GARCH"
    )
    squares, ranges = (returns / season) ** 2, compute_log_ranges(bars) / season
    forecasts = _compute_forecasts(
        squares,
        ranges,
        compute_season_ahead(profile, clock),
        paths,
        clock,
        params,
    )
    levels = filter_levels(
        measures.bipower_middle,
        np.stack([path.level_daily for path in paths]),
        measures.intraday,
        measures.cross_asset,
        params.regime,
    )
    regimes = combine_regimes(
        levels,
        detect_states(ranges, squares, clock, params),
        forecast_classes(ranges, squares, profile, clock, params),
        select_detector(params.regime, source),
        params.regime,
    )
    exists = np.isfinite(panel.close)
    return MarketVolatility(
        panel.symbols,
        clock,
        returns,
        exists,
        profile,
        measures,
        paths,
        forecasts,
        regimes,
        spillover=analyze_spillover(returns, clock, params),
        intraday=model_intraday(returns, profile, clock, params),
    )


def _compute_forecasts(
    squares: Floats,
    ranges: Floats,
    season_ahead: Floats,
    paths: list[GarchPath],
    clock: GridClock,
    params: Volatility,
) -> VolatilityForecasts:
    """Squares and ranges de-seasonalised, shape (coins, bars); the season is put back."""
    refit_days = params.garch.refit_days

    def forecast_coin(rows: tuple[Floats, Floats]) -> list[Floats]:
        coin_squares, coin_ranges = rows
        variances = (
            forecast_rv_ewma(coin_squares, params.ewma_halflife_bars),
            forecast_har(coin_squares, clock, params.har, refit_days),
            forecast_range_har(coin_ranges, coin_squares, clock, params.har, refit_days),
        )
        return [to_daily_forecast(variance, season_ahead) for variance in variances]

    rows = list(zip(squares, ranges, strict=True))
    by_coin = map_in_threads(forecast_coin, rows, "baselines")
    ewma, har, range_har = (np.stack(coins) for coins in zip(*by_coin, strict=True))
    garch = np.stack([path.daily for path in paths])
    return VolatilityForecasts(garch, ewma, har, range_har, combine_forecasts(har, range_har))


def build_volatility_table(
    symbol: str, volatility: MarketVolatility, params: Volatility
) -> pd.DataFrame:
    """Table VOLATILITY of one coin: the rows of its bars."""
    i = volatility.symbols.index(symbol)
    rows = np.flatnonzero(volatility.exists[i])
    spillover, intraday = volatility.spillover, volatility.intraday
    columns = collect_columns(
        season_factors(volatility.profile, volatility.clock),
        volatility.measures,
        GarchColumns(
            [path.level_daily for path in volatility.garch],
            [path.confidence for path in volatility.garch],
        ),
        volatility.forecasts,
        volatility.regimes,
        SpilloverColumns(spillover.event, spillover.intensity, spillover.factor),
        IntradayColumns(
            intraday.predicted, intraday.confidence, intraday.recommendation, intraday.factor
        ),
        params,
    )
    stored = {
        name: (values if name in SHARED else values[i])[rows].astype(STORED_TYPES[name])
        for name, values in columns.items()
    }
    return pd.DataFrame({"open_time": to_timestamps(volatility.clock.times_ms()[rows]), **stored})
