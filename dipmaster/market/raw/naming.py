"""Symbol, interval and kind from a file's name. A symbol becomes a file name later.

`check_symbol` is therefore a security boundary: only capital letters and
digits pass, so ``../../x`` or ``<script>`` reach neither the disk nor the report.
"""

import re
from pathlib import PurePosixPath

from dipmaster.core.errors import DataError, data_error
from dipmaster.market.raw.intervals import INTERVALS, divides_bar, is_interval

ENDINGS = (".parquet", ".feather", ".csv", ".zip")

SYMBOL = re.compile(r"[A-Z0-9]{2,20}")
_QUOTES = "USDT|USDC|BUSD|FDUSD|TUSD|USD|DAI|EUR|GBP|TRY|BRL|JPY|KRW|AUD|BTC|ETH|BNB"
_PAIR = re.compile(rf"([A-Z0-9]+)[-_/]({_QUOTES})(?:[-_:]\2)?", re.IGNORECASE | re.ASCII)
_BARE_PAIR = re.compile(rf"[A-Z0-9]{{2,}}?[-_]?({_QUOTES})", re.IGNORECASE | re.ASCII)
_YEAR = re.compile(r"(19|20)\d\d(\d{4})?")

# Second words of names in the exchange's archive ("BTCUSDT-metrics-2023-11-14.zip") and in
# freqtrade's folders ("BTC_USDT_USDT-8h-funding_rate.feather") that hold no bars.
OTHER_KINDS = {
    "aggtrades": "aggregated trades",
    "bookdepth": "order-book depth",
    "bookticker": "best bid and ask",
    "bvolindex": "an index of implied volatility",
    "eohsummary": "an options summary",
    "fundingrate": "funding rates",
    "funding_rate": "funding rates",
    "index": "index prices",
    "liquidationsnapshot": "liquidations",
    "mark": "mark prices",
    "metrics": "futures metrics",
    "premiumindex": "the premium index",
    "trades": "single trades",
}
# These folders of the archive use the same file names as bars that can be traded.
OTHER_FOLDERS = {
    "indexpriceklines": "index prices",
    "markpriceklines": "mark prices",
    "premiumindexklines": "the premium index",
}


def detect_other_kind(name: str) -> str | None:
    """What a file holds instead of traded bars, if its name or folder says so."""
    path = PurePosixPath(name)
    for folder in path.parts[:-1]:
        if folder.lower() in OTHER_FOLDERS:
            return OTHER_FOLDERS[folder.lower()]
    for word in file_stem(name).split("-")[1:]:
        if word.lower() in OTHER_KINDS:
            return OTHER_KINDS[word.lower()]
    return None


def file_stem(name: str) -> str:
    """File name without folder and endings (``.zip``, ``.csv.zip``)."""
    base = PurePosixPath(name).name
    return re.sub(r"(\.(csv|zip|parquet|feather))+$", "", base, flags=re.IGNORECASE)


def is_named_as_bars(name: str) -> bool:
    """Whether a name, whatever its ending, is that of bars: by its interval, or a pair alone.

    ``BTCUSDT-5m-2023-01.json`` and ``BTC_USDT.csv`` do, ``BTCUSDT-2023.csv`` and
    ``notes.txt`` do not.
    """
    base = PurePosixPath(name).name
    has_interval = any(
        is_interval(word) and divides_bar(INTERVALS[word]) for word in re.split("[-_.]", base)[1:]
    )
    return has_interval or _BARE_PAIR.fullmatch(base.partition(".")[0]) is not None


def may_hold_bars(name: str) -> bool:
    """Whether a file that cannot be read seems to hold bars: ``all.csv.gz`` does as well."""
    return is_named_as_bars(name) or any(f"{ending}." in name.lower() for ending in ENDINGS)


def parse_interval(name: str) -> int | None:
    """Interval in milliseconds that the name gives: ``BTCUSDT-1m-2020-01.zip`` -> 60000."""
    words = [word for word in re.split("[-_]", file_stem(name))[1:] if is_interval(word)]
    return INTERVALS[words[0]] if words else None


def parse_symbol(name: str, where: str) -> str:
    """Symbol that the name gives: everything before the interval or the year.

    ``BTCUSDT-1m-2020-01.zip``, ``BTC_USDT-5m.feather``, ``BTC_USDT_USDT-5m-futures.feather``
    and ``btcusdt.csv`` all give BTCUSDT.
    """
    words = re.split("([-_])", file_stem(name))
    ends = (i for i in range(2, len(words), 2) if is_interval(words[i]) or _is_year(words[i]))
    return check_symbol("".join(words[: next(ends, len(words) + 1) - 1]), where)


def find_pair(name: str) -> str | None:
    """Symbol of a file whose name says that it holds one pair; None where it does not.

    ``BTC_USDT-5m.feather`` -> BTCUSDT; ``all-5m.csv`` and ``notes.txt`` say nothing.
    """
    try:
        symbol = parse_symbol(name, name)
    except DataError:
        return None
    return symbol if _BARE_PAIR.fullmatch(symbol) else None


def check_symbol(text: str, where: str) -> str:
    """`text` as a symbol: two parts joined, capital letters.

    Raises
    ------
    DataError
        Where the result is not 2 to 20 of A-Z and 0-9.
    """
    pair = _PAIR.fullmatch(text)
    symbol = "".join(pair.groups()) if pair else text
    if symbol.isascii() and SYMBOL.fullmatch(symbol.upper()):
        return symbol.upper()
    raise data_error(
        where,
        "a symbol of 2 to 20 letters A-Z and digits, such as BTCUSDT or BTC_USDT",
        repr(text[:40]),
        "name the file SYMBOL-5m.csv (or .parquet, .feather, .zip) or correct its `symbol` column",
    )


def _is_year(word: str) -> bool:
    return _YEAR.fullmatch(word) is not None
