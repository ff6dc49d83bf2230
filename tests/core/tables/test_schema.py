"""A frame that does not fit its table is refused with the column's name."""

import pandas as pd
import pytest

from dipmaster.core.errors import TableError
from dipmaster.core.tables import CANDIDATES
from dipmaster.core.tables.schema import BOOL, F64, TEXT, TIME, Table, required

SMALL = Table(
    "small",
    required(("at", TIME, "", ""), ("x", F64, "", ""), ("name", TEXT, "", ""), ("b", BOOL, "", "")),
)


def fitting() -> pd.DataFrame:
    at = pd.to_datetime(["2023-01-01"], utc=True).astype("datetime64[ms, UTC]")
    return pd.DataFrame({"at": at, "x": [1.0], "name": ["A"], "b": [True]})


def test_what_fits_comes_back_in_the_tables_order() -> None:
    assert list(SMALL.check(fitting()[["name", "b", "x", "at"]], "here").columns) == SMALL.names


@pytest.mark.parametrize(
    ("column", "values"),
    [("x", ["1.0"]), ("at", [5]), ("name", [7]), ("b", ["yes"])],
)
def test_another_kind_is_refused(column: str, values: list[object]) -> None:
    frame = fitting().assign(**{column: values})
    with pytest.raises(TableError, match=rf"(?s)here: expected column '{column}'.*Cure"):
        SMALL.check(frame, "here")


def test_missing_and_unknown_columns_are_named() -> None:
    frame = pd.DataFrame({"candidate_id": [0], "colour": ["red"]})
    with pytest.raises(TableError, match=r"missing \['symbol'.*unknown \['colour'\]"):
        CANDIDATES.check(frame, "here")
