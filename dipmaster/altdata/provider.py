"""What a provider is, and the check of what it hands over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
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


@dataclass(frozen=True)
class ChannelValues:
    """Values of one channel of one coin, or of the market as a whole; shape (rows,) each.

    Attributes
    ----------
    event_ms, known_ms
        Milliseconds since 1970 UTC: end of what the value describes, and its publication.
    value
        In the channel's unit; one that is not finite is missing, and left out.
    """

    symbol: str
    channel: str
    event_ms: Ints
    known_ms: Ints
    value: Floats


def build_values(parts: Sequence[ChannelValues]) -> pd.DataFrame:
    """Frame of ALTERNATIVE_VALUES, a part after the other; no row where there is no part."""
    there = [np.isfinite(part.value) for part in parts]

    def join(name: str, dtype: type) -> npt.NDArray[Any]:
        arrays = (getattr(part, name)[rows] for part, rows in zip(parts, there, strict=True))
        return np.concatenate([np.empty(0, dtype), *arrays])

    sizes = [int(rows.sum()) for rows in there]
    return pd.DataFrame(
        {
            "symbol": _repeat_names([part.symbol for part in parts], sizes),
            "channel": _repeat_names([part.channel for part in parts], sizes),
            "event_time": to_timestamps(join("event_ms", np.int64)),
            "known_time": to_timestamps(join("known_ms", np.int64)),
            "value": join("value", np.float64),
        }
    )


def _repeat_names(names: Sequence[str], sizes: Sequence[int]) -> pd.Categorical:
    categories = sorted(set(names)) or [MARKET_WIDE]
    codes = np.array([categories.index(name) for name in names], dtype=np.int16)
    return pd.Categorical.from_codes(np.repeat(codes, sizes), pd.Index(categories, dtype="str"))


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
    for key, rows in frame.groupby("channel", sort=True, observed=True):
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
