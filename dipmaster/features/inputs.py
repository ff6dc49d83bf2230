"""Bars of a coin as the arrays that kernels take."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.errors import TableError
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Features
from dipmaster.core.tables import BARS
from dipmaster.core.time_units import BAR_MS
from dipmaster.features import layout

SOURCE_COLUMNS = {"taker_imbalance": "taker_buy_volume", "half_spread_bps": "half_spread_bps"}


@dataclass(frozen=True)
class CoinBars:
    """Bars of one coin.

    Attributes
    ----------
    open_time
        As in the table BARS.
    times_ms
        Shape (bars,), the same in milliseconds since 1970.
    values
        Seven arrays of shape (bars,), in the order of ``layout.BAR_COLUMNS``, NaN
        where absent; those of the frame itself where it holds float64.
    left_out
        Feature to reason, for features whose source column is absent.
    """

    open_time: "pd.Series[pd.Timestamp]"
    times_ms: Ints
    values: tuple[Floats, ...]
    left_out: dict[str, str]


def build_coin_bars(frame: pd.DataFrame) -> CoinBars:
    """Arrays of a frame of table BARS.

    Raises
    ------
    TableError
        Where a column is missing or unknown, or times do not rise on the grid.
    """
    frame = BARS.check(frame, "bars")
    times = np.array(to_epoch_ms(frame["open_time"]), dtype=np.int64)
    if np.any(times % BAR_MS) or np.any(np.diff(times) <= 0):
        raise TableError(
            "bars: expected rising open times on the 5-minute grid.\n"
            "  Fix: run the ingest stage again."
        )
    absent = np.full(len(frame), np.nan)
    values = tuple(
        frame[name].to_numpy(dtype=np.float64) if name in frame else absent
        for name in layout.BAR_COLUMNS
    )
    left_out = {
        feature: f"the source has no column {column}"
        for feature, column in SOURCE_COLUMNS.items()
        if column not in frame
    }
    return CoinBars(frame["open_time"], times, values, left_out)


def create_state(params: Features, *, has_spread: bool) -> Floats:
    """State of a coin before its first bar; the sigma is usable after one half-life."""
    state = np.zeros(layout.STATE_SIZE)
    state[layout.DECAY] = 0.5 ** (1.0 / params.sigma_halflife_bars)
    state[layout.SIGMA_WARM_UP] = math.ceil(params.sigma_halflife_bars)
    state[layout.SIGMA_LAG] = params.sigma_lag_bars
    state[layout.LOW_DAILY] = params.low_volatility_daily_frac
    state[layout.HIGH_DAILY] = params.high_volatility_daily_frac
    state[layout.SOURCE_HAS_SPREAD] = float(has_spread)
    state[layout.LAST_TIME] = -math.inf  # the first bar clears the memory
    return state
