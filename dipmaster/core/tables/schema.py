"""What a table is: columns with type, unit and meaning, and the check of a frame."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from dipmaster.core.errors import TableError

TIME = pa.timestamp("ms", tz="UTC")
F64 = pa.float64()
F32 = pa.float32()
I64 = pa.int64()
I32 = pa.int32()
I8 = pa.int8()
TEXT = pa.string()
BOOL = pa.bool_()


@dataclass(frozen=True)
class Column:
    """One column: its type, its unit ("" where it has none) and what it means."""

    name: str
    dtype: pa.DataType
    unit: str
    meaning: str
    optional: bool = False


@dataclass(frozen=True)
class Table:
    """A named list of columns; `check` holds a frame against it."""

    name: str
    columns: tuple[Column, ...]

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
            Where a required column is missing, an unknown one is there, or one is of another kind.
        """
        missing = [c.name for c in self.columns if not c.optional and c.name not in frame]
        unknown = [str(name) for name in frame.columns if name not in self.names]
        if missing or unknown:
            raise TableError(
                f"{where}: expected the columns of table '{self.name}', "
                f"missing {missing or 'none'}, unknown {unknown or 'none'}.\n"
                "  Cure: run the stage that writes this table again."
            )
        self._demand_kinds(frame, where)
        return frame[[name for name in self.names if name in frame]]

    def _demand_kinds(self, frame: pd.DataFrame, where: str) -> None:
        """Numbers where numbers are due, text for text, times for times."""
        for column in self.columns:
            if column.name in frame and not _fits(frame[column.name], column.dtype):
                raise TableError(
                    f"{where}: expected column '{column.name}' of table '{self.name}' as "
                    f"{column.dtype}, found {frame[column.name].dtype}.\n"
                    "  Cure: run the stage that writes this table again."
                )


def _fits(values: "pd.Series[Any]", dtype: pa.DataType) -> bool:
    if pa.types.is_timestamp(dtype):
        return isinstance(values.dtype, pd.DatetimeTZDtype)
    if pa.types.is_boolean(dtype):
        return pd.api.types.is_bool_dtype(values.dtype)
    if pa.types.is_string(dtype):
        return pd.api.types.is_string_dtype(values.dtype)
    return pd.api.types.is_numeric_dtype(values.dtype)


def required(*rows: tuple[str, pa.DataType, str, str]) -> tuple[Column, ...]:
    """Columns every frame of a table has, from (name, type, unit, meaning)."""
    return tuple(Column(*row) for row in rows)


def optional(*rows: tuple[str, pa.DataType, str, str]) -> tuple[Column, ...]:
    """Columns a frame of a table may lack, from (name, type, unit, meaning)."""
    return tuple(Column(*row, optional=True) for row in rows)
