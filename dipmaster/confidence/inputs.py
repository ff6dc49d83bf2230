"""Rows of the features and volatility tables at the candidates' bars to the matrix of inputs.

Both tables are known at the close of the bar on which the rule fired. The list
is written down, not discovered: no input is there because of what it predicted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dipmaster.confidence.events import Events
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.tables import I8, VOLATILITY, TableSchema

Columns = pd.DataFrame | Mapping[str, Floats]

# Of table FEATURES: depth of the fall, the flow in it, costs and the clock; docs/confidence.md has
# the reason of each.
FROM_FEATURES = (
    "dip_depth_1_sigma",
    "dip_depth_3_sigma",
    "dip_depth_12_sigma",
    "dip_depth_36_sigma",
    "own_drop_3_sigma",
    "own_drop_12_sigma",
    "own_drop_36_sigma",
    "volume_ratio",
    "half_spread_bps",
    "minutes_to_quarter_hour",
    "sigma_daily_frac",
)
# Of table VOLATILITY: how loud it is, here and everywhere, now and in the hours of the trade.
FROM_VOLATILITY = (
    "level_daily_frac",
    "market_level_daily_frac",
    "forecast_daily_frac",
    "season_factor",
)
# Name: (numerator, denominator), both of table VOLATILITY.
RATIOS: Mapping[str, tuple[str, str]] = {
    "short_over_long": ("realised_short_daily_frac", "realised_long_daily_frac"),
}
MARKET_FALL = "market_fall_12_sigma"  # -(market's 12-bar return) over the coin's hourly sigma
MARKET_FALL_COLUMNS = ("market_return_12_frac", "sigma_1h_frac")  # of table FEATURES


@dataclass(frozen=True)
class InputMatrix:
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

    def first(self, count: int) -> "InputMatrix":
        """The rows of the first candidates."""
        return replace(self, values=self.values[:count])

    def columns(self, names: Sequence[str]) -> Floats:
        """Those of `names`, in that order; a column that was left out is all NaN."""
        return np.column_stack([self.column(name) for name in names])

    def column(self, name: str) -> Floats:
        """One column; all NaN where it was left out."""
        if name not in self.names:
            return np.full(self.values.shape[0], np.nan)
        return self.values[:, self.names.index(name)]


def collect_candidate_rows(
    read_frame: Callable[[str], pd.DataFrame],
    symbols: Sequence[str],
    events: Events,
    table: TableSchema,
) -> pd.DataFrame:
    """Rows of a table at the candidates' bars, in their order.

    Parameters
    ----------
    read_frame
        Symbol to its frame of the table: open_time and any of the columns.
    symbols
        Of the panel, in its order.
    """

    def collect(index: int) -> pd.DataFrame:
        candidates = np.flatnonzero(events.symbol_index == index)
        frame, where = read_frame(symbols[index]), f"{table.name} of {symbols[index]}"
        return select_rows(frame, events.signal_ms[candidates], table, where).set_axis(candidates)

    frames = map_in_threads(collect, range(len(symbols)), f"reading {table.name}")
    return join_symbols(frames, table)


def select_rows(
    frame: pd.DataFrame, times_ms: Ints, table: TableSchema, where: str
) -> pd.DataFrame:
    """Rows of one symbol's table at some bars, as float64; -1 of a flag or class becomes NaN.

    Raises
    ------
    DataError
        Where a bar is not in the table.
    """
    row = pd.Index(to_epoch_ms(frame["open_time"])).get_indexer(pd.Index(times_ms))
    if (row < 0).any():
        raise data_error(
            where, "a row for every candidate", "none for some", "run the stages before again"
        )
    rows = frame.drop(columns="open_time").iloc[row].astype(np.float64).reset_index(drop=True)
    codes = [c.name for c in table.columns if c.dtype == I8 and c.name in rows]
    rows[codes] = rows[codes].where(rows[codes] >= 0)
    return rows


def join_symbols(frames: Sequence[pd.DataFrame], table: TableSchema) -> pd.DataFrame:
    """Rows of all symbols, in the order of the candidates.

    Parameters
    ----------
    frames
        One a symbol, indexed by candidate. A column that only some symbols have is NaN
        for the others; one that none has is not there.
    """
    rows = pd.concat(frames).sort_index()
    return rows[[name for name in table.names if name in rows]]


def build_input_matrix(features: Columns, volatility: Columns) -> InputMatrix:
    """All inputs of a list that is the same for every market.

    Parameters
    ----------
    features, volatility
        Columns of the tables, as `join_symbols` gives them or by name: rows are candidates.
    """
    columns = {name: _floats(features, name) for name in FROM_FEATURES if name in features}
    columns |= {name: _floats(volatility, name) for name in FROM_VOLATILITY}
    for name, (over, under) in RATIOS.items():
        columns[name] = _ratio(_floats(volatility, over), _floats(volatility, under))
    columns[MARKET_FALL] = _market_fall_sigma(features)
    absent = [(name, "no coin's source has it") for name in FROM_FEATURES if name not in features]
    return InputMatrix(tuple(columns), np.column_stack(list(columns.values())), tuple(absent))


def _market_fall_sigma(features: Columns) -> Floats:
    """In the unit of the own drop of 12 bars: the coin's sigma of an hour."""
    return _ratio(-_floats(features, "market_return_12_frac"), _floats(features, "sigma_1h_frac"))


def _floats(columns: Columns, name: str) -> Floats:
    return np.asarray(columns[name], dtype=np.float64)


def _ratio(over: Floats, under: Floats) -> Floats:
    """NaN where the denominator is 0 or missing."""
    out: Floats = np.divide(over, under, out=np.full(over.shape, np.nan), where=under > 0.0)
    return out


# What is read of table VOLATILITY: inputs, and what candidates are told apart by.
VOLATILITY_COLUMNS = sorted(
    {*FROM_VOLATILITY, "regime", "no_new_trades", *(n for pair in RATIOS.values() for n in pair)},
    key=VOLATILITY.names.index,
)
