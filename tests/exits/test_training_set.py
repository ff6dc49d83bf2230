"""When labels count as known, how long ago a signal has to be, and what a prediction weighs."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.exits import scores
from dipmaster.exits.calibrator import fit_exit_calibrator
from tests.exits.made_up import (
    MAX_HOLDING_BARS,
    START_MS,
    made_lifetimes,
    made_training_set,
    scored,
)

BAR_MS = 300_000


def test_labels_are_known_when_the_bar_of_the_end_has_closed() -> None:
    """The second position never opened: nothing of it is open after its signal's bar."""
    some = made_lifetimes(count=3)
    hold = replace(
        some.hold, tradable=np.array([True, False, True]), exit_index=np.array([7, -1, 288])
    )
    schedule = made_training_set(replace(some, hold=hold)).schedule
    expected = [
        START_MS + 8 * BAR_MS, int(some.signal_ms[1]) + BAR_MS, START_MS + 289 * BAR_MS,
    ]  # fmt: skip
    assert schedule.known_ms.tolist() == [expected[k] for k in some.rows.position]


def test_a_signal_closer_than_the_time_limit_teaches_nothing() -> None:
    """One that had ended long before as well: the purge asks nobody how it ended."""
    schedule = made_training_set(made_lifetimes(count=3)).schedule
    assert schedule.purge_ms == (MAX_HOLDING_BARS + 1) * BAR_MS
    refit = START_MS + 1000 * BAR_MS
    signal = refit - schedule.purge_ms + np.array([-BAR_MS, 0, BAR_MS])
    toy = replace(schedule, signal_ms=signal, known_ms=signal + 2 * BAR_MS)
    assert toy.training_rows(refit, np.ones(3, bool)).tolist() == [0, 1]


def test_a_prediction_counts_by_what_its_models_had_learned_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, given = scored(made_lifetimes()), []

    def watched(inputs, label, weight):
        given.append(weight)
        return fit_exit_calibrator(inputs, label, weight)

    monkeypatch.setattr(scores, "fit_exit_calibrator", watched)
    scores.fit_calibrators(found.training_set, found.models)
    training_set, profit, last = (
        found.training_set,
        found.models["profit"],
        found.calibrator.refits[-1],
    )
    usable = np.isfinite(training_set.label("exit_beats_holding")) & (found.models_fitted_ms >= 0)
    train = training_set.schedule.training_rows(last.refit_ms, usable)
    sampled, equal = training_set.schedule.training_sample(train)
    learned = np.array([profit.refits[fold].rows for fold in profit.fold[sampled]])
    assert np.unique(learned).size == 3
    expected = next(weight for weight in given if weight.size == sampled.size)
    np.testing.assert_array_equal(expected, equal * learned)
