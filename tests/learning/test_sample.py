"""Which rows are judged, in which blocks, and the figures that a sample gives."""

from types import SimpleNamespace

import numpy as np
import pytest

from dipmaster.core.time_units import DAY_MS
from dipmaster.learning.evaluation.intervals import block_interval
from dipmaster.learning.evaluation.losses import mean_statistic
from dipmaster.learning.evaluation.reliability import build_reliability_bins
from dipmaster.learning.evaluation.sample import (
    EvaluationSample,
    build_evaluation_sample,
    classifier_statistics,
    count_by_probability,
    explain_no_predictions,
    mean_or_none,
    probability_statistics,
)
from tests.learning.figures import STATISTICS, made_outcomes

SETTINGS = SimpleNamespace(
    seed=3, alpha=0.025, block_days=5, bins=4, bootstrap_reps=100, permutations=2
)
START_MS = 50 * DAY_MS


def made_sample(rows: int = 300) -> EvaluationSample:
    return EvaluationSample(np.arange(rows), np.arange(rows) // 40, SETTINGS)


def test_a_sample_starts_at_its_midnight_and_joins_a_short_rest() -> None:
    signal_ms = DAY_MS * np.array([49, 50, 54, 55, 60, 61]) + 300_000
    labelled = np.array([True, True, True, False, True, True])
    sample = build_evaluation_sample(signal_ms, labelled, START_MS, 62 * DAY_MS - 300_000, SETTINGS)
    assert sample.rows.tolist() == [1, 2, 4, 5]
    assert sample.block.tolist() == [0, 0, 1, 1]  # 12 days in blocks of 5: the last 2 join
    longer = build_evaluation_sample(signal_ms, labelled, START_MS, 63 * DAY_MS - 300_000, SETTINGS)
    assert longer.block.tolist() == [0, 0, 2, 2]  # 13 days: a rest of 3 is a block of its own


def test_rows_with_every_column() -> None:
    sample = EvaluationSample(np.array([1, 2, 4]), np.array([7, 7, 8]), SETTINGS)
    first, second = np.array([9.0, 1.0, np.nan, 9.0, 4.0]), np.arange(5.0)
    selected, (values, others) = sample.select(first, second)
    assert selected.rows.tolist() == [1, 4]
    assert selected.block.tolist() == [7, 8]
    assert (values.tolist(), others.tolist()) == ([1.0, 4.0], [1.0, 4.0])
    assert sample.take(np.array([2, 0])).rows.tolist() == [4, 1]
    assert sample.take(np.array([False, True, False])).block.tolist() == [7]
    assert len(sample) == 3


def test_every_figure_sees_the_same_resamples() -> None:
    sample, (p, won, _) = made_sample(), made_outcomes(300)
    statistics = probability_statistics(p, won, 4)
    assert set(statistics) == {"auc", "brier", "brier_skill", "ece", "slope", "intercept"}
    assert set(classifier_statistics(p, won)) == {"auc", "brier", "brier_skill"}
    for name, interval in sample.intervals(statistics).items():
        seed = np.random.SeedSequence(3, spawn_key=(0,))
        build = STATISTICS[name] if name != "ece" else lambda p, won, _: statistics["ece"]
        assert interval == block_interval(build(p, won, p), sample.block, 100, seed, 0.025)
    assert sample.interval(mean_statistic(p)) == sample.intervals({"m": mean_statistic(p)})["m"]
    assert sample.stream(1).spawn_key != sample.stream(0).spawn_key


def test_reliability_is_of_the_rows_with_both() -> None:
    p, won, _ = made_outcomes(300)
    with_holes = p.copy()
    with_holes[::7] = np.nan
    known = np.isfinite(with_holes)
    sample = made_sample()
    found = sample.reliability(with_holes, won)
    expected = build_reliability_bins(p[known], won[known], 4, sample.block[known], 0.025)
    for one, other in zip(found, expected, strict=True):
        assert one.rows.tolist() == other.rows.tolist()
        assert (one.mean_p, one.rate_low) == (other.mean_p, other.rate_low)


def test_histogram_has_twenty_bins_and_the_last_holds_one() -> None:
    counts = count_by_probability(np.array([0.0, 0.049, 0.05, 0.51, 1.0, np.nan]))
    assert len(counts) == 20
    assert [k for k, count in enumerate(counts) if count] == [0, 1, 10, 19]
    assert sum(counts) == 5


def test_mean_of_nothing_is_none() -> None:
    assert mean_or_none(np.empty(0)) is None
    assert mean_or_none(np.array([1.0, 2.0])) == 1.5


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ([["low", "low"], ["high"]], "low"),  # the lowest layer whose last refit failed
        ([["low", ""], ["high"]], "high"),
        ([["low", ""], ["high", ""]], "the history ends before every layer has been fitted"),
        ([["low", ""], []], "the history ends before every layer has been fitted"),
    ],
)
def test_why_nothing_was_predicted(reasons: list[list[str]], expected: str) -> None:
    sample, nothing = made_sample(5), np.full(8, np.nan)
    assert explain_no_predictions(sample, nothing, "no rows", reasons) == expected
    assert (
        explain_no_predictions(sample.take(np.array([], int)), nothing, "none", reasons) == "none"
    )
    nothing[7] = 0.5  # beside the sample
    assert explain_no_predictions(sample, nothing, "no rows", reasons) == expected
    nothing[4] = 0.5
    assert explain_no_predictions(sample, nothing, "no rows", reasons) == ""
