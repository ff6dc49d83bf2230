"""Columns of a file to float64 and to milliseconds since 1970, told apart what is no number."""

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dipmaster.core.errors import TableError
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.market.raw.csv_text import NUMBER

NO_TIME = np.iinfo(np.int64).min
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")
_PER_MS = {"us": 1_000, "ns": 1_000_000}


def as_floats(column: pa.ChunkedArray) -> tuple[Floats, Bools]:
    """Numbers of a column.

    Returns
    -------
    tuple
        float64, NaN where empty or no number; and True where there is text
        that is no number.

    Raises
    ------
    TableError
        Where the type cannot hold numbers (a list, a date, true/false).
    """
    column = _decode_dictionary(column)
    if _is_text(column.type):
        return _parse_floats(column)
    if not _is_number(column.type):
        raise TableError(f"values of type {column.type}")
    values = pc.cast(column, pa.float64(), safe=False).to_numpy()
    return np.asarray(values, dtype=np.float64), np.zeros(len(column), dtype=np.bool_)


def as_epoch_ms(column: pa.ChunkedArray) -> Ints:
    """Times of a column as milliseconds since 1970 UTC.

    Whole numbers may be seconds, milli-, micro- or nanoseconds: between 2001
    and 5138 their sizes do not overlap. Times without a zone are taken as UTC.

    Returns
    -------
    int64, `NO_TIME` where there is no time. A stamp that is no whole
    millisecond gets an odd number, which is on no grid of seconds.

    Raises
    ------
    TableError
        Where the type cannot hold times.
    """
    column = _decode_dictionary(column)
    if pa.types.is_date(column.type):
        column = pc.cast(column, pa.timestamp("ms"))
    if pa.types.is_timestamp(column.type):
        return _from_timestamps(column)
    if _is_text(column.type):
        return _from_text(column)
    if not _is_number(column.type):
        raise TableError(f"values of type {column.type}")
    if pa.types.is_integer(column.type):
        return _scale_to_ms(_to_ints(pc.cast(column, pa.int64(), safe=False)))
    return _from_floats(as_floats(column)[0])


def _decode_dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        return pc.cast(column, column.type.value_type)
    return column


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_null(kind)
    )


def _parse_floats(column: pa.ChunkedArray) -> tuple[Floats, Bools]:
    try:  # the fast way: every field is a number
        values = np.asarray(pc.cast(column, pa.float64()).to_numpy(), dtype=np.float64)
        return values, np.zeros(len(column), dtype=np.bool_)
    except pa.ArrowInvalid:
        fields = [(text or "").strip() for text in column.to_pylist()]
    is_number = [NUMBER.fullmatch(text) is not None for text in fields]
    values = np.array(
        [float(text) if ok else np.nan for text, ok in zip(fields, is_number, strict=True)]
    )
    is_text = [bool(text) and not ok for text, ok in zip(fields, is_number, strict=True)]
    return values, np.array(is_text, dtype=np.bool_)


def _to_ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(pc.fill_null(column, NO_TIME).to_numpy(), dtype=np.int64)


def _from_timestamps(column: pa.ChunkedArray) -> Ints:
    unit = column.type.unit
    stamps = _to_ints(pc.cast(column, pa.int64()))
    if unit == "s":
        return np.where(stamps == NO_TIME, NO_TIME, stamps * 1_000)
    return stamps if unit == "ms" else _divide_to_ms(stamps, _PER_MS[unit])


def _divide_to_ms(stamps: Ints, per_ms: int) -> Ints:
    whole, rest = np.divmod(stamps, per_ms)
    return np.where(stamps == NO_TIME, NO_TIME, np.where(rest == 0, whole, whole | 1))


def _scale_to_ms(stamps: Ints) -> Ints:
    size = np.abs(np.where(stamps == NO_TIME, 0, stamps))
    choices = [size < 10**11, size < 10**14, size < 10**17]
    scaled = np.select(
        choices,
        [np.where(choices[0], stamps, 0) * 1_000, stamps, _divide_to_ms(stamps, 1_000)],
        _divide_to_ms(stamps, 1_000_000),
    )
    return np.where(stamps == NO_TIME, NO_TIME, scaled)


def _from_floats(values: Floats) -> Ints:
    known = np.isfinite(values) & (np.abs(values) < 9e18)
    return _scale_to_ms(
        np.where(known, np.rint(np.where(known, values, 0.0)), NO_TIME).astype(np.int64)
    )


def _from_text(column: pa.ChunkedArray) -> Ints:
    try:  # the fast way: every field is a whole number
        return _scale_to_ms(_to_ints(pc.cast(column, pa.int64())))
    except pa.ArrowInvalid:
        fields = [(text or "").strip() for text in column.to_pylist()]
    is_number = np.array([NUMBER.fullmatch(text) is not None for text in fields], dtype=np.bool_)
    numbers = np.array(
        [float(text) if ok else np.nan for text, ok in zip(fields, is_number, strict=True)]
    )
    return np.where(is_number, _from_floats(numbers), _from_iso(fields))


def _from_iso(fields: list[str]) -> Ints:
    # Only dates get through: pandas would read "now" and "today" off the clock.
    dates = [text if _ISO.fullmatch(text) else None for text in fields]
    times = pd.to_datetime(
        pd.Series(dates, dtype="str"), format="ISO8601", utc=True, errors="coerce"
    )
    stamps = times.dt.as_unit("us").astype("int64").to_numpy(dtype=np.int64)
    return _divide_to_ms(np.where(times.isna().to_numpy(), NO_TIME, stamps), 1_000)
