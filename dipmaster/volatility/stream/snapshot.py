"""What a stream remembers, as arrays by name: given out, and taken in again."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dipmaster.core.errors import TableError

Array = npt.NDArray[Any]


def name_arrays(memory: Any, prefix: str) -> Iterator[tuple[str, Array]]:
    """Arrays of a tuple of arrays and such tuples, each by the path of its fields."""
    for name, value in zip(memory._fields, memory, strict=True):
        path = f"{prefix}.{name}"
        if isinstance(value, tuple):
            yield from name_arrays(value, path)
        else:
            yield path, value


def restore_arrays(arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
    """Write the arrays of a snapshot over those of a stream that is as new.

    Raises
    ------
    TableError
        Where one is missing, or has another shape or type.
    """
    for name, array in arrays.items():
        if name not in state:
            raise _unfit(name, f"an array of shape {array.shape}", "none")
        given = np.asarray(state[name])
        if given.shape != array.shape or given.dtype != array.dtype:
            expected = f"{array.dtype} of shape {array.shape}"
            raise _unfit(name, expected, f"{given.dtype} of shape {given.shape}")
    for name, array in arrays.items():
        array[...] = state[name]


def _unfit(name: str, expected: str, found: str) -> TableError:
    return TableError(
        f"snapshot of the volatility stream: {name}: expected {expected}, found {found}.\n"
        "  Fix: use a snapshot of this version of dipmaster, or start from the first bar."
    )


def roll_in(rows: Array, newest: Any) -> None:
    """Drop the first row and append the newest: rows stay in the order of time."""
    if len(rows):
        rows[:-1] = rows[1:]
        rows[-1] = newest


def in_order(ring: Array, count: int) -> Array:
    """A ring's last axis in the order of time, where entry n was written to place n % length.

    Parameters
    ----------
    count
        Entries written so far; with fewer than the length only these are returned.
    """
    length = ring.shape[-1]
    if count < length:
        return ring[..., :count]
    place = count % length
    return np.concatenate([ring[..., place:], ring[..., :place]], axis=-1)
