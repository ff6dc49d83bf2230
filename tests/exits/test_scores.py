"""Two layers over rows: who learned from what, planted labels, nothing from later."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from dipmaster.core.tables import EXIT_ROWS
from dipmaster.core.time_units import BAR_MS
from dipmaster.exits import scores
from dipmaster.exits.calibrator import predict
from dipmaster.exits.exit_models import EXIT_MODELS
from dipmaster.exits.scores import ExitScores, build_rows_table, stack_predictions
from dipmaster.exits.training_set import build_training_set
from dipmaster.learning.schedule import TrainingSchedule
from dipmaster.learning.walk_forward import cross_fit_predict
from tests.exits.made_up import (
    MAX_HOLDING_BARS,
    START_MS,
    Lifetimes,
    day,
    late,
    made_lifetimes,
    scored,
)

pytestmark = pytest.mark.slow

FIT_DAYS = (60, 90, 181, 273)  # the first, and each quarter


def test_there_is_something_to_learn(some: Lifetimes, planted: ExitScores) -> None:
    rows, labels = late(planted), some.labels
    assert rows.size > 1000
    assert roc_auc_score(labels.exit_beats_holding[rows], planted.exit_probability[rows]) > 0.8
    risk = planted.models["risk"].predictions[rows]
    assert roc_auc_score(labels.stop_before_target[rows], risk) > 0.75
    timing = planted.models["timing"].predictions[rows]
    assert np.corrcoef(timing, labels.bars_to_best_exit[rows])[0, 1] > 0.3


def test_each_layer_starts_on_its_day_and_refits_each_quarter(planted: ExitScores) -> None:
    for walk in (planted.models["profit"], planted.calibrator):
        assert [refit.refit_ms for refit in walk.refits] == [day(number) for number in FIT_DAYS]
        assert all(refit.model is not None for refit in walk.refits)
    training_set = planted.training_set
    decided = training_set.signal_ms[training_set.rows.position] + BAR_MS
    for values in (planted.models["profit"].predictions, planted.exit_probability):
        np.testing.assert_array_equal(np.isfinite(values), decided >= day(FIT_DAYS[0]))
    np.testing.assert_array_equal(planted.licensed >= 0, decided >= day(FIT_DAYS[0]))


def test_a_position_is_scored_by_the_models_of_its_signal_all_its_life(planted: ExitScores) -> None:
    training_set = planted.training_set
    for walk in (*planted.models.values(), planted.calibrator):
        by_position = walk.fold.reshape(-1, MAX_HOLDING_BARS - 1)
        assert (by_position == by_position[:, :1]).all()
        fitted = walk.fitted_ms[:: MAX_HOLDING_BARS - 1]
        assert (fitted <= training_set.signal_ms + BAR_MS).all()


def test_no_fit_sees_what_it_should_not(some: Lifetimes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that every fit was given, against a plain loop over the positions."""
    given: dict[str, list[tuple[int, ...]]] = {}
    walk_in_progress: list[str] = []
    honest = TrainingSchedule.training_sample

    def watched(schedule, train):
        given.setdefault(walk_in_progress[-1], []).append(tuple(train))
        return honest(schedule, train)

    def labelled(schedule, layer, inputs, target, fit, cross_fitting, label, **named):
        walk_in_progress.append(label)
        whole = schedule, layer, inputs, target, fit, cross_fitting, label
        return cross_fit_predict(*whole, **named)

    monkeypatch.setattr(TrainingSchedule, "training_sample", watched)
    monkeypatch.setattr(scores, "cross_fit_predict", labelled)
    found = scored(some)
    expected = [learnable(some, day(number)) for number in FIT_DAYS]
    for layer in (*(f"exit model {name}" for name in EXIT_MODELS), "exit calibrator"):
        assert sorted(given[layer]) == sorted(expected)
    for walk in (*found.models.values(), found.calibrator):
        assert [tuple(refit.left_out.rows) for refit in walk.refits] == expected
    for rows in (*given["exit model profit"], *given["exit calibrator"]):
        whole = np.isin(some.rows.position, some.rows.position[list(rows)])
        labelled = np.flatnonzero(whole & (some.labels.exit_beats_holding >= 0))
        assert tuple(labelled) == rows  # all labelled rows of a position or none


def learnable(some: Lifetimes, moment: int) -> tuple[int, ...]:
    """Rows of positions that had ended, and were decided long enough ago."""
    rows = []
    for row in range(len(some.rows)):
        position = some.rows.position[row]
        ended = some.grid_ms[some.hold.exit_index[position]] + BAR_MS <= moment
        long_ago = some.signal_ms[position] + (MAX_HOLDING_BARS + 1) * BAR_MS <= moment
        if ended and long_ago and some.labels.exit_beats_holding[row] >= 0:
            rows.append(row)
    return tuple(rows)


CUTS = [day(90), day(140), day(181), day(273), day(280) + BAR_MS]


@pytest.mark.parametrize("cut", CUTS)
def test_nothing_later_changes_a_score_or_a_fit(
    some: Lifetimes, planted: ExitScores, cut: int
) -> None:
    found = scored(disturbed(some, cut))
    assert len(known_by(planted, cut)[0]) > 300
    assert differences(planted, found, cut) == []
    assert differences(planted, found, day(300)) != []


def at_signal(schedule: TrainingSchedule) -> TrainingSchedule:
    """Labels taken for known at the signal."""
    return replace(schedule, known_ms=schedule.signal_ms, purge_ms=0)


def a_bar_early(schedule: TrainingSchedule) -> TrainingSchedule:
    """Labels taken for known at the open of the bar in which holding ends."""
    return replace(schedule, known_ms=schedule.known_ms - BAR_MS)


@pytest.mark.parametrize("leak", [at_signal, a_bar_early])
def test_a_label_known_too_early_is_found(
    some: Lifetimes, monkeypatch: pytest.MonkeyPatch, leak: Callable[..., TrainingSchedule]
) -> None:
    def early(*args, **named):
        honest = build_training_set(*args, **named)
        return replace(honest, schedule=leak(honest.schedule))

    monkeypatch.setattr("tests.exits.made_up.build_training_set", early)
    cut = day(181)
    assert straddling(some, cut)
    found = differences(scored(some), scored(disturbed(some, cut)), cut)
    assert found == ["models", "calibrator", "licences"]


def disturbed(some: Lifetimes, cut: int) -> Lifetimes:
    """Other features of bars that close after the cut, and other labels where not known by it."""
    rng = np.random.default_rng(6)
    rows, labels = some.rows, some.labels
    later = some.grid_ms[rows.bar] + BAR_MS > cut
    features = rows.features.copy()
    features[later] = rng.standard_normal((later.sum(), features.shape[1]))
    open_then = (some.grid_ms[some.hold.exit_index] + BAR_MS > cut)[rows.position]

    def flipped(flag: np.ndarray) -> np.ndarray:
        return np.where(open_then & (flag >= 0), 1 - flag, flag).astype(np.int8)

    bars = np.where(open_then, labels.bars_to_best_exit + 3.0, labels.bars_to_best_exit)
    gain = labels.exit_net_frac - labels.hold_net_frac
    sale = np.where(open_then, labels.exit_net_frac - 2.0 * gain, labels.exit_net_frac)
    others = flipped(labels.exit_beats_holding), bars, flipped(labels.stop_before_target), sale
    names = ("exit_beats_holding", "bars_to_best_exit", "stop_before_target", "exit_net_frac")
    moved = some.with_(**dict(zip(names, others, strict=True)))
    return replace(moved, rows=replace(rows, features=features))


def differences(one: ExitScores, other: ExitScores, cut: int) -> list[str]:
    """What differs of what was said and fitted by the cut."""
    pairs = zip(known_by(one, cut), known_by(other, cut), strict=True)
    said, *fitted = pairs
    pairs = {"scores": said[0].equals(said[1])}
    for name, (here, there) in zip(("models", "calibrator", "licences"), fitted, strict=True):
        pairs[name] = here == there
    return [name for name, same in pairs.items() if not same]


def known_by(found: ExitScores, cut: int):
    """Scores of bars closed by the cut, and models fitted by then."""
    said = build_rows_table(found, START_MS + BAR_MS * np.arange(300 * 288))
    names = ["p_profit", "timing_bars", "p_risk", "exit_probability", "licensed",
             "models_fitted", "calibrator_fitted"]  # fmt: skip
    closed = said["open_time"].astype("datetime64[ms, UTC]").astype("int64") + BAR_MS <= cut
    texts = [
        model.trees.to_text()
        for walk in found.models.values()
        for refit in walk.refits
        if refit.refit_ms <= cut
        for model in refit.model.models
    ]
    above = [refit.model for refit in found.calibrator.refits if refit.refit_ms <= cut]
    licences = found.licences[: len(above)]
    return said.loc[closed, names].reset_index(drop=True), texts, above, licences


def straddling(some: Lifetimes, moment: int) -> list[int]:
    """Positions decided before a moment and open at it."""
    ended = some.grid_ms[some.hold.exit_index] + BAR_MS
    return np.flatnonzero((some.signal_ms + BAR_MS < moment) & (ended > moment)).tolist()


def test_the_same_numbers_on_every_run(some: Lifetimes, planted: ExitScores) -> None:
    again = scored(some)
    np.testing.assert_array_equal(again.exit_probability, planted.exit_probability)


@pytest.mark.parametrize("count", [1, 30])
def test_too_few_positions(count: int) -> None:
    found = scored(made_lifetimes(count=count))
    assert np.isnan(found.exit_probability).all()
    assert "too few positions" in found.models["profit"].refits[-1].reason
    assert "too few positions" in found.calibrator.refits[-1].reason
    assert "too few positions" in found.licences[-1].reason
    assert found.licences[-1].rows == found.licences[-1].sold == 0
    assert (found.licensed == -1).all()
    assert (found.models_fitted_ms == -1).all()
    EXIT_ROWS.check(build_rows_table(found, made_lifetimes(count=count).grid_ms), "rows")


@pytest.mark.parametrize("flag", [0, 1])
def test_labels_of_one_class(some: Lifetimes, flag: int) -> None:
    best = np.where(some.labels.exit_beats_holding >= 0, flag, -1).astype(np.int8)
    found = scored(some.with_(exit_beats_holding=best))
    assert np.isnan(found.exit_probability).all()
    assert np.isnan(found.models["profit"].predictions).all()
    assert np.isfinite(found.models["timing"].predictions).any()
    assert "of one class" in found.models["profit"].refits[-1].reason
    assert (found.models_fitted_ms == -1).all()


def test_models_of_a_fold_say_what_the_walk_says(some: Lifetimes, planted: ExitScores) -> None:
    fold = planted.models["profit"].fold
    rows = np.flatnonzero(fold == 2)[:50]
    models = {name: planted.models[name].refits[2].model for name in EXIT_MODELS}
    np.testing.assert_array_equal(
        predict(models, some.rows.features[rows]), stack_predictions(planted.models)[rows]
    )
