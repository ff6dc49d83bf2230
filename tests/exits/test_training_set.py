"""When labels count as known, how long ago a signal has to be, and what a prediction weighs."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.exits import scores
from dipmaster.exits.calibrator import fit_exit_calibrator
from dipmaster.exits.exit_models import fit_exit_model
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


def test_the_profit_model_and_the_calibrator_count_rows_by_the_money_at_stake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """min(|sale - hold|, cap), in all as much as there are positions; the others count evenly."""
    some, given = made_lifetimes(), {}

    def watch(name, honest):
        def fit(model, features, label, weight, **sizes):
            given.setdefault(model, []).append((label, weight))
            return honest(model, features, label, weight, **sizes)

        def calibrate(inputs, label, weight):
            given.setdefault("calibrator", []).append((label, weight))
            return honest(inputs, label, weight)

        monkeypatch.setattr(scores, name, fit if name == "fit_exit_model" else calibrate)

    watch("fit_exit_model", fit_exit_model)
    watch("fit_exit_calibrator", fit_exit_calibrator)
    found = scored(some, runs=2)
    schedule = found.training_set.schedule
    gain = some.labels.exit_net_frac - some.labels.hold_net_frac
    refit = found.calibrator.refits[-1]
    sampled, _ = schedule.training_sample(refit.left_out.rows)
    stake = np.minimum(np.abs(gain[sampled]), 1e-3)
    assert 0.0 < (stake == 1e-3).mean() < 0.2
    weight = stake / stake.sum() * np.unique(some.rows.position[sampled]).size
    for name in ("profit", "calibrator"):
        fits = {label.size: by for label, by in given[name]}
        halves = [
            by for by in fits.values() if np.isin(np.round(by, 12), np.round(weight, 12)).all()
        ]
        assert len(halves) == 2  # of the last refit, without one run each
        assert sum(by.sum() for by in halves) == pytest.approx(weight.sum(), rel=0.02)
    for name in ("timing", "risk"):
        assert all(np.unique(by).size == 1 for _, by in given[name])
