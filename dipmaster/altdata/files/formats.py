"""The formats of data/raw/alt: how each is known, and its columns to channels."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from dipmaster.altdata.channels import DEPTH_BANDS_PCT
from dipmaster.altdata.files.table import AlternativeTable
from dipmaster.core.errors import DataError, data_error
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.time_units import DAY_MS

Numbers = Mapping[str, Floats]


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes
    ----------
    required
        Columns that it must have; the first is the time.
    read
        Columns that are read as numbers, of those that are there.
    length_ms
        From the time of a row to the end of what it describes; None: the interval of the bars.
    is_per_coin
        Whether a file without a symbol is an error; else it is of the market as a whole.
    to_channels
        Numbers to channels: shape (rows,) each, NaN where a row has no value of a channel.
    find_bad
        Rows that the format cannot have, and what it expects instead.
    word
        Part of the file's name, where columns alone do not tell the format.
    """

    name: str
    required: tuple[str, ...]
    read: tuple[str, ...]
    length_ms: int | None
    is_per_coin: bool
    to_channels: Callable[[Numbers], Numbers]
    find_bad: Callable[[Numbers], Bools] | None = None
    expected: str = ""
    word: str = ""

    @property
    def time(self) -> str:
        """Column of the time."""
        return self.required[0]

    def matches(self, columns: Collection[str], file_name: str) -> bool:
        """Whether a file with these columns is one."""
        has_value = any(name in columns for name in self.read)
        is_named = self.word in file_name.lower()
        return is_named and has_value and all(name in columns for name in self.required)


def _rename(channels: Mapping[str, str]) -> Callable[[Numbers], Numbers]:
    def to_channels(numbers: Numbers) -> Numbers:
        return {
            channel: numbers[column] for column, channel in channels.items() if column in numbers
        }

    return to_channels


def _renaming(
    name: str,
    time: str,
    channels: Mapping[str, str],
    length_ms: int,
    is_per_coin: bool = False,
    required: tuple[str, ...] = (),
    word: str = "",
) -> Format:
    return Format(
        name,
        (time, *required),
        tuple(channels),
        length_ms,
        is_per_coin,
        _rename(channels),
        word=word,
    )


def _mean_of_venues(numbers: Numbers) -> Numbers:
    rates = np.column_stack([numbers[name] for name in sorted(numbers)])
    there = np.isfinite(rates).sum(axis=1)
    total = np.zeros(rates.shape[0])
    for column in rates.T:
        total = total + np.nan_to_num(column)
    mean = np.where(there > 0, total / np.maximum(there, 1), np.nan)
    return {"funding_rate_frac": mean}


def _taker_imbalance(numbers: Numbers) -> Numbers:
    volume = numbers["volume"]
    traded = volume > 0.0
    share = numbers["taker_buy_volume"] / np.where(traded, volume, 1.0)
    return {"taker_imbalance": np.where(traded, 2.0 * share - 1.0, np.nan)}


_BANDS = {
    sign * float(band): f"{side}_within_{band}pct_quote"
    for side, sign in (("bid", -1.0), ("ask", 1.0))
    for band in DEPTH_BANDS_PCT
}


def _depth_bands(numbers: Numbers) -> Numbers:
    percentage, notional = numbers["percentage"], numbers["notional"]
    return {
        channel: np.where(percentage == band, notional, np.nan) for band, channel in _BANDS.items()
    }


def _find_other_bands(numbers: Numbers) -> Bools:
    return np.asarray(~np.isin(numbers["percentage"], list(_BANDS)), dtype=np.bool_)


_ON_CHAIN = {
    "flowinexntv": "exchange_inflow",
    "flowoutexntv": "exchange_outflow",
    "flowinexusd": "exchange_inflow_usd",
    "flowoutexusd": "exchange_outflow_usd",
    "splyexntv": "exchange_supply",
    "splycur": "total_supply",
    "adractcnt": "active_addresses",
    "adrbalcnt": "funded_addresses",
    "txcnt": "transactions",
    "capmvrvcur": "market_to_realised_value",
    "hashrate": "hash_rate",
    "volume_reported_spot_usd_1d": "spot_volume_usd",
}
_METRICS = {
    "sum_open_interest": "open_interest",
    "sum_open_interest_value": "open_interest_quote",
    "count_toptrader_long_short_ratio": "top_trader_account_ratio",
    "sum_toptrader_long_short_ratio": "top_trader_position_ratio",
    "count_long_short_ratio": "account_ratio",
    "sum_taker_long_short_vol_ratio": "taker_volume_ratio",
}
_QUOTES = {
    "best_bid": "best_bid",
    "best_ask": "best_ask",
    "bid_volume": "quoted_bid_volume",
    "ask_volume": "quoted_ask_volume",
}

FORMATS = (
    _renaming("daily on-chain", "time", _ON_CHAIN, DAY_MS),
    _renaming("Fear & Greed", "date", {"fng": "fear_greed"}, DAY_MS),
    _renaming("Fear & Greed", "timestamp", {"fng": "fear_greed"}, DAY_MS),
    _renaming("funding", "calc_time", {"last_funding_rate": "funding_rate_frac"}, 0),
    Format(
        "funding of venues",
        ("ts",),
        ("fr_binance", "fr_bybit", "fr_okx"),
        0,
        False,
        _mean_of_venues,
    ),
    _renaming(
        "implied volatility", "time", {"value": "implied_volatility_pct"}, DAY_MS, word="dvol"
    ),
    _renaming(
        "large transactions", "time", {"value": "large_transactions"}, DAY_MS, word="large_tx"
    ),
    _renaming("futures metrics", "create_time", _METRICS, 0, True),
    Format(
        "depth in bands",
        ("timestamp", "percentage", "notional"),
        ("percentage", "notional"),
        0,
        True,
        _depth_bands,
        _find_other_bands,
        f"a percentage of {', '.join(DEPTH_BANDS_PCT)}, below 0 for bids",
    ),
    _renaming("best bid and ask", "timestamp", _QUOTES, 0, True, required=("best_bid", "best_ask")),
    Format(
        "bars with taker volume",
        ("open_time", "volume", "taker_buy_volume"),
        ("volume", "taker_buy_volume"),
        None,
        True,
        _taker_imbalance,
    ),
)

LATEST_MS = 4_102_444_800_000  # 2100-01-01


def find_format(table: AlternativeTable) -> Format:
    """The first format that the file fits.

    Raises
    ------
    DataError
        Where there is none: the message names what each format requires.
    """
    for candidate in FORMATS:
        if candidate.matches(table.columns, table.file.name):
            return candidate
    raise _unknown_format_error(table)


def _unknown_format_error(table: AlternativeTable) -> DataError:
    known = "; ".join(
        f"{one.name}: {', '.join(one.required)}"
        + ("" if set(one.read) <= set(one.required) else f" and any of {', '.join(one.read)}")
        + (f" ('{one.word}' in the file's name)" if one.word else "")
        for one in FORMATS
    )
    return data_error(
        table.file.display_name,
        f"the columns of one format ({known})",
        ", ".join(list(table.columns)[:8]),
        "rename the columns, or move the file out of data/raw/alt",
    )
