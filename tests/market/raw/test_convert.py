"""Columns to numbers and times: every unit, every type, and what is neither."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.errors import TableError
from dipmaster.market.raw.convert import NO_TIME, as_epoch_ms, as_floats

NEW_YEAR = 1_672_531_200_000  # 2023-01-01 in milliseconds


def column(values: list[Any], kind: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


@pytest.mark.parametrize(
    "values",
    [
        [NEW_YEAR // 1000],
        [NEW_YEAR],
        [NEW_YEAR * 1000],
        [NEW_YEAR * 1_000_000],
        [float(NEW_YEAR)],
        [NEW_YEAR / 1000],
        [str(NEW_YEAR)],
        [f" {NEW_YEAR}.0 "],
        ["1.6725312e12"],
        ["2023-01-01"],
        ["2023-01-01 00:00"],
        ["2023-01-01T00:00:00.000Z"],
        ["2023-01-01 05:30:00+05:30"],
        [datetime(2023, 1, 1)],
        [date(2023, 1, 1)],
    ],
)
def test_one_moment_in_many_spellings(values: list[Any]) -> None:
    assert as_epoch_ms(column(values)).tolist() == [NEW_YEAR]
    assert as_epoch_ms(column([*values, None])).tolist() == [NEW_YEAR, NO_TIME]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_timestamps(unit: str, zone: str | None) -> None:
    stamps = pa.array([NEW_YEAR, None], pa.timestamp("ms")).cast(pa.timestamp(unit))
    typed = pa.chunked_array([stamps.cast(pa.int64()).cast(pa.timestamp(unit, zone))])
    assert as_epoch_ms(typed).tolist() == [NEW_YEAR, NO_TIME]


def test_units_may_change_inside_a_column() -> None:
    mixed = column([NEW_YEAR, NEW_YEAR * 1000, NEW_YEAR // 1000])
    assert as_epoch_ms(mixed).tolist() == [NEW_YEAR] * 3


@given(st.integers(1, 999_999))
def test_a_stamp_between_two_milliseconds_is_on_no_grid(nanoseconds: int) -> None:
    (converted,) = as_epoch_ms(column([NEW_YEAR * 1_000_000 + nanoseconds]))
    assert converted % 1000


@pytest.mark.parametrize(
    "text", ["now", "today", "NaT", "12:00", "01/02/2023", "2023", "-", "1e400"]
)
def test_no_time(text: str) -> None:
    converted = as_epoch_ms(column([text, "2023-01-01"]))
    assert converted[1] == NEW_YEAR
    assert converted[0] == (NO_TIME if text != "2023" else 2023_000)  # a number: seconds of 1970


def test_numbers_of_every_type() -> None:
    for values, kind in [
        ([1, 2, None], pa.int32()),
        ([1, 2, None], pa.uint64()),
        ([1.0, 2.0, None], pa.float32()),
        ([Decimal("1.00"), Decimal("2.00"), None], pa.decimal128(10, 2)),
        (["1", " 2.0", ""], pa.string()),
        (["1", "2e0", None], pa.large_string()),
        (["1", "2", None], pa.dictionary(pa.int32(), pa.string())),
    ]:
        converted, text = as_floats(column(values, kind))
        np.testing.assert_array_equal(converted, [1.0, 2.0, np.nan])
        assert not text.any()


def test_text_is_distinguished_from_a_missing_number() -> None:
    converted, text = as_floats(column(["1", "x", "", None, "nan", "1,5", "-2", "+3", "1e3"]))
    np.testing.assert_array_equal(
        converted, [1, np.nan, np.nan, np.nan, np.nan, np.nan, -2, 3, 1000]
    )
    assert text.tolist() == [False, True, False, False, False, True, False, False, False]


@pytest.mark.parametrize("values", [[True], [[1.0]], [b"1"]])
def test_types_that_are_neither(values: list[Any]) -> None:
    with pytest.raises(TableError, match="values of type"):
        as_floats(column(values))
    with pytest.raises(TableError, match="values of type"):
        as_epoch_ms(column(values))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_written_numbers_come_back_exactly(value: float) -> None:
    assert as_floats(column([repr(value)]))[0].tolist() == [value]
    assert as_floats(column([repr(value), "x"]))[0].tolist()[0] == value
