"""What every test of bad input asks: one error with the file, what was found and the cure."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from dipmaster.core.errors import DataError
from dipmaster.market.raw import RawMarket

Bars = Callable[..., pd.DataFrame]
Read = Callable[..., RawMarket]


def read_error(read: Read, *texts: str, **changes: Any) -> str:
    """Read, expect a DataError whose message has all `texts` and a cure."""
    with pytest.raises(DataError) as raised:
        read(**changes)
    message = str(raised.value)
    for text in ("data/raw", "Fix:", *texts):
        assert text in message, f"{text!r} is not in:\n{message}"
    return message


def with_cell(frame: pd.DataFrame, column: str, row: int, value: Any) -> pd.DataFrame:
    changed = frame.astype({column: "object"})
    changed.loc[row, column] = value
    return changed
