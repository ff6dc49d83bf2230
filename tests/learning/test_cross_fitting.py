"""Runs of time, purged on both sides: by hand, for any rows, and as scikit-learn does it."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import cross_val_predict

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.confidence import MinTrainingSet
from dipmaster.core.time_units import BAR_MS
from dipmaster.learning.calibrators import fit_platt
from dipmaster.learning.cross_fitting import (
    CrossFittedModel,
    CrossFitting,
    average_predictions,
    split_into_runs,
)
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import Logistic, fit_logistic, log_odds
from dipmaster.learning.refits import WalkForwardResult
from dipmaster.learning.schedule import TrainingSchedule
from dipmaster.learning.walk_forward import cross_fit_predict, walk_forward_predict
from tests.learning.rows import Rows, made_schedule

M = BAR_MS
PURGE_MS = 37 * BAR_MS
RUNS = 4


def test_runs_by_hand() -> None:
    """Four cases in two runs, purge of 3: rows 1 and 4 come too near the other run."""
    signal = np.array([0, 6, 6, 10, 12, 20]) * M
    known = np.array([4, 9, 9, 11, 15, 25]) * M
    case = np.array([7, 8, 8, 5, 6, 6])  # the last two are one case with two signals
    first, second = split_into_runs(signal, known, case, 2, 3 * M)
    assert first.left_out.tolist() == [0, 1, 2]
    assert first.train.tolist() == [4, 5]  # row 3 begins at 10, less than 3 after 9
    assert second.left_out.tolist() == [3, 4, 5]
    assert second.train.tolist() == [0]  # row 1 is known at 9, less than 3 before 10


@given(st.data())
def test_runs_of_any_rows(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    numbers = st.lists(st.integers(0, 30), min_size=size, max_size=size)
    case = np.array(data.draw(numbers), np.int64)
    begin = np.array(data.draw(st.lists(st.integers(0, 200), min_size=31, max_size=31)), np.int64)
    signal = begin[case]  # rows of a case are decided together
    known = signal + np.array(data.draw(numbers), np.int64)
    runs, purge = data.draw(st.integers(2, 6)), data.draw(st.integers(0, 40))
    splits = list(split_into_runs(signal, known, case, runs, purge))
    left_out = np.concatenate([split.left_out for split in splits])
    assert sorted(left_out.tolist()) == list(range(size))
    run = np.empty(size, np.int64)
    for number, split in enumerate(splits):
        run[split.left_out] = number
        start, end = signal[split.left_out].min(), known[split.left_out].max()
        expected = [i for i in range(size) if known[i] <= start - purge or signal[i] >= end + purge]
        assert split.train.tolist() == expected
        if purge:
            assert not set(split.train) & set(split.left_out)
    assert all(np.unique(run[case == one]).size == 1 for one in np.unique(case))
    order = np.argsort(signal, kind="stable")
    assert np.all(np.diff(run[order]) >= 0) or np.unique(signal).size < np.unique(case).size


def cross_fit(rows: Rows, **changes: object) -> WalkForwardResult[CrossFittedModel[Logistic]]:
    return cross_fit_predict(
        schedule_of(rows, **changes),
        "models",
        rows.x,
        rows.won,
        partial(fit_logistic, l2=1.0),
        CrossFitting(RUNS),
    )


def schedule_of(rows: Rows, **changes: object) -> TrainingSchedule:
    refits = {"models": np.array([rows.signal_ms.min() + 100 * 288 * M, rows.known_ms.max() + M])}
    return replace(made_schedule(rows.signal_ms, rows.known_ms, refits, PURGE_MS), **changes)  # type: ignore[arg-type]


class OurLogistic(ClassifierMixin, BaseEstimator):
    """The package's regression as scikit-learn wants an estimator."""

    def fit(self, x: Floats, y: Ints) -> "OurLogistic":
        self.classes_ = np.array([0.0, 1.0])
        model = fit_logistic(x, y, np.ones(y.size), 1.0)
        assert not isinstance(model, FitFailure)
        self.model_ = model
        return self

    def predict_proba(self, x: Floats) -> Floats:
        p = self.model_.predict(x)
        return np.column_stack([1.0 - p, p])

    def predict(self, x: Floats) -> Floats:
        return np.round(self.model_.predict(x))

    def decision_function(self, x: Floats) -> Floats:
        return log_odds(self.model_.predict(x))


def sklearn_splits(rows: Rows, train: Ints) -> list[tuple[Ints, Ints]]:
    spans = rows.signal_ms[train], rows.known_ms[train], train
    return [(one.train, one.left_out) for one in split_into_runs(*spans, RUNS, PURGE_MS)]


def test_left_out_predictions_and_models_are_those_of_scikit_learn(toy_rows: Rows) -> None:
    """Same splits, same numbers: cross_val_predict, and the pairs of CalibratedClassifierCV."""
    result = cross_fit(toy_rows)
    for refit in result.refits:
        assert refit.model is not None
        train = refit.left_out.rows
        x, y = toy_rows.x[train], toy_rows.won[train]
        splits = sklearn_splits(toy_rows, train)
        # cross_val_predict wants a partition of what is predicted, not of what is learned from.
        expected = cross_val_predict(OurLogistic(), x, y, cv=splits, method="predict_proba")[:, 1]
        np.testing.assert_allclose(refit.left_out.values, expected, rtol=1e-12)
        pairs = CalibratedClassifierCV(OurLogistic(), cv=splits, method="sigmoid").fit(x, y)
        for ours, pair in zip(refit.model.models, pairs.calibrated_classifiers_, strict=True):
            assert ours == pair.estimator.model_


def test_models_serve_by_the_mean_of_their_log_odds(toy_rows: Rows) -> None:
    result = cross_fit(toy_rows)
    ahead = np.flatnonzero(result.fold == 0)
    assert ahead.size > 100
    odds = [log_odds(model.predict(toy_rows.x[ahead])) for model in result.model(0).models]
    expected = 1.0 / (1.0 + np.exp(-np.mean(odds, axis=0)))
    np.testing.assert_allclose(result.predictions[ahead], expected, rtol=1e-12)
    np.testing.assert_array_equal(
        average_predictions([np.array([1.0, 2.0]), np.array([3.0, -6.0])], "mean"), [2.0, -2.0]
    )


def test_a_calibrator_learns_from_what_its_own_refit_left_out(toy_rows: Rows) -> None:
    models = cross_fit(toy_rows)
    left_out = [refit.left_out for refit in models.refits]
    calibrators = walk_forward_predict(
        schedule_of(toy_rows),
        "models",
        models.predictions,
        toy_rows.won,
        fit_platt,
        learn_from=left_out,
    )
    for refit, given_to_it in zip(calibrators.refits, left_out, strict=True):
        won = toy_rows.won[given_to_it.rows]
        assert refit.model == fit_platt(given_to_it.values, won, np.ones(won.size))
        assert refit.rows == won.size
    np.testing.assert_array_equal(calibrators.fold, models.fold)
    ahead = models.fold == 0
    expected = calibrators.model(0).predict(models.predictions[ahead])
    np.testing.assert_array_equal(calibrators.predictions[ahead], expected)


def test_the_minimum_holds_for_every_model(toy_rows: Rows) -> None:
    """As many cases as there are suffice for all rows, not for the models that leave some out."""
    refit = int(schedule_of(toy_rows).refits_ms["models"][0])
    known = schedule_of(toy_rows).training_rows(refit, np.ones(toy_rows.won.size, bool)).size
    least = MinTrainingSet.model_construct(candidates=known, per_class=0)
    result = cross_fit(toy_rows, min_train=least)
    assert "(without run 1 of 4)" in result.refits[0].reason
    assert result.refits[0].left_out.rows.size == 0
    assert result.refits[1].model is not None
    more = MinTrainingSet.model_construct(candidates=known + 1, per_class=0)
    assert "run" not in cross_fit(toy_rows, min_train=more).refits[0].reason
    nothing = walk_forward_predict(
        schedule_of(toy_rows), "models", result.predictions, toy_rows.won, fit_platt,
        learn_from=[one.left_out for one in result.refits],
    )  # fmt: skip
    assert nothing.refits[0].model is None
    assert nothing.refits[1].model is not None


def test_rows_that_are_not_served_are_learned_from_all_the_same(toy_rows: Rows) -> None:
    serve = np.arange(toy_rows.won.size) % 2 == 0
    result = cross_fit_predict(
        schedule_of(toy_rows), "models", toy_rows.x, toy_rows.won, partial(fit_logistic, l2=1.0),
        CrossFitting(RUNS), serve=serve,
    )  # fmt: skip
    whole = cross_fit(toy_rows)
    assert [one.model for one in result.refits] == [one.model for one in whole.refits]
    np.testing.assert_array_equal(result.predictions, np.where(serve, whole.predictions, np.nan))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_same_bytes_with_any_number_of_workers(
    toy_rows: Rows, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = cross_fit(toy_rows)
    monkeypatch.setenv("DIPMASTER_WORKERS", workers)
    result = cross_fit(toy_rows)
    assert result.predictions.tobytes() == expected.predictions.tobytes()
    for one, other in zip(result.refits, expected.refits, strict=True):
        assert one.left_out.values.tobytes() == other.left_out.values.tobytes()
