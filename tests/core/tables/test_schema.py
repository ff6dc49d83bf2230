"""A frame that does not fit its table is refused with the column's name."""

import pandas as pd
import pytest

from dipmaster.core.errors import TableError
from dipmaster.core.tables import CANDIDATES
from dipmaster.core.tables.schema import BOOL, F64, TEXT, TIME, TableSchema, required

SMALL = TableSchema(
    "small",
    required(("at", TIME, "", ""), ("x", F64, "", ""), ("name", TEXT, "", ""), ("b", BOOL, "", "")),
)


def fitting() -> pd.DataFrame:
    times = pd.to_datetime(["2023-01-01"], utc=True).astype("datetime64[ms, UTC]")
    return pd.DataFrame({"at": times, "x": [1.0], "name": ["A"], "b": [True]})


def test_what_fits_comes_back_in_the_tables_order() -> None:
    assert list(SMALL.check(fitting()[["name", "b", "x", "at"]], "here").columns) == SMALL.names


@pytest.mark.parametrize(
    ("column", "values"),
    [("x", ["1.0"]), ("at", [5]), ("name", [7]), ("b", ["yes"])],
)
def test_another_kind_is_refused(column: str, values: list[object]) -> None:
    frame = fitting().assign(**{column: values})
    with pytest.raises(TableError, match=rf"(?s)here: expected column '{column}'.*Fix"):
        SMALL.check(frame, "here")


def test_missing_and_unknown_columns_are_named() -> None:
    frame = pd.DataFrame({"candidate_id": [0], "colour": ["red"]})
    with pytest.raises(TableError, match=r"missing \['symbol'.*unknown \['colour'\]"):
        CANDIDATES.check(frame, "here")


RANGED = TableSchema(
    "ranged",
    required(
        ("share", F64, "0..1", ""),
        ("state", F64, "-1..2: low, normal, high; -1 not known", ""),
        ("target", F64, "frac, above 0", ""),
        ("free", F64, "frac", ""),
    ),
)


def build_ranged_frame() -> pd.DataFrame:
    return pd.DataFrame(
        {"share": [0.0, 1.0], "state": [-1.0, 2.0], "target": [1e-9, 1.0], "free": [-5.0, 9.0]}
    )


def test_both_ends_of_a_range_and_missing_values_are_inside() -> None:
    RANGED.check(build_ranged_frame(), "here")
    RANGED.check(build_ranged_frame().assign(share=float("nan"), target=float("nan")), "here")


@pytest.mark.parametrize(
    ("column", "value"),
    [("share", -0.01), ("share", 1.01), ("state", -2.0), ("state", 3.0), ("target", 0.0)],
)
def test_a_value_outside_its_range_is_named_with_its_row(column: str, value: float) -> None:
    frame = build_ranged_frame()
    frame.loc[1, column] = value
    with pytest.raises(TableError, match=rf"'{column}'.*found {value} in row 1 \(1 rows"):
        RANGED.check(frame, "here")
