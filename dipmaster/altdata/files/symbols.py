"""Whose values the rows of a file are: a coin's, or those of the market as a whole."""

import re
from pathlib import PurePosixPath

from dipmaster.altdata.files.table import AlternativeTable
from dipmaster.altdata.provider import MARKET_WIDE
from dipmaster.core.errors import data_error
from dipmaster.market.raw import naming


def read_symbols(table: AlternativeTable, is_per_coin: bool) -> list[str]:
    """Symbol of each row: of its column, else of the folder, else of the file's name.

    ``BTCUSDT/top.csv``, ``BTCUSDT-metrics-2023-11-14.zip`` and ``taker_spot_BTCUSDT_5m.parquet``
    are of BTCUSDT; a daily file of none of these forms is of the market as a whole.

    Raises
    ------
    DataError
        A name that is no symbol, or none where the format is that of a coin.
    """
    if "symbol" in table.columns:
        words = [str(word or "").strip() for word in table.columns["symbol"].to_pylist()]
        first_row = {word: row for row, word in reversed(list(enumerate(words)))}
        checked = {
            word: naming.check_symbol(word, table.locate_row(row))
            for word, row in sorted(first_row.items())
        }
        return [checked[word] for word in words]
    symbol = _find_in_name(table.file.name)
    if symbol is None and is_per_coin:
        raise data_error(
            table.file.display_name,
            "a file of one coin",
            "no coin in its columns, folder or name",
            "put it into data/raw/alt/<SYMBOL>/, for example data/raw/alt/BTCUSDT/",
        )
    return [symbol or MARKET_WIDE] * table.rows


def _find_in_name(name: str) -> str | None:
    path = PurePosixPath(name)
    folders = [naming.find_pair(folder) for folder in reversed(path.parts[:-1])]
    words = [naming.find_pair(word) for word in re.split("[-_]", naming.file_stem(path.name))]
    return next((pair for pair in [*folders, *words] if pair), None)
