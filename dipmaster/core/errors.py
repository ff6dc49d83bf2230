"""The exceptions of the project; every message names place, expected, found and the fix.

DipMasterError
├── ParamsError      params.yaml does not fit its models (all faults reported at once)
├── DataError        bars or other input that cannot be used
│   └── TableError   a table between two stages lacks what its schema requires
└── PipelineError    a stage was started where its inputs or the lock are not there,
                     or where another process works on its outputs
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

MAX_SHOWN = 5  # of many faults of one kind


class DipMasterError(Exception):
    """Base of all errors a user can fix; they are printed, and end the program with a code."""

    exit_code: ClassVar[int] = 1


class ParamsError(DipMasterError):
    """params.yaml holds unknown keys or values out of range."""


class DataError(DipMasterError):
    """Input data that cannot be used."""


class TableError(DataError):
    """A table does not fit its schema."""


class PipelineError(DipMasterError):
    """A stage cannot run where it was started."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in an input: where, expected, found, fix.

    Parameters
    ----------
    where
        File, and row or time in it, as the user would look it up.
    expected, found
        What the reader requires and what is there.
    fix
        What the user can do.
    """

    where: str
    expected: str
    found: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, found {self.found}.\n  Fix: {self.fix}"


def data_error(where: str, expected: str, found: str, fix: str) -> DataError:
    """Build a `DataError` in the one form that all data errors have."""
    return DataError(str(Fault(where, expected, found, fix)))


def data_errors(faults: Sequence[object], noun: str) -> DataError:
    """Build one `DataError` of several faults: the first ones, and how many more `noun`."""
    more = len(faults) - MAX_SHOWN
    shown = [str(fault) for fault in faults[:MAX_SHOWN]]
    return DataError("\n".join([*shown, f"... and {more} more {noun}"] if more > 0 else shown))
