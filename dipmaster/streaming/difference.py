"""Two values that must be the same, to the last bit, and the first that are not.

Floats agree where they are the same number with the same sign, or both are missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dipmaster.core.errors import DataError
from dipmaster.core.panel import format_time

Columns = Mapping[str, Sequence[Any] | npt.NDArray[Any]]
"""Column to one value a row."""


@dataclass(frozen=True)
class ParityDifference:
    """The first value that is another.

    Attributes
    ----------
    table, column
        Of the batch; "row" where only one of the two has the row.
    time_ms
        Open time of the bar that had closed.
    symbol
        "" where the value belongs to no coin.
    """

    table: str
    time_ms: int
    symbol: str
    column: str
    stream: Any
    batch: Any

    def __str__(self) -> str:
        """The place and both values."""
        coin = f", {self.symbol}" if self.symbol else ""
        return (
            f"{self.table}, bar {format_time(self.time_ms)}{coin}, {self.column}: "
            f"stream {self.stream!r}, batch {self.batch!r}"
        )


class ParityError(DataError):
    """The stream decided otherwise than the batch."""

    def __init__(self, difference: ParityDifference) -> None:
        super().__init__(
            f"replay: expected what the batch wrote, found another value.\n  {difference}\n"
            "  Fix: run the stages on these bars again; where it stays, one of the two is wrong."
        )
        self.difference = difference


def find_difference(
    table: str, time_ms: int, symbols: Sequence[str], stream: Columns, batch: Columns, rows: Any
) -> ParityDifference | None:
    """The first difference between columns of the stream and rows of the batch's table.

    Parameters
    ----------
    symbols
        Of each row of the stream.
    rows
        Rows of the batch's table, a slice or indices; one that is not there is a difference.
    """
    for name, values in stream.items():
        expected = batch[name][rows]
        for row, symbol in enumerate(symbols):
            if row >= len(expected):
                return ParityDifference(table, time_ms, symbol, "row", to_plain(values[row]), None)
            one, other = to_plain(values[row]), to_plain(expected[row])
            if not is_same(one, other):
                return ParityDifference(table, time_ms, symbol, name, one, other)
    return None


def is_same(stream: Any, batch: Any) -> bool:
    """Whether two plain values are the same to the last bit, or both missing."""
    if isinstance(stream, float) and isinstance(batch, float):
        if stream != stream or batch != batch:
            return stream != stream and batch != batch
        return stream == batch and bool(np.signbit(stream) == np.signbit(batch))
    return bool(stream == batch)


def to_plain(value: Any) -> Any:
    """A value without numpy: single precision as the double that it is."""
    return value.item() if isinstance(value, np.generic) else value
