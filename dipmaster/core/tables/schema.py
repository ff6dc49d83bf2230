"""What a table is: columns with type, unit, range and meaning, and the check of a frame."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dipmaster.core.errors import TableError
from dipmaster.core.kernels import Ints

TIME = pa.timestamp("ms", tz="UTC")
F64 = pa.float64()
F32 = pa.float32()
I64 = pa.int64()
I32 = pa.int32()
I8 = pa.int8()
TEXT = pa.string()
BOOL = pa.bool_()
FLAG = "-1..1: no, yes; -1 not known"
CLASS = "-1..2: low, normal, high; -1 not known"
POSITIVE = "frac, above 0"
_RANGE = re.compile(r"(-?[\d.]+?)\.\.(-?[\d.]+)(?=:|$)")


@dataclass(frozen=True)
class ColumnSchema:
    """One column: its type, its unit ("" where it has none) and what it means.

    A unit such as ``0..1`` or ``-1..2: low, normal, high`` is also the range of its
    values, both ends included; one that ends with ``above 0`` excludes zero.
    """

    name: str
    dtype: pa.DataType
    unit: str
    meaning: str
    optional: bool = False

    def find_out_of_range(self, values: "pd.Series[Any]") -> Ints:
        """Rows whose value lies outside the range; a missing value lies in every range."""
        if not self.has_range:
            return np.empty(0, dtype=np.int64)
        array = values.to_numpy()
        if self._bounds is None:
            return np.flatnonzero(array <= 0)
        low, high = self._bounds
        return np.flatnonzero((array < low) | (array > high))

    @cached_property
    def has_range(self) -> bool:
        """Whether the unit says which values can be."""
        return self._bounds is not None or self.unit.endswith("above 0")

    @cached_property
    def _bounds(self) -> tuple[float, float] | None:
        bounds = _RANGE.match(self.unit)
        return None if bounds is None else (float(bounds[1]), float(bounds[2]))


@dataclass(frozen=True)
class TableSchema:
    """A named list of columns; `check` checks a frame against it."""

    name: str
    columns: tuple[ColumnSchema, ...]

    @property
    def names(self) -> list[str]:
        """Column names in order, the optional ones included."""
        return [column.name for column in self.columns]

    def schema(self, present: list[str]) -> pa.Schema:
        """Arrow schema of those columns that are in `present`, in table order."""
        return pa.schema([pa.field(c.name, c.dtype) for c in self.columns if c.name in present])

    def check(self, frame: pd.DataFrame, where: str) -> pd.DataFrame:
        """Return `frame` with the table's column order.

        Raises
        ------
        TableError
            Where a required column is missing, an unknown one is there, one is of another
            kind, or a value lies outside its column's range.
        """
        missing = [c.name for c in self.columns if not c.optional and c.name not in frame]
        unknown = [str(name) for name in frame.columns if name not in self.names]
        if missing or unknown:
            raise TableError(
                f"{where}: expected the columns of table '{self.name}', "
                f"missing {missing or 'none'}, unknown {unknown or 'none'}.\n"
                "  Fix: run the stage that writes this table again."
            )
        self._check_types(frame, where)
        self._check_ranges(frame, where)
        ordered = [name for name in self.names if name in frame]
        return frame if ordered == list(frame.columns) else frame[ordered]

    def _check_types(self, frame: pd.DataFrame, where: str) -> None:
        """Raise `TableError` unless every column has the type of its schema."""
        found = dict(zip(frame.columns, frame.dtypes, strict=True))
        for column in self.columns:
            if column.name in found and not _matches_type(found[column.name], column.dtype):
                raise TableError(
                    f"{where}: expected column '{column.name}' of table '{self.name}' as "
                    f"{column.dtype}, found {found[column.name]}.\n"
                    "  Fix: run the stage that writes this table again."
                )

    def _check_ranges(self, frame: pd.DataFrame, where: str) -> None:
        for column in self.columns:
            if not column.has_range or column.name not in frame:
                continue
            out_of_range = column.find_out_of_range(frame[column.name])
            if out_of_range.size:
                raise TableError(
                    f"{where}: expected column '{column.name}' of table '{self.name}' in "
                    f"{column.unit}, found {frame[column.name].iloc[out_of_range[0]]} in row "
                    f"{out_of_range[0]} ({out_of_range.size} rows outside).\n"
                    "  Fix: run the stage that writes this table again."
                )


def _matches_type(found: Any, dtype: pa.DataType) -> bool:
    if pa.types.is_timestamp(dtype):
        return isinstance(found, pd.DatetimeTZDtype)
    if pa.types.is_boolean(dtype):
        return pd.api.types.is_bool_dtype(found)
    if pa.types.is_string(dtype):
        words = found.categories.dtype if isinstance(found, pd.CategoricalDtype) else found
        return pd.api.types.is_string_dtype(words)
    return pd.api.types.is_numeric_dtype(found)


def required(*rows: tuple[str, pa.DataType, str, str]) -> tuple[ColumnSchema, ...]:
    """Columns every frame of a table has, from (name, type, unit, meaning)."""
    return tuple(ColumnSchema(*row) for row in rows)


def optional(*rows: tuple[str, pa.DataType, str, str]) -> tuple[ColumnSchema, ...]:
    """Columns a frame of a table may lack, from (name, type, unit, meaning)."""
    return tuple(ColumnSchema(*row, optional=True) for row in rows)


def candidate_keys(open_time: str) -> tuple[ColumnSchema, ...]:
    """Columns that name a row's candidate; rows stand as in table CANDIDATES.

    Parameters
    ----------
    open_time
        Meaning of the column of that name: the bar, and what is known or done after it.
    """
    return required(
        ("candidate_id", I64, "", "as in candidates, the same order"),
        ("symbol", TEXT, "", "coin pair"),
        ("open_time", TIME, "UTC", open_time),
    )
