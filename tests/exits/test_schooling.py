"""When labels count as known, how long ago a signal has to be, and what a prediction weighs."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.exits import levels
from dipmaster.exits.levels import fit_calibrator
from dipmaster.learning.walk_forward import training_rows
from tests.exits.made_up import CAP_BARS, START_MS, lives, school_of, scored

BAR_MS = 300_000


def test_labels_are_known_when_the_bar_of_the_end_has_closed() -> None:
    """The second position never opened: nothing of it is open after its signal's bar."""
    some = lives(count=3)
    paths = replace(
        some.paths,
        opened=np.array([True, False, True]),
        exit_index=np.array([7, -1, 288]),
    )
    found = school_of(replace(some, paths=paths))
    assert found.known_ms.tolist() == [
        START_MS + 8 * BAR_MS, int(some.signal_ms[1]) + BAR_MS, START_MS + 289 * BAR_MS,
    ]  # fmt: skip


def test_a_signal_closer_than_the_time_limit_teaches_nothing() -> None:
    """One that had ended long before as well: the purge asks nobody how it ended."""
    found = school_of(lives(count=3))
    assert found.purge_ms == (CAP_BARS + 1) * BAR_MS
    refit = START_MS + 1000 * BAR_MS
    signal = refit - found.purge_ms + np.array([-BAR_MS, 0, BAR_MS])
    learned = training_rows(signal, signal + 2 * BAR_MS, refit, found.purge_ms)
    assert learned.tolist() == [0, 1]


def test_a_prediction_counts_by_what_its_heads_had_learned_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, given = scored(lives()), []

    def watched(inputs, label, weight):
        given.append(weight)
        return fit_calibrator(inputs, label, weight)

    monkeypatch.setattr(levels, "fit_calibrator", watched)
    levels.calibrated(found.school, found.heads)
    school, walk, last = found.school, found.heads["profit"], found.calibrator.models[-1]
    position = school.rows.position
    spoken = np.isfinite(school.label("exit_is_best")) & (found.heads_fitted_ms >= 0)
    times = school.signal_ms[position], school.known_ms[position]
    kept, even = school.lesson(training_rows(*times, last.refit_ms, school.purge_ms, spoken))
    learned = np.array([walk.models[fold].rows for fold in walk.fold[kept]])
    assert np.unique(learned).size == 3
    expected = next(weight for weight in given if weight.size == kept.size)
    np.testing.assert_array_equal(expected, even * learned)
