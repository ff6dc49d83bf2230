"""The block bootstrap: Student's interval for a mean, repeated rows for anything else."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from dipmaster.core.kernels import Floats, Ints
from dipmaster.learning.evaluation.calibration_line import calibration_line_statistics
from dipmaster.learning.evaluation.intervals import block_interval, block_intervals
from dipmaster.learning.evaluation.losses import mean_statistic
from dipmaster.learning.evaluation.ranks import auc_statistic
from dipmaster.learning.evaluation.statistic import Statistic
from dipmaster.results.common import Interval
from tests.learning.figures import STATISTICS, evaluate, made_outcomes

SEED = np.random.SeedSequence(77)


def test_mean_of_equal_blocks_has_student_s_interval() -> None:
    rng = np.random.default_rng(3)
    blocks = 0.3 * rng.standard_normal(9)
    values = np.repeat(blocks, 20) + rng.standard_normal(180)
    means = values.reshape(9, 20).mean(axis=1)
    low, high = stats.t.interval(0.95, 8, means.mean(), stats.sem(means))
    found = block_interval(mean_statistic(values), np.arange(180) // 20, 20_000, SEED, 0.025)
    assert found.low is not None
    assert found.high is not None
    assert found.value == pytest.approx(means.mean())
    assert found.high - found.low == pytest.approx(high - low, rel=0.02)
    assert found.high - found.value == pytest.approx(found.value - found.low)


def slow_interval(name: str, block: Ints, reps: int, alpha: float) -> tuple[float, float]:
    """Every resample's rows written out and the figure taken of them."""
    rows = made_outcomes(block.size)
    groups = np.unique(block)
    rng = np.random.Generator(np.random.PCG64(SEED))
    draws = []
    for times in rng.multinomial(groups.size, np.full(groups.size, 1.0 / groups.size), size=reps):
        picked = [
            np.flatnonzero(block == g) for g, k in zip(groups, times, strict=True) for _ in range(k)
        ]
        index = np.concatenate(picked)
        statistic = STATISTICS[name](*(c[index] for c in rows))
        draws.append(evaluate(statistic, np.ones((1, index.size)))[0])
    g = groups.size
    margin = stats.t.ppf(1.0 - alpha, g - 1) * np.std(draws) * np.sqrt(g / (g - 1))
    value = STATISTICS[name](*rows).value()
    assert value is not None
    return value - margin, value + margin


@pytest.mark.parametrize("name", sorted(STATISTICS))
def test_slow_twin(name: str) -> None:
    block = np.sort(np.random.default_rng(4).integers(0, 8, 400)) * 3 - 5  # any codes, with holes
    statistic = STATISTICS[name](*made_outcomes(400))
    low, high = slow_interval(name, block, 100, 0.025)
    found = block_interval(statistic, block, 100, SEED, 0.025)
    assert found.low == pytest.approx(max(low, statistic.lowest), rel=1e-6, abs=1e-9)
    assert found.high == pytest.approx(min(high, statistic.highest), rel=1e-6, abs=1e-9)


def test_same_seed_same_bytes_other_seed_other_draws() -> None:
    p, won, _ = made_outcomes(300)
    block = np.arange(300) // 50
    one = block_interval(auc_statistic(p, won), block, 200, SEED, 0.025)
    assert block_interval(auc_statistic(p, won), block, 200, SEED, 0.025) == one
    other = np.random.SeedSequence(78)
    assert block_interval(auc_statistic(p, won), block, 200, other, 0.025).low != one.low


def test_a_smaller_alpha_is_wider_and_bounds_stay_in_range() -> None:
    p, won, _ = made_outcomes(90)
    block = np.arange(90) // 15
    wide = block_interval(auc_statistic(p, won), block, 300, SEED, 0.0001)
    narrow = block_interval(auc_statistic(p, won), block, 300, SEED, 0.2)
    assert wide.high == 1.0
    assert wide.low is not None
    assert narrow.low is not None
    assert 0.0 <= wide.low < narrow.low


def test_what_cannot_be_computed_says_why() -> None:
    p, won, _ = made_outcomes(40)
    for blocks in (1, 2, 3):
        few = block_interval(auc_statistic(p, won), np.arange(40) % blocks, 100, SEED, 0.025)
        assert few.value is not None
        assert (few.low, few.high) == (None, None)
        assert few.reason == f"{blocks} of 4 blocks that bounds need"
    no_loss = block_interval(auc_statistic(p, np.ones(40)), np.arange(40), 100, SEED, 0.025)
    assert no_loss == Interval(None, None, None, "outcomes of one class only")
    none = block_interval(mean_statistic(p[:0]), np.zeros(0, np.int64), 100, SEED, 0.025)
    assert none == Interval(None, None, None, "no rows")


def test_a_figure_that_many_resamples_lack_has_no_bounds() -> None:
    """The only loss lies in one of four blocks: a third of the resamples miss it."""
    won = np.ones(40)
    won[3] = 0.0
    p, _, _ = made_outcomes(40)
    found = block_interval(auc_statistic(p, won), np.arange(40) // 10, 1000, SEED, 0.025)
    assert found.low is None
    assert found.reason in {f"cannot be computed in {k}% of the resamples" for k in range(28, 36)}


def test_no_spread_is_not_certainty() -> None:
    parted = np.concatenate([np.full(20, 0.2), np.full(20, 0.7)])
    won = (parted > 0.5).astype(np.float64)
    block = np.arange(40) % 5
    found = block_interval(auc_statistic(parted, won), block, 100, SEED, 0.025)
    assert (found.value, found.low, found.high) == (1.0, None, None)
    assert found.reason == "the same in every resample: no bounds can be read from it"
    _, slope = calibration_line_statistics(parted, won)
    assert block_interval(slope, block, 100, SEED, 0.025).value is None


def test_statistics_together_are_as_each_alone() -> None:
    """All see the same resamples; intercept and slope, found together, are found once."""
    rows, block = made_outcomes(300), np.arange(300) // 40
    statistics = [build(*rows) for build in STATISTICS.values()]
    intercept, slope = calibration_line_statistics(rows[0], rows[1])
    calls: list[int] = []

    def counted(counts: Floats) -> Floats:
        calls.append(counts.shape[0])
        return slope.compute(counts)

    both = [replace(one, compute=counted) for one in (intercept, slope)]
    together = block_intervals([*statistics, *both], block, 100, SEED, 0.025)
    alone = [block_interval(one, block, 100, SEED, 0.025) for one in [*statistics, *both]]
    assert together == alone
    assert calls.count(64) == 3  # once together, once each alone
    missing = block_intervals(
        [auc_statistic(rows[0], np.ones(300)), slope], block, 100, SEED, 0.025
    )
    assert missing[0].reason == "outcomes of one class only"
    assert missing[1] == together[-1]


def test_own_statistic() -> None:
    """Whatever counts rows will do: here the largest value among those counted."""
    values = np.arange(12.0)
    largest = Statistic(12, lambda counts: np.where(counts > 0, values, 0.0).max(axis=1), "no rows")
    found = block_interval(largest, np.arange(12) // 3, 2000, SEED, 0.025)
    draws = stats.rv_discrete(values=([11, 8, 5, 2], np.array([175, 65, 15, 1]) / 256))
    margin = stats.t.ppf(0.975, 3) * draws.std() * np.sqrt(4 / 3)
    assert found.high == pytest.approx(11 + margin, rel=0.05)
