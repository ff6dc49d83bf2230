"""Consistency of months: the noise of few trades taken off, bounds that keep their level."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.evaluation.phases.selection.signals import measure_signal_quality
from dipmaster.evaluation.phases.selection.signals.consistency import (
    MIN_FOLDS,
    MonthlyFolds,
    count_folds,
    measure_consistency,
    measure_spread,
)
from dipmaster.evaluation.phases.selection.signals.outcomes import label_candidates
from tests.evaluation.signal_tables import YEAR, tables

pytestmark = pytest.mark.slow


def test_consistency_takes_the_noise_of_months_off():
    """Four months of 10 trades with 5, 6, 8, 9 wins: variance .0333, noise .7 x .3 / 10 = .021."""
    trades, wins = np.full(4, 10.0), np.array([5.0, 6.0, 8.0, 9.0])
    spread, luck = measure_spread(trades, wins)
    assert spread == pytest.approx(np.var([0.5, 0.6, 0.8, 0.9], ddof=1) / 0.7**2)
    assert luck == pytest.approx(0.021 / 0.7**2)


def test_bounds_of_consistency_err_no_more_often_than_they_say():
    """Months truly differ by .1 about .8: each bound misses in under 5 % (nominal 2.5) of 300."""
    truth, rng = 1.0 - 0.1 / 0.8, np.random.default_rng(12)
    above = below = 0
    for _ in range(300):
        odds = np.clip(0.8 + 0.1 * rng.standard_normal(12), 0, 1)
        month = np.repeat(np.arange(12), 30)
        day = 30 + 30 * month + np.tile(np.arange(30), 12)
        won = rng.random(month.size) < odds[month]
        every = label_candidates(*tables(day, won, np.ones(day.size)), YEAR)
        said = measure_consistency(replace(every, month=month), 0.025)
        assert said.low <= said.value <= said.high
        above, below = above + (said.low > truth), below + (said.high < truth)
    assert above < 15
    assert below < 15


def test_folds_are_utc_months_and_months_without_trades_are_named():
    day = [30, 31, 58.9, 59, 95]  # 31 January, 1 February, 28 February, 1 March, 6 April
    folds = count_folds(label_candidates(*tables(day, [1, 0, 1, 1, 1], [1, 1, 1, 0, 1]), YEAR))
    assert folds.names == ("2023-01", "2023-02", "2023-03", "2023-04")
    assert folds.trades.tolist() == [1, 2, 0, 1]
    assert folds.wins.tolist() == [1, 1, 0, 1]
    assert MonthlyFolds(folds.names, folds.trades, folds.wins).precision.tolist() == [1.0, 0.5, 1.0]


def _monthly(precisions, each, gates):
    """Twelve months, `each` trades a month at the given precision, and as many not traded."""
    middle = [45 + 30.4 * month for month in range(len(precisions))]
    day = np.repeat(middle, 2 * each)
    label = np.concatenate([np.tile(np.arange(each) < p * each, 2) for p in precisions])
    traded = np.tile(np.repeat([True, False], each), len(precisions))
    return measure_signal_quality(*tables(day, label, traded), YEAR, gates).consistency


def test_equal_months_are_consistent_and_their_bound_is_not(gates):
    said = _monthly([0.8] * 11, 10, gates)
    assert said.value == said.raw == said.high == 1.0
    assert 0.7 < said.low < 0.9  # .8 within 10 trades: luck alone is .16 of the mean
    noisy = _monthly([0.7, 0.9] * 5, 10, gates)
    assert noisy.raw < 0.9 < noisy.value
    assert noisy.low < noisy.value


def test_months_that_truly_differ_are_not_consistent(gates):
    said = _monthly([0.4, 0.9] * 5, 200, gates)
    raw = 1 - np.std([0.4, 0.9] * 5, ddof=1) / 0.65
    assert said.raw == pytest.approx(raw)
    assert said.value == pytest.approx(raw, abs=0.01)
    assert said.low < said.value < said.high < 0.9


def test_fewer_than_eight_months_have_no_consistency(gates):
    said = _monthly([0.8] * (MIN_FOLDS - 1), 10, gates)
    assert said.value is said.low is said.before is None
    assert said.reason == "7 months with trades, at least 8 are needed"
    assert len(said.folds) == 7
