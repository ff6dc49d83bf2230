"""Columns of one bar to a row of each coin, in the types of table VOLATILITY."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dipmaster.core.kernels import Bools
from dipmaster.volatility.columns import SHARED, STORED_TYPES
from dipmaster.volatility.stream.snapshot import Array

STREAM_COLUMNS: tuple[str, ...] = tuple(STORED_TYPES)
"""Columns of table VOLATILITY that the stream gives: all but open_time."""

_FLOATS = [name for name, kind in STORED_TYPES.items() if kind is np.float32]
_CLASSES = [name for name, kind in STORED_TYPES.items() if kind is np.int8]


def build_rows(
    columns: Mapping[str, Any], symbols: Sequence[str], exists: Bools
) -> dict[str, dict[str, Any]]:
    """Rows of the coins that have the bar, `STREAM_COLUMNS` to a float32 or int8.

    Parameters
    ----------
    columns
        From `collect_columns`, with one bar.
    exists
        Whether a coin has the bar, shape (coins,).
    """
    floats = _store(columns, _FLOATS, np.empty((len(_FLOATS), exists.size), dtype=np.float32))
    classes = _store(columns, _CLASSES, np.empty((len(_CLASSES), exists.size), dtype=np.int8))
    return {
        symbol: _build_row(floats[:, i], classes[:, i])
        for i, symbol in enumerate(symbols)
        if exists[i]
    }


def _store(columns: Mapping[str, Any], names: Sequence[str], stored: Array) -> Array:
    """Write a row of each column, which rounds as the table does."""
    for row, name in zip(stored, names, strict=True):
        row[:] = columns[name] if name in SHARED else columns[name][:, 0]
    return stored


def _build_row(floats: Array, classes: Array) -> dict[str, Any]:
    values = dict(zip(_FLOATS, floats, strict=True)) | dict(zip(_CLASSES, classes, strict=True))
    return {name: values[name] for name in STREAM_COLUMNS}
