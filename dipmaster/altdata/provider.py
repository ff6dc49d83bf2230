"""What a provider is, and the check of what it hands over."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from dipmaster.altdata.channels import CHANNEL_KINDS, Channel
from dipmaster.core.errors import DataError, data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import format_time, to_epoch_ms, to_timestamps
from dipmaster.core.tables import ALTERNATIVE_VALUES

MARKET_WIDE = ""
"""Symbol of values that belong to the market as a whole."""


class Provider(Protocol):
    """A source of alternative data."""

    @property
    def name(self) -> str:
        """As `alternative_data.provider` names it."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """What it has, in the order of the report; none where there is no data."""

    @property
    def cleaning(self) -> Mapping[str, Mapping[str, int]]:
        """File to reason to rows that were left out or put in order; empty without files."""

    def read(self, symbol: str) -> pd.DataFrame:
        """Values of one coin and of the market as a whole, a frame of ALTERNATIVE_VALUES."""


def build_values(
    symbol: str, channel: str, event_ms: Ints, known_ms: Ints, value: Floats
) -> pd.DataFrame:
    """Frame of ALTERNATIVE_VALUES of one channel; values that are missing are left out.

    Parameters
    ----------
    event_ms, known_ms
        Shape (rows,), milliseconds since 1970 UTC: end of what the value describes, and its
        publication.
    value
        Shape (rows,); one that is not finite is missing.
    """
    there = np.isfinite(value)
    rows = int(there.sum())
    return pd.DataFrame(
        {
            "symbol": pd.array([symbol], dtype="str").repeat(rows),
            "channel": pd.array([channel], dtype="str").repeat(rows),
            "event_time": to_timestamps(event_ms[there]),
            "known_time": to_timestamps(known_ms[there]),
            "value": value[there],
        }
    )


NO_VALUES = build_values(
    MARKET_WIDE, "", np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)
)
"""The frame of a source without data."""


def read_values(provider: Provider, symbol: str) -> pd.DataFrame:
    """Values of one coin, checked: nothing is known before its channel can have published it.

    Raises
    ------
    DataError
        A channel that the provider does not declare, another symbol, a value outside the
        channel's bounds, one that is not finite, or one published within less than the
        channel's publication lag.
    TableError
        Other columns or types than those of ALTERNATIVE_VALUES.
    """
    where = f"provider '{provider.name}', {symbol}"
    frame = ALTERNATIVE_VALUES.check(provider.read(symbol), where)
    _refuse(~frame["symbol"].isin([symbol, MARKET_WIDE]).to_numpy(), frame, where, "its symbol")
    declared = {channel.name: channel for channel in provider.channels}
    for key, rows in frame.groupby("channel", sort=True):
        name = str(key)
        if name not in declared:
            raise _other_channel_error(name, where, tuple(declared))
        _check_channel(rows, declared[name], f"{where}, channel '{name}'")
    return frame


def _check_channel(rows: pd.DataFrame, channel: Channel, where: str) -> None:
    kind = CHANNEL_KINDS[channel.name]
    value = rows["value"].to_numpy(dtype=np.float64)
    outside = ~((value >= kind.low) & (value <= kind.high) & np.isfinite(value))
    _refuse(outside, rows, where, f"{kind.unit}, from {kind.low:g} to {kind.high:g}")
    lag_ms = to_epoch_ms(rows["known_time"]) - to_epoch_ms(rows["event_time"])
    early = lag_ms < channel.publication_lag_ms
    promise = f"{channel.publication_lag_minutes} minutes or more from event to publication"
    _refuse(early, rows, where, promise)


def _refuse(bad: Bools, rows: pd.DataFrame, where: str, expected: str) -> None:
    if not bad.any():
        return
    row = rows.iloc[int(np.flatnonzero(bad)[0])]
    times = [pd.Timestamp(row[name]).value // 10**6 for name in ("event_time", "known_time")]
    event, known = (format_time(time) for time in times)
    raise data_error(
        where,
        expected,
        f"{row['symbol']!r}, {row['value']:g} of {event}, published {known}",
        "correct the provider: a value may be used from its publication on, never before",
    )


def _other_channel_error(name: str, where: str, declared: tuple[str, ...]) -> DataError:
    return data_error(
        where,
        f"the channels that it declares: {', '.join(declared) or 'none'}",
        repr(name),
        "declare the channel in the provider, with its unit in dipmaster/altdata/channels.py",
    )
