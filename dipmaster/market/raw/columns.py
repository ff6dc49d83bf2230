"""Which column of a file is which: many spellings in, the names of table BARS out."""

import re
from collections.abc import Sequence

from dipmaster.core.errors import DataError, data_error

# The exchange archive's twelve columns, in the order of files without a header line.
KLINE_COLUMNS = (
    "open_time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "close_time",
    "quote_volume",
    "count",
    "taker_buy_volume",
    "taker_buy_quote_volume",
    "ignore",
)
PRICES = ("open", "high", "low", "close")
REQUIRED = ("open_time", *PRICES, "volume")
OPTIONAL = ("quote_volume", "trade_count", "taker_buy_volume", "half_spread_bps")

# Spellings after `normalize_name`, the preferred one first.
_SPELLINGS = {
    "open_time": (
        "open_time",
        "opentime",
        "timestamp",
        "date",
        "datetime",
        "time",
        "unix",
        "index_level_0",
    ),
    "open": ("open",),
    "high": ("high",),
    "low": ("low",),
    "close": ("close",),
    "volume": ("volume", "base_volume", "vol"),
    "quote_volume": ("quote_volume", "quote_asset_volume"),
    "trade_count": ("trade_count", "count", "number_of_trades", "num_trades", "trades"),
    "taker_buy_volume": (
        "taker_buy_volume",
        "taker_buy_base_asset_volume",
        "taker_buy_base_volume",
        "taker_buy_base",
    ),
    "half_spread_bps": ("half_spread_bps",),
    "symbol": ("symbol", "pair"),
}


class NotBarsError(Exception):
    """A readable file that holds something else than bars: ignored, with the reason."""


def normalize_name(name: str) -> str:
    """``Quote asset volume`` -> ``quote_asset_volume``."""
    return re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")


def map_columns(header: Sequence[str], where: str) -> dict[str, str]:
    """Map names of table BARS (and ``symbol``) to the header's own names.

    Raises
    ------
    NotBarsError
        Where not one of open, high, low, close is there.
    DataError
        Where only some of the required columns are there, or one twice, or
        prices under other names.
    """
    names = [normalize_name(name) for name in header]
    columns = {
        our_name: header[names.index(spelling)]
        for our_name, spellings in _SPELLINGS.items()
        for spelling in [next((s for s in spellings if s in names), None)]
        if spelling is not None
    }
    if not any(price in columns for price in PRICES):
        if _names_prices_otherwise(names):
            raise column_error(where, _list_header(header))
        raise NotBarsError(f"no price columns (found {_list_header(header)})")
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise column_error(where, f"{_list_header(header)}; missing {', '.join(missing)}")
    duplicated = [name for name in columns.values() if names.count(normalize_name(name)) > 1]
    if duplicated:
        raise column_error(where, f"column {duplicated[0]!r} more than once")
    return columns


def _names_prices_otherwise(names: Sequence[str]) -> bool:
    """``Open (USD), High (USD), Low (USD)`` or ``o, h, l, c``."""
    words = {word for name in names for word in name.split("_")}
    return {"high", "low"} <= words or {"h", "l"} <= words


def names_prices(header: Sequence[str]) -> bool:
    """Whether a line of names is the header of bars, in whatever spelling."""
    names = [normalize_name(name) for name in header]
    return any(price in names for price in PRICES) or _names_prices_otherwise(names)


def column_error(where: str, found: str) -> DataError:
    """Build the error for a file whose columns are not those of bars."""
    return data_error(
        where,
        "columns open_time (or timestamp, date), open, high, low, close, volume; "
        "or the archive's 12 columns without a header line",
        found,
        "save the file with these column names and commas between the fields, "
        "or move it out of data/raw",
    )


def _list_header(header: Sequence[str]) -> str:
    listed = ", ".join(name[:30] for name in header[:8])
    return f"{listed}, ..." if len(header) > 8 else listed
