"""Kelly's fraction: by hand, against the growth rate that it maximises, and never negative."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.sizing import compute_kelly_frac


def kelly(p: float, b: float, share: float = 1.0) -> float:
    return float(compute_kelly_frac(np.array([p]), np.array([b]), share)[0])


def test_by_hand() -> None:
    assert kelly(0.6, 1.0) == pytest.approx(0.2)
    assert kelly(0.82, 0.307, 0.25) == pytest.approx(0.25 * (0.82 - 0.18 / 0.307))
    assert kelly(0.77, 0.226) == 0.0  # the roadmap's own "Current": nothing to bet
    assert np.isnan(kelly(np.nan, 1.0))
    assert np.isnan(kelly(0.9, np.nan))


@given(st.floats(0.01, 0.99), st.floats(0.05, 20.0))
def test_it_maximises_growth(p: float, b: float) -> None:
    """Kelly (1956): no other share of the stake gives more log wealth."""
    best = kelly(p, b)
    assert 0.0 <= best <= p

    def growth(share: float) -> float:
        return float(p * np.log1p(share * b) + (1.0 - p) * np.log1p(-share))

    others = [best - 0.01, best + 0.01, 0.0]
    assert all(growth(best) >= growth(one) - 1e-12 for one in others if 0.0 <= one < 1.0)
    assert kelly(p, b, 0.25) == pytest.approx(best / 4)
