"""Rows of the features and volatility tables at the candidates' bars to the matrix of inputs.

Both tables are known at the close of the bar on which the rule fired. The list
is written down, not discovered: no input is there because of what it predicted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.confidence.events import Events
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import epoch_ms
from dipmaster.core.parallel import in_threads
from dipmaster.core.tables import FEATURES, I8, VOLATILITY, Table

# What no model sees, and why.
NOT_USED: Mapping[str, str] = {
    "volatility_class": "sigma_daily_frac in three steps",
    "sigma_1h_frac": "sigma_daily_frac but for a factor",
    "amihud_bps_per_million": "its level names the coin: it is the size of the coin's market",
}
FROM_VOLATILITY = (
    "season_factor",
    "level_daily_frac",
    "market_level_daily_frac",
    "forecast_daily_frac",
    "forecast_confidence",
    "regime",
    "regime_coin",
    "no_new_trades",
)
# Name: (numerator, denominator), both of table VOLATILITY.
RATIOS: Mapping[str, tuple[str, str]] = {
    "forecast_over_realised": ("forecast_daily_frac", "realised_long_daily_frac"),
    "short_over_long": ("realised_short_daily_frac", "realised_long_daily_frac"),
    "middle_over_long": ("realised_middle_daily_frac", "realised_long_daily_frac"),
    "bipower_over_realised": ("bipower_middle_daily_frac", "realised_middle_daily_frac"),
    "range_over_bipower": ("intraday_daily_frac", "bipower_middle_daily_frac"),
    "level_over_market": ("level_daily_frac", "market_level_daily_frac"),
    "har_over_garch": ("har_daily_frac", "garch_daily_frac"),
}
MARKET_FALL = "market_fall_12_sigma"  # -(market's 12-bar return) over the coin's hourly sigma


@dataclass(frozen=True)
class Matrix:
    """Inputs of all candidates.

    Attributes
    ----------
    names
        One a column.
    values
        Shape (candidates, inputs); NaN where a value is missing.
    left_out
        Inputs that are not there and the reason.
    """

    names: tuple[str, ...]
    values: Floats
    left_out: tuple[tuple[str, str], ...]

    def columns(self, names: Sequence[str]) -> Floats:
        """Those of `names`, in that order; a column that was left out is all NaN."""
        return np.column_stack([self.column(name) for name in names])

    def column(self, name: str) -> Floats:
        """One column; all NaN where it was left out."""
        if name not in self.names:
            return np.full(self.values.shape[0], np.nan)
        return self.values[:, self.names.index(name)]


def rows_of(
    frame_of: Callable[[str], pd.DataFrame], symbols: Sequence[str], events: Events, table: Table
) -> pd.DataFrame:
    """Rows of a table at the candidates' bars, in their order.

    Parameters
    ----------
    frame_of
        Symbol to its frame of the table: open_time and any of the columns.
    symbols
        Of the panel, in its order.
    """

    def of(index: int) -> pd.DataFrame:
        times: Ints = events.signal_ms[events.symbol_index == index]
        symbol = symbols[index]
        return rows_at(frame_of(symbol), times, table, f"{table.name} of {symbol}")

    rows = in_threads(of, range(len(symbols)), f"reading {table.name}")
    return joined(rows, events.symbol_index, table)


def rows_at(frame: pd.DataFrame, times_ms: Ints, table: Table, where: str) -> pd.DataFrame:
    """Rows of one symbol's table at some bars, as float64; -1 of a flag or class becomes NaN.

    Raises
    ------
    DataError
        Where a bar is not in the table.
    """
    have = epoch_ms(frame["open_time"])
    at = np.searchsorted(have, times_ms)
    if np.any(at >= have.size) or np.any(have[np.minimum(at, have.size - 1)] != times_ms):
        raise data_error(
            where, "a row for every candidate", "none for some", "run the stages before again"
        )
    taken = frame.drop(columns="open_time").iloc[at].astype(np.float64).reset_index(drop=True)
    for column in table.columns:
        if column.dtype == I8 and column.name in taken:
            taken[column.name] = taken[column.name].where(taken[column.name] >= 0)
    return taken


def joined(rows: Sequence[pd.DataFrame], symbol_index: Ints, table: Table) -> pd.DataFrame:
    """Rows of all symbols, in the order of the candidates.

    Parameters
    ----------
    rows
        One frame a symbol, in the order of its own candidates. A column that
        only some symbols have is NaN for the others; one that none has is not there.
    symbol_index
        Shape (candidates,).
    """
    names = [name for name in table.names if any(name in frame for frame in rows)]
    out = {name: np.full(symbol_index.size, np.nan) for name in names}
    for index, frame in enumerate(rows):
        own = symbol_index == index
        for name in frame.columns:
            out[str(name)][own] = frame[name].to_numpy()
    return pd.DataFrame(out)


def matrix_of(features: pd.DataFrame, volatility: pd.DataFrame) -> Matrix:
    """All inputs of a list that is the same for every market.

    Parameters
    ----------
    features, volatility
        As `joined` gives them: rows are candidates, columns those of the tables.
    """
    wanted = [name for name in FEATURES.names if name != "open_time" and name not in NOT_USED]
    columns = {name: _floats(features, name) for name in wanted if name in features}
    columns |= {name: _floats(volatility, name) for name in FROM_VOLATILITY}
    for name, (over, under) in RATIOS.items():
        columns[name] = _ratio(_floats(volatility, over), _floats(volatility, under))
    columns[MARKET_FALL] = _market_fall(features)
    absent = [(name, "no coin's source has it") for name in wanted if name not in features]
    return Matrix(
        tuple(columns), np.column_stack(list(columns.values())), (*absent, *NOT_USED.items())
    )


def _market_fall(features: pd.DataFrame) -> Floats:
    """In the unit of the own drop of 12 bars: the coin's sigma of an hour."""
    return _ratio(-_floats(features, "market_return_12_frac"), _floats(features, "sigma_1h_frac"))


def _floats(frame: pd.DataFrame, name: str) -> Floats:
    return frame[name].to_numpy(dtype=np.float64)


def _ratio(over: Floats, under: Floats) -> Floats:
    """NaN where the denominator is 0 or missing."""
    out: Floats = np.divide(over, under, out=np.full(over.shape, np.nan), where=under > 0.0)
    return out


VOLATILITY_COLUMNS = sorted(
    {*FROM_VOLATILITY, *(name for pair in RATIOS.values() for name in pair)},
    key=VOLATILITY.names.index,
)
