"""Measures, forecasts and regimes to the columns of table VOLATILITY, in batch and stream alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params import Volatility
from dipmaster.core.tables import I8, VOLATILITY
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.volatility.detectors import Regimes
from dipmaster.volatility.intraday.recommendation import Recommendations
from dipmaster.volatility.measures import Measures
from dipmaster.volatility.spillover.rises import Flags

STORED_TYPES: Mapping[str, type[np.int8] | type[np.float32]] = {
    column.name: np.int8 if column.dtype == I8 else np.float32 for column in VOLATILITY.columns[1:]
}
SHARED = frozenset(
    {
        "season_factor",
        "cross_asset_daily_frac",
        "market_level_daily_frac",
        "regime_market",
        "regime_hierarchical_market",
    }
)
"""Columns that are the same for all coins."""


@dataclass(frozen=True)
class VolatilityForecasts:
    """Volatility of the next 2 hours in daily units, shape (coins, bars); NaN where not known."""

    garch: Floats
    rv_ewma: Floats
    har: Floats
    range_har: Floats
    har_range: Floats

    def by_name(self, name: str) -> Floats:
        """The forecast of a name of `volatility.forecast`."""
        return np.asarray(getattr(self, name), dtype=np.float64)


def to_daily_forecast(variance: Floats, season_ahead: Floats) -> Floats:
    """Daily volatility from the variance of a bar and the mean square of the season ahead."""
    return np.asarray(np.sqrt(BARS_PER_DAY * variance * season_ahead), dtype=np.float64)


@dataclass(frozen=True)
class GarchColumns:
    """Of `GarchPath`, a row a coin."""

    level_daily: Sequence[Floats] | Floats
    confidence: Sequence[Floats] | Floats


@dataclass(frozen=True)
class SpilloverColumns:
    """Of `SpilloverSeries`, shape (coins, bars)."""

    event: Flags
    intensity: Floats
    factor: Floats


@dataclass(frozen=True)
class IntradayColumns:
    """Of `IntradayPatterns`, shape (coins, bars)."""

    predicted: Floats
    confidence: Floats
    recommendation: Recommendations
    factor: Floats


def collect_columns(
    season: Floats,
    measures: Measures,
    garch: GarchColumns,
    forecasts: VolatilityForecasts,
    regimes: Regimes,
    spillover: SpilloverColumns,
    intraday: IntradayColumns,
    params: Volatility,
) -> dict[str, Any]:
    """Columns without open_time in the order of the table, not yet in its types.

    Returns
    -------
    dict
        Name to a row a coin, shape (coins, bars); those of `SHARED` have the shape (bars,).
    """
    return {
        "season_factor": season,
        "realised_short_daily_frac": measures.realised_short,
        "realised_middle_daily_frac": measures.realised_middle,
        "realised_long_daily_frac": measures.realised_long,
        "bipower_middle_daily_frac": measures.bipower_middle,
        "bipower_long_daily_frac": measures.bipower_long,
        "parkinson_daily_frac": measures.parkinson,
        "garman_klass_daily_frac": measures.garman_klass,
        "rogers_satchell_daily_frac": measures.rogers_satchell,
        "intraday_daily_frac": measures.intraday,
        "cross_asset_daily_frac": measures.cross_asset,
        "garch_level_daily_frac": garch.level_daily,
        "garch_daily_frac": forecasts.garch,
        "rv_ewma_daily_frac": forecasts.rv_ewma,
        "har_daily_frac": forecasts.har,
        "range_har_daily_frac": forecasts.range_har,
        "har_range_daily_frac": forecasts.har_range,
        "forecast_daily_frac": forecasts.by_name(params.forecast),
        "forecast_confidence": garch.confidence,
        "level_daily_frac": regimes.level_daily,
        "market_level_daily_frac": regimes.market_level_daily,
        "regime": regimes.regime,
        "regime_market": regimes.market,
        "regime_coin": regimes.coin,
        "regime_naive": regimes.naive,
        "regime_hierarchical_market": regimes.hierarchical_market,
        "regime_hierarchical": regimes.hierarchical,
        "regime_range_class": regimes.range_class,
        "size_factor": regimes.size_factor,
        "no_new_trades": regimes.no_new_trades,
        "spillover_event": spillover.event,
        "spillover_intensity": spillover.intensity,
        "spillover_factor": spillover.factor,
        "intraday_hourly_frac": intraday.predicted,
        "intraday_confidence": intraday.confidence,
        "intraday_recommendation": intraday.recommendation,
        "intraday_factor": intraday.factor,
    }
