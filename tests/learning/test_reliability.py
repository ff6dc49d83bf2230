"""Bins of equal mass, bounds of a rate, the debiased calibration error."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import foldnorm
from statsmodels.stats.proportion import proportion_confint

from dipmaster.core.kernels import Floats
from dipmaster.learning.evaluation.reliability import (
    ReliabilityBin,
    build_reliability_bins,
    ece_statistic,
    rate_bounds,
)
from tests.learning.figures import made_outcomes

pytestmark = pytest.mark.slow


def reliability(p: Floats, won: Floats, bins: int) -> tuple[ReliabilityBin, ...]:
    """Bins whose rows lie in one block."""
    return build_reliability_bins(p, won, bins, np.zeros(p.size, np.int64), 0.025)


def ece_debiased(p: Floats, won: Floats, bins: int) -> float | None:
    return ece_statistic(p, won, bins).value()


def test_bins_by_hand() -> None:
    """Ten rows in four bins: places .5 .. 9.5 of 10, cut at 2.5, 5 and 7.5."""
    p = np.arange(10) / 10.0
    won = np.array([0, 0, 1, 0, 1, 1, 0, 1, 1, 1], dtype=np.float64)
    found = reliability(p[::-1], won[::-1], 4)
    assert [sorted((9 - part.rows).tolist()) for part in found] == [
        [0, 1],
        [2, 3, 4],
        [5, 6],
        [7, 8, 9],
    ]
    assert [(part.low, part.high) for part in found] == [
        (0.0, 0.1),
        (0.2, 0.4),
        (0.5, 0.6),
        (0.7, 0.9),
    ]
    assert [part.rate for part in found] == pytest.approx([0.0, 2 / 3, 0.5, 1.0])
    assert [part.mean_p for part in found] == pytest.approx([0.05, 0.3, 0.55, 0.8])


def test_ties_stay_together() -> None:
    p = np.array([0.1] * 6 + [0.2, 0.3, 0.4, 0.5])
    found = reliability(p, np.zeros(10), 5)
    assert [part.rows.tolist() for part in found] == [[0, 1, 2, 3, 4, 5], [6, 7], [8, 9]]


@given(values=st.lists(st.integers(0, 12), min_size=1, max_size=60), bins=st.integers(1, 12))
def test_every_row_has_one_bin_and_bins_rise(values: list[int], bins: int) -> None:
    p = np.array(values) / 12.0
    found = reliability(p, np.zeros(p.size), bins)
    assert sorted(np.concatenate([part.rows for part in found]).tolist()) == list(range(p.size))
    assert all(one.high < other.low for one, other in pairwise(found))
    assert len(found) <= bins


@given(rows=st.integers(1, 300), bins=st.integers(1, 20))
def test_equal_mass_without_ties(rows: int, bins: int) -> None:
    sizes = [part.rows.size for part in reliability(made_outcomes(rows)[0], np.zeros(rows), bins)]
    assert max(sizes) - min(sizes) <= 1


def slow_ece(p: Floats, won: Floats, bins: int) -> float:
    total = 0.0
    for part in reliability(p, won, bins):
        n, gap = part.rows.size, part.mean_p - part.rate
        spread = np.sqrt(part.rate * (1.0 - part.rate) / max(n - 1, 1))
        expected = foldnorm.mean(abs(gap) / spread, scale=spread) if spread > 0.0 else abs(gap)
        total += n / p.size * (2.0 * abs(gap) - expected)
    return max(total, 0.0)


@pytest.mark.parametrize("step", [0.0, 0.1])
@pytest.mark.parametrize("bins", [1, 4, 10])
def test_ece_is_its_formula(bins: int, step: float) -> None:
    p, won, _ = made_outcomes(500, step=step)
    assert ece_debiased(p, won, bins) == pytest.approx(slow_ece(p, won, bins), abs=1e-12)


def test_ece_by_hand() -> None:
    """One bin; .75 said and .5 seen of 5: s = .25, d / s = 1, E|N| = .25 x 1.1666309."""
    p, won = np.full(5, 0.75), np.array([1.0, 1.0, 0.0, 0.0, 0.5])
    assert ece_debiased(p, won, 3) == pytest.approx(0.5 - 0.25 * 1.1666309, abs=1e-6)


def plain_ece(p: Floats, won: Floats, bins: int) -> float:
    return sum(
        part.rows.size / p.size * abs(part.mean_p - part.rate) for part in reliability(p, won, bins)
    )


@pytest.mark.parametrize("gap", [0.0, 0.1, 0.3])
def test_debiasing_leaves_the_bias_that_it_says(gap: float) -> None:
    """1,000 sets of 600 rows in ten bins: 2 E|N(d, s)| - E|N(d, sqrt 2 s)| where gaps are d.

    Right probabilities are said to be half as wrong as without debiasing.
    """
    rng = np.random.default_rng(5)
    said, plain = [], []
    for _ in range(1000):
        p = rng.uniform(0.35, 0.65, 600)
        won = (rng.random(600) < p).astype(np.float64)
        said.append(ece_debiased(p + gap, won, 10))
        plain.append(plain_ece(p + gap, won, 10))
    s = np.sqrt(np.mean(p * (1.0 - p)) / 60.0)
    once, twice = (foldnorm.mean(gap / scale, scale=scale) for scale in (s, s * np.sqrt(2.0)))
    assert np.mean(said) == pytest.approx(2.0 * once - twice, abs=0.003)
    assert np.mean(plain) == pytest.approx(once, abs=0.003)
    if gap == 0.0:
        assert np.mean(said) < 0.62 * np.mean(plain)


def test_bounds_of_independent_rows_are_clopper_pearson_s() -> None:
    won = np.random.default_rng(1).random(400) < 0.3
    low, high = rate_bounds(won, np.arange(400), 0.025)
    expected = proportion_confint(int(won.sum()), 400, 0.05, method="beta")
    np.testing.assert_allclose([low, high], expected, atol=2e-3)
    assert low is not None
    assert low <= expected[0] + 1e-12  # Student's value for 399 is a little wider


def test_bounds_widen_where_blocks_win_or_lose_together() -> None:
    block = np.repeat(np.arange(20), 20)
    together = np.repeat(np.random.default_rng(2).random(20) < 0.5, 20)
    low, high = rate_bounds(together, block, 0.025)
    alone = proportion_confint(int(together.sum()) // 20, 20, 0.05, method="beta")
    assert low is not None
    assert high is not None
    assert high - low == pytest.approx(alone[1] - alone[0], rel=0.12)  # 20 rows, not 400


def test_bounds_without_a_loss_keep_a_width() -> None:
    low, high = rate_bounds(np.ones(30, dtype=bool), np.arange(30) % 6, 0.025)
    assert high == 1.0
    assert low is not None
    assert 0.7 < low < proportion_confint(30, 30, 0.05, method="beta")[0]


def test_one_block_has_no_bounds() -> None:
    assert rate_bounds(np.array([True, False]), np.zeros(2, np.int64), 0.025) == (None, None)


def test_table() -> None:
    p, won, _ = made_outcomes(300)
    block = np.arange(300) // 30
    table = build_reliability_bins(p, won, 4, block, 0.025)
    assert [row.rows.size for row in table] == [75, 75, 75, 75]
    for row, part in zip(table, reliability(p, won, 4), strict=True):
        assert (row.mean_p, row.rate) == (part.mean_p, part.rate)
        bounds = rate_bounds(won[part.rows] > 0.0, block[part.rows], 0.025)
        assert (row.rate_low, row.rate_high) == bounds
        assert row.rate_low is not None
        assert row.rate_high is not None
        assert row.rate_low < row.rate < row.rate_high
        assert (part.rate_low, part.rate_high) == (None, None)
    assert build_reliability_bins(np.zeros(0), np.zeros(0), 4, np.zeros(0, np.int64), 0.025) == ()
