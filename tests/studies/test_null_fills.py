"""Fills of the null study, by hand."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.params import Exits
from studies.null_fills import compute_gross_outcomes

EXITS = Exits(target_frac=0.01, stop_frac=0.02, boundary_min_net_frac=0.0, max_holding_bars=3)


def bars(*rows: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["open", "high", "low"])


@pytest.mark.parametrize(
    ("rows", "gross", "end"),
    [
        ([(100, 100.5, 99.5), (100, 103, 99.9)], 0.01, "target"),  # level, not the high
        ([(100, 100.5, 99.5), (100, 100.5, 95)], -0.02, "stop"),
        ([(100, 103, 95)], -0.02, "stop"),  # both touched: the stop
        ([(100, 100.5, 99.5), (97, 97, 96)], -0.03, "stop"),  # a gap fills at the open
        ([(100, 100.5, 99.5), (102, 103, 101)], 0.02, "target"),
        ([(100, 100.5, 99.5), (100, 100.5, 99.5), (100, 100.5, 99.5)], 0.004, "time"),
    ],
)
def test_fill(rows, gross, end):
    calm = (100.4, 100.4, 100.4)
    outcome = compute_gross_outcomes(bars(*rows, calm, calm, calm), np.array([0]), EXITS)
    assert outcome.gross[0] == pytest.approx(gross)
    assert (outcome.stopped[0], outcome.at_target[0]) == (end == "stop", end == "target")
