"""Bars of all coins to measures, forecasts and regimes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel, as_times, epoch_ms
from dipmaster.core.parallel import in_threads
from dipmaster.core.params import Volatility
from dipmaster.core.tables import I8, VOLATILITY
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY
from dipmaster.volatility.baselines import rolling_har, rv_ewma, season_ahead
from dipmaster.volatility.clock import Clock
from dipmaster.volatility.garch import GarchPath, rolling_garch
from dipmaster.volatility.measures import Measures, log_returns, measure, usable_panel
from dipmaster.volatility.regime import Regimes, detect
from dipmaster.volatility.season import factors, profiles


@dataclass(frozen=True)
class Forecasts:
    """Volatility of the next 2 hours in daily units, shape (coins, bars); NaN where not known."""

    garch: Floats
    rv_ewma: Floats
    har: Floats

    def chosen(self, name: str) -> Floats:
        """The forecast of a name of `volatility.forecast`."""
        return np.asarray(getattr(self, name), dtype=np.float64)


@dataclass(frozen=True)
class VolatilityOf:
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
    clock: Clock
    returns: Floats
    exists: Bools
    profile: Floats
    measures: Measures
    garch: list[GarchPath]
    forecasts: Forecasts
    regimes: Regimes

    def rows_of(self, times: "pd.Series[pd.Timestamp]") -> Ints:
        """Places on the grid of times that lie on it."""
        return np.asarray((epoch_ms(times) - self.clock.first_ms) // BAR_MS, dtype=np.int64)


def compute(panel: Panel, params: Volatility) -> VolatilityOf:
    """Measures, forecasts and regimes of every bar, each from closed bars alone.

    Parameters
    ----------
    panel
        From `dipmaster.core.panel.aligned`.
    params
        Section `volatility`.
    """
    bars = usable_panel(panel)
    clock = Clock(int(panel.open_time[0]), panel.bars)
    returns = log_returns(bars)
    profile = profiles(returns, clock, params.season)
    season = factors(profile, clock)
    measures = measure(bars, returns, season, params)
    paths = in_threads(
        lambda row: rolling_garch(row, profile, clock, params.garch), list(returns), "GARCH"
    )
    forecasts = _forecasts(returns, season, season_ahead(profile, clock), paths, clock, params)
    regimes = detect(
        measures.bipower_middle,
        np.stack([path.level_daily for path in paths]),
        measures.intraday,
        measures.cross_asset,
        params.regime,
    )
    exists = np.isfinite(panel.close)
    return VolatilityOf(
        panel.symbols, clock, returns, exists, profile, measures, paths, forecasts, regimes
    )


def _forecasts(
    returns: Floats,
    season: Floats,
    ahead: Floats,
    paths: list[GarchPath],
    clock: Clock,
    params: Volatility,
) -> Forecasts:
    squares = (returns / season) ** 2

    def baselines(row: Floats) -> tuple[Floats, Floats]:
        ewma = rv_ewma(row, params.ewma_halflife_bars)
        har = rolling_har(row, clock, params.har, params.garch.refit_days)
        return np.sqrt(BARS_PER_DAY * ewma * ahead), np.sqrt(BARS_PER_DAY * har * ahead)

    made = in_threads(baselines, list(squares), "baselines")
    return Forecasts(
        np.stack([path.daily for path in paths]),
        np.stack([ewma for ewma, _ in made]),
        np.stack([har for _, har in made]),
    )


def table_of(symbol: str, found: VolatilityOf, params: Volatility) -> pd.DataFrame:
    """Table VOLATILITY of one coin: the rows of its bars."""
    i = found.symbols.index(symbol)
    rows = np.flatnonzero(found.exists[i])
    m, regimes = found.measures, found.regimes
    columns = {
        "season_factor": factors(found.profile, found.clock),
        "realised_short_daily_frac": m.realised_short[i],
        "realised_middle_daily_frac": m.realised_middle[i],
        "realised_long_daily_frac": m.realised_long[i],
        "bipower_middle_daily_frac": m.bipower_middle[i],
        "bipower_long_daily_frac": m.bipower_long[i],
        "parkinson_daily_frac": m.parkinson[i],
        "garman_klass_daily_frac": m.garman_klass[i],
        "rogers_satchell_daily_frac": m.rogers_satchell[i],
        "intraday_daily_frac": m.intraday[i],
        "cross_asset_daily_frac": m.cross_asset,
        "garch_level_daily_frac": found.garch[i].level_daily,
        "garch_daily_frac": found.forecasts.garch[i],
        "rv_ewma_daily_frac": found.forecasts.rv_ewma[i],
        "har_daily_frac": found.forecasts.har[i],
        "forecast_daily_frac": found.forecasts.chosen(params.forecast)[i],
        "forecast_confidence": found.garch[i].confidence,
        "level_daily_frac": regimes.level_daily[i],
        "market_level_daily_frac": regimes.market_level_daily,
        "regime": regimes.regime[i],
        "regime_market": regimes.market,
        "regime_coin": regimes.coin[i],
        "regime_naive": regimes.naive[i],
        "size_factor": regimes.size_factor[i],
        "no_new_trades": regimes.no_new_trades[i],
    }
    kinds = {c.name: np.int8 if c.dtype == I8 else np.float32 for c in VOLATILITY.columns[1:]}
    stored = {name: values[rows].astype(kinds[name]) for name, values in columns.items()}
    return pd.DataFrame({"open_time": as_times(found.clock.times_ms()[rows]), **stored})
