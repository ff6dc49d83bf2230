"""Points of the scatter: all of few, every k-th of many."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.evaluation.phases.exits.excursions import excursion_points


def trades(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "mae_frac": -1e-4 * np.arange(n),
            "mfe_frac": 2e-4 * np.arange(n),
            "return_frac": 1e-4 * np.arange(n),
            "exit_type": ["stop", "target"] * (n // 2) + ["stop"] * (n % 2),
        }
    )


def test_by_hand() -> None:
    second = excursion_points(trades(2))[1]
    bps = (second.mae_bps, second.mfe_bps, second.net_bps)
    assert bps == pytest.approx((-1.0, 2.0, 1.0))
    assert second.exit_type == "target"


@pytest.mark.parametrize(("n", "dots"), [(0, 0), (600, 600), (601, 301), (6000, 600), (6001, 546)])
def test_at_most_so_many(n: int, dots: int) -> None:
    found = excursion_points(trades(n))
    assert len(found) == dots <= 600
    steps = np.diff([round(row.net_bps) for row in found])
    assert np.unique(steps).size <= 1
