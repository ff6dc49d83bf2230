"""Whose values the rows of a file are: a coin's, or those of the market as a whole."""

import re
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

from dipmaster.altdata.files.table import AlternativeTable
from dipmaster.altdata.provider import MARKET_WIDE
from dipmaster.core.errors import data_error
from dipmaster.market.raw import naming


def read_symbols(table: AlternativeTable, is_per_coin: bool) -> npt.NDArray[np.object_]:
    """Symbol of each row, shape (rows,): its column, else the folder, else the name of the file.

    ``BTCUSDT/top.csv``, ``BTCUSDT-metrics-2023-11-14.zip`` and ``taker_spot_BTCUSDT_5m.parquet``
    are of BTCUSDT; a daily file of none of these forms is of the market as a whole.

    Raises
    ------
    DataError
        A name that is no symbol, or none where the format is that of a coin.
    """
    if "symbol" in table.columns:
        words = np.array([str(w or "").strip() for w in table.columns["symbol"].to_pylist()])
        names, first, inverse = np.unique(words, return_index=True, return_inverse=True)
        checked = [
            naming.check_symbol(str(name), table.locate_row(int(row)))
            for name, row in zip(names, first, strict=True)
        ]
        return np.array(checked, dtype=object)[inverse]
    symbol = _find_in_name(table.file.name)
    if symbol is None and is_per_coin:
        raise data_error(
            table.file.display_name,
            "a file of one coin",
            "no coin in its columns, folder or name",
            "put it into data/raw/alt/<SYMBOL>/, for example data/raw/alt/BTCUSDT/",
        )
    return np.full(table.rows, symbol or MARKET_WIDE, dtype=object)


def _find_in_name(name: str) -> str | None:
    path = PurePosixPath(name)
    folders = [naming.find_pair(folder) for folder in reversed(path.parts[:-1])]
    words = [naming.find_pair(word) for word in re.split("[-_]", naming.file_stem(path.name))]
    return next((pair for pair in [*folders, *words] if pair), None)
