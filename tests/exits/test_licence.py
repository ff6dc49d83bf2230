"""Acting on scores by hand and beside the engine, and what a licence demands."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.exits.licence import act_on_scores, grant_licence
from dipmaster.exits.training_set import ExitTrainingSet
from dipmaster.learning.cross_fitting import LeftOutPredictions
from dipmaster.learning.refits import Refit
from tests.exits.made_up import DECISION, RULE, Lifetimes, day, made_lifetimes, made_training_set


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([0.5, 0.6, 0.8], [(2, 0.5 * 4.0)]),  # strictly above: only a part, at the last
        ([0.9, 0.7, 0.9], [(0, 1.0)]),  # the whole at once: later scores decide nothing
        ([0.7, 0.7, 0.9], [(0, 0.5 * 1.0 + 0.5 * 4.0)]),  # a part once, then the rest
        ([0.7, 0.9, 0.9], [(0, 0.5 * 1.0 + 0.5 * 2.0)]),
        ([0.5, 0.7, 0.5], [(1, 0.5 * 2.0)]),
        ([np.nan, 0.1, 0.6], []),
    ],
)
def test_acting_by_hand(scores: list[float], expected: list[tuple[int, float]]) -> None:
    """A position between two that are left alone."""
    position = np.repeat([3, 5, 8], 3)
    p = np.array([0.1, 0.2, 0.3, *scores, 0.1, 0.1, 0.1])
    if p[5] == 0.8:
        p[5] = 0.8 if expected == [] else np.nextafter(0.8, 0.0)
    sales = act_on_scores(position, p, np.array([9.0] * 3 + [1.0, 2.0, 4.0] + [9.0] * 3), DECISION)
    assert [
        (row - 3, gain) for row, gain in zip(sales.row, sales.gain_frac, strict=True)
    ] == expected


def test_a_decision_that_is_off_never_acts() -> None:
    position, p, gain = np.zeros(2, np.int64), np.array([0.7, 0.9]), np.array([1.0, 3.0])
    without = {name: DECISION.model_copy(update={name: False}) for name in ("full", "partial")}
    assert act_on_scores(position, p, gain, without["full"]).gain_frac.tolist() == [0.5]
    assert act_on_scores(position, p, gain, without["partial"]).gain_frac.tolist() == [3.0]
    neither = DECISION.model_copy(update={"full": False, "partial": False})
    assert act_on_scores(position, p, gain, neither).row.size == 0


@pytest.fixture(scope="module")
def training_set() -> ExitTrainingSet:
    return made_training_set(made_lifetimes(count=400))


def licence_of(training_set: ExitTrainingSet, gain_bps: np.ndarray, sold: np.ndarray):
    """Of a refit that left every labelled row out, with chosen gains, sold at the first row."""
    labels = training_set.labels
    rows = np.flatnonzero(labels.exit_beats_holding >= 0)
    position = training_set.rows.position
    first = np.isin(np.arange(position.size), rows[np.unique(position[rows], return_index=True)[1]])
    exit_net = labels.hold_net_frac + 1e-4 * gain_bps[position]
    other = replace(training_set, labels=replace(labels, exit_net_frac=exit_net))
    p = np.where(first & sold[position], 0.9, 0.1)
    refit = Refit(day(300), rows.size, None, "", LeftOutPredictions(rows, p[rows]))
    return grant_licence(refit, other, DECISION, RULE)


def test_what_earns_everywhere_is_licensed(training_set: ExitTrainingSet) -> None:
    gain = 2.0 + np.random.default_rng(0).standard_normal(400)
    sold = np.arange(400) % 2 == 0
    licence = licence_of(training_set, gain, sold)
    labelled = np.unique(training_set.rows.position[training_set.labels.exit_beats_holding >= 0])
    acted = labelled[sold[labelled]]
    assert (licence.positions, licence.sold) == (labelled.size, acted.size)
    assert licence.earned_bps == pytest.approx(gain[acted].mean())
    assert 1.5 < licence.low_bps < licence.earned_bps
    block = training_set.signal_ms[acted] // (RULE.block_days * 86_400_000)
    assert licence.blocks == np.unique(block).size
    assert licence.licensed
    assert licence.reason == ""


@pytest.mark.parametrize(
    ("mean", "sold", "expected"),
    [
        (-2.0, np.arange(400) % 2 == 0, "no significant gain"),
        (0.0, np.arange(400) % 2 == 0, "no significant gain"),
        (2.0, np.arange(400) < 8, "of 10 sales required"),
        (2.0, np.arange(400) < 40, "of 4 blocks that bounds need"),
        (2.0, np.zeros(400, np.bool_), "0 of 10 sales required"),
    ],
)
def test_what_does_not_is_not(
    training_set: ExitTrainingSet, mean: float, sold: np.ndarray, expected: str
) -> None:
    noise = np.random.default_rng(1).standard_normal(400)
    licence = licence_of(training_set, mean + noise - noise.mean(), sold)
    assert not licence.licensed
    assert expected in licence.reason


def test_one_lucky_block_is_no_licence(training_set: ExitTrainingSet) -> None:
    """The same mean gain, all of it in one fortnight."""
    gain = np.where(np.arange(400) // 20 == 5, 40.0, 0.0)
    licence = licence_of(training_set, gain, np.ones(400, np.bool_))
    assert licence.earned_bps > 1.5
    assert not licence.licensed


def test_nothing_to_earn_is_seldom_licensed() -> None:
    """At a level of 5 %: 200 markets without a gain, blocks that move together."""
    granted = 0
    training_set = made_training_set(made_lifetimes(count=400))
    block = training_set.signal_ms // (RULE.block_days * 86_400_000)
    for seed in range(200):
        rng = np.random.default_rng(seed)
        shock = rng.standard_normal(block.max() + 1)[block]
        gain = 10.0 * (shock + rng.standard_normal(400))
        granted += licence_of(training_set, gain, np.ones(400, np.bool_)).licensed
    assert 1 <= granted <= 20


def test_the_licence_is_what_the_engine_would_have_earned(some: Lifetimes) -> None:
    """A plain loop over positions and bars, acting as the roadmap says."""
    rng, rows = np.random.default_rng(5), some.rows
    p, gain = rng.random(len(rows)), rng.standard_normal(len(rows))
    sales = act_on_scores(rows.position, p, gain, DECISION)
    expected = {}
    for position in np.unique(rows.position):
        left, earned, first = 1.0, 0.0, None
        for row in np.flatnonzero(rows.position == position):
            if left > 0.0 and p[row] > 0.8:
                earned, left = earned + left * gain[row], 0.0
            elif left == 1.0 and p[row] > 0.6:
                earned, left = 0.5 * gain[row], 0.5
            first = row if first is None and left < 1.0 else first
        if first is not None:
            expected[first] = earned
    assert sales.row.tolist() == list(expected)
    np.testing.assert_allclose(sales.gain_frac, list(expected.values()), atol=1e-12)
