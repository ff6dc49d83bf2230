"""Scores of other candidates are refused, whatever their number."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.catalog import check_scores
from dipmaster.core.errors import DataError
from dipmaster.core.panel import to_timestamps
from dipmaster.core.tables import SCORES as TABLE
from dipmaster.core.time_units import BAR_MS

TIMES = 1_672_531_200_000 + BAR_MS * np.array([0, 50, 90])
CANDIDATES = pd.DataFrame(
    {"candidate_id": [0, 1, 2], "symbol": ["A", "B", "A"], "open_time": to_timestamps(TIMES)}
)
SCORES = CANDIDATES.assign(confidence=[np.nan, 0.0, 1.0])


def test_the_same_candidates_pass() -> None:
    assert check_scores(SCORES, CANDIDATES) is SCORES


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"symbol": ["A", "ZZZ", "A"]}, "the symbol of each candidate.*ZZZ for B in row 1"),
        ({"open_time": to_timestamps(TIMES + BAR_MS)}, "the open_time of each candidate"),
        ({"candidate_id": [0, 2, 1]}, "the candidate_id of each candidate"),
    ],
)
def test_others_are_refused(change: dict, told: str) -> None:
    with pytest.raises(DataError, match=rf"(?s){told}.*`features` on"):
        check_scores(SCORES.assign(**change), CANDIDATES)


def test_another_number_is_refused() -> None:
    with pytest.raises(DataError, match="one row for each of 3 candidates"):
        check_scores(SCORES.iloc[:2], CANDIDATES)


def test_a_confidence_outside_is_refused_by_the_table() -> None:
    column = next(column for column in TABLE.columns if column.name == "confidence")
    assert column.find_out_of_range(pd.Series([0.1, 2.4, np.nan, np.inf, -0.1])).tolist() == [
        1,
        3,
        4,
    ]
