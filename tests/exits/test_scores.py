"""Two layers over rows: who learned from what, planted and shuffled labels, nothing from later."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from dipmaster.core.tables import EXIT_ROWS
from dipmaster.core.time_units import BAR_MS
from dipmaster.exits import scores
from dipmaster.exits.calibrator import build_calibrator_inputs, fit_exit_calibrator, predict
from dipmaster.exits.exit_models import EXIT_MODELS
from dipmaster.exits.scores import ExitScores, build_rows_table, stack_predictions
from dipmaster.exits.training_set import build_training_set
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.schedule import TrainingSchedule
from dipmaster.learning.walk_forward import walk_forward_predict
from tests.exits.made_up import MAX_HOLDING_BARS, START_MS, Lifetimes, day, made_lifetimes, scored

MODELS_DAYS, CALIBRATOR_DAYS = (60, 90, 181, 273), (105, 181, 273)  # and each quarter


def late(found: ExitScores) -> np.ndarray:
    """Labelled rows with a score."""
    return np.flatnonzero(
        np.isfinite(found.exit_probability) & (found.training_set.labels.exit_beats_holding >= 0)
    )


def test_there_is_something_to_learn(some: Lifetimes, planted: ExitScores) -> None:
    rows, labels = late(planted), some.labels
    assert rows.size > 1000
    assert roc_auc_score(labels.exit_beats_holding[rows], planted.exit_probability[rows]) > 0.8
    risk = planted.models["risk"].predictions[rows]
    assert roc_auc_score(labels.stop_before_target[rows], risk) > 0.8
    timing = planted.models["timing"].predictions[rows]
    assert np.corrcoef(timing, labels.bars_to_best_exit[rows])[0, 1] > 0.3


def test_labels_without_sense_are_not_learned(some: Lifetimes) -> None:
    labelled = np.flatnonzero(some.labels.exit_beats_holding >= 0)
    best = some.labels.exit_beats_holding.copy()
    best[labelled] = np.random.default_rng(4).permutation(best[labelled])
    found = scored(some.with_(exit_beats_holding=best))
    rows = late(found)
    sells = best[rows].sum()
    noise = np.sqrt((rows.size + 1) / (12 * sells * (rows.size - sells)))
    for p in (found.models["profit"].predictions, found.exit_probability):
        assert abs(roc_auc_score(best[rows], p[rows]) - 0.5) < 3.0 * noise
    assert (found.exit_probability[rows] > 0.8).mean() < 0.01


def test_each_layer_starts_on_its_day_and_refits_each_quarter(planted: ExitScores) -> None:
    for walk, days in (
        (planted.models["profit"], MODELS_DAYS),
        (planted.calibrator, CALIBRATOR_DAYS),
    ):
        assert [refit.refit_ms for refit in walk.refits] == [day(number) for number in days]
        assert all(refit.model is not None for refit in walk.refits)
    training_set = planted.training_set
    decided = training_set.signal_ms[training_set.rows.position] + BAR_MS
    for values, first in (
        (planted.models["profit"].predictions, 60), (planted.exit_probability, 105),
    ):  # fmt: skip
        np.testing.assert_array_equal(np.isfinite(values), decided >= day(first))


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

    def labelled(schedule, layer, inputs, target, fit, label, **named):
        walk_in_progress.append(label)
        return walk_forward_predict(schedule, layer, inputs, target, fit, label, **named)

    monkeypatch.setattr(TrainingSchedule, "training_sample", watched)
    monkeypatch.setattr(scores, "walk_forward_predict", labelled)
    found = scored(some)
    predicted = np.isfinite(stack_predictions(found.models)).all(axis=1)
    for name in EXIT_MODELS:
        expected = [learnable(some, np.ones(predicted.size), day(n)) for n in MODELS_DAYS]
        assert sorted(given[f"exit model {name}"]) == sorted(expected)
    expected = [learnable(some, predicted, day(n)) for n in CALIBRATOR_DAYS]
    assert sorted(given["exit calibrator"]) == sorted(expected)
    for rows in (*given["exit model profit"], *given["exit calibrator"]):
        whole = np.isin(some.rows.position, some.rows.position[list(rows)])
        labelled = np.flatnonzero(whole & (some.labels.exit_beats_holding >= 0))
        assert tuple(labelled) == rows  # all labelled rows of a position or none


def learnable(some: Lifetimes, present: np.ndarray, moment: int) -> tuple[int, ...]:
    """Rows of positions that had ended, and were decided long enough ago."""
    rows = []
    for row in range(len(some.rows)):
        position = some.rows.position[row]
        ended = some.grid_ms[some.hold.exit_index[position]] + BAR_MS <= moment
        long_ago = some.signal_ms[position] + (MAX_HOLDING_BARS + 1) * BAR_MS <= moment
        if ended and long_ago and present[row] and some.labels.exit_beats_holding[row] >= 0:
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


def test_a_planted_leak_is_found(some: Lifetimes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels taken for known at the signal: the check above has to see it."""

    def early(*args, **named):
        honest = build_training_set(*args, **named)
        leaky = replace(honest.schedule, known_ms=honest.schedule.signal_ms, purge_ms=0)
        return replace(honest, schedule=leaky)

    monkeypatch.setattr("tests.exits.made_up.build_training_set", early)
    cut = day(181)
    assert straddling(some, cut)
    found = differences(scored(some), scored(disturbed(some, cut)), cut)
    assert found == ["models", "calibrator"]


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
    others = flipped(labels.exit_beats_holding), bars, flipped(labels.stop_before_target)
    names = ("exit_beats_holding", "bars_to_best_exit", "stop_before_target")
    moved = some.with_(**dict(zip(names, others, strict=True)))
    return replace(moved, rows=replace(rows, features=features))


def differences(one: ExitScores, other: ExitScores, cut: int) -> list[str]:
    """What differs of what was said and fitted by the cut."""
    said, fitted, above = zip(known_by(one, cut), known_by(other, cut), strict=True)
    pairs = {"scores": said[0].equals(said[1]), "models": fitted[0] == fitted[1]}
    pairs["calibrator"] = above[0] == above[1]
    return [name for name, same in pairs.items() if not same]


def known_by(found: ExitScores, cut: int):
    """Scores of bars closed by the cut, and models fitted by then."""
    said = build_rows_table(found, START_MS + BAR_MS * np.arange(300 * 288))
    names = ["p_profit", "timing_bars", "p_risk", "exit_probability", "models_fitted",
             "calibrator_fitted"]  # fmt: skip
    closed = said["open_time"].astype("datetime64[ms, UTC]").astype("int64") + BAR_MS <= cut
    texts = [
        refit.model.trees.to_text()
        for walk in found.models.values()
        for refit in walk.refits
        if refit.refit_ms <= cut
    ]
    above = [refit.model for refit in found.calibrator.refits if refit.refit_ms <= cut]
    return said.loc[closed, names].reset_index(drop=True), texts, above


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


def test_inputs_of_the_calibrator_by_hand() -> None:
    said = [[0.25, 9.0, 0.5], [0.75, 18.0, 0.2], [np.nan, 1.0, 0.5]]
    found = build_calibrator_inputs(np.array(said), 36)
    beyond = np.log(3.0) - np.log(1.5)  # log odds of .75 less those of .6
    expected = [
        [np.log(0.25), -np.log(0.75), 0.0, -beyond, 0.25, 0.0],
        [np.log(0.75), -np.log(0.25), beyond, 0.0, 0.5, np.log(0.25)],
    ]
    np.testing.assert_allclose(found[:2], expected, atol=1e-15)
    assert np.isnan(found[2]).any()


def test_the_calibrator_can_be_flat_in_the_middle_and_steep_at_the_ends() -> None:
    """Rows between .4 and .6 mean nothing; a beta map alone would be too timid at the top."""
    rng = np.random.default_rng(2)
    middle, wide = rng.uniform(-0.4, 0.4, 60_000), rng.uniform(-3.0, 3.0, 60_000)
    odds = np.where(rng.random(60_000) < 0.9, middle, wide)
    truth = expit(1.3 * np.sign(odds) * np.maximum(np.abs(odds) - np.log(1.5), 0.0))
    said = np.column_stack([expit(odds), np.full((odds.size, 2), 0.5)])
    inputs = build_calibrator_inputs(said, 36)
    label, top = (rng.random(odds.size) < truth).astype(float), truth > 0.7
    model = fit_exit_calibrator(inputs, label, np.ones(odds.size))
    assert not isinstance(model, FitFailure)
    assert model.predict(inputs)[top].mean() == pytest.approx(truth[top].mean(), abs=0.01)
    inputs[:, 2:4] = 0.0
    beta = fit_exit_calibrator(inputs, label, np.ones(odds.size))
    assert not isinstance(beta, FitFailure)
    near = (odds > 1.2) & (odds < 2.0)
    assert abs(beta.predict(inputs)[near].mean() - truth[near].mean()) > 0.03


def test_the_calibrator_recovers_a_beta_map() -> None:
    rng = np.random.default_rng(0)
    p = rng.uniform(0.02, 0.98, 40_000)
    truth = expit(0.3 + 1.4 * np.log(p) - 0.6 * np.log1p(-p))
    said = np.column_stack([p, rng.uniform(0, 36, p.size), rng.uniform(0.1, 0.9, p.size)])
    inputs = build_calibrator_inputs(said, 36)
    model = fit_exit_calibrator(inputs, (rng.random(p.size) < truth).astype(float), np.ones(p.size))
    assert not isinstance(model, FitFailure)
    assert np.abs(model.predict(inputs) - truth).max() < 0.03


def test_the_calibrator_never_turns_the_order_of_the_profit_model_round() -> None:
    rng = np.random.default_rng(1)
    p = rng.uniform(0.02, 0.98, 5000)
    other = np.column_stack([np.full(p.size, 5.0), np.full(p.size, 0.2)])
    inputs = build_calibrator_inputs(np.column_stack([p, other]), 36)
    for chance in (1.0 - p, np.where(p < 0.3, 0.6, p)):
        label = (rng.random(p.size) < chance).astype(float)
        model = fit_exit_calibrator(inputs, label, np.ones(p.size))
        assert not isinstance(model, FitFailure)
        assert min(model.coefficient[:4]) >= 0.0
        ordered = model.predict(inputs[np.argsort(p)])
        assert (np.diff(ordered) >= -1e-12).all()


def test_models_of_a_fold_say_what_the_walk_says(some: Lifetimes, planted: ExitScores) -> None:
    fold = planted.models["profit"].fold
    rows = np.flatnonzero(fold == 2)[:50]
    models = {name: planted.models[name].refits[2].model for name in EXIT_MODELS}
    np.testing.assert_array_equal(
        predict(models, some.rows.features[rows]), stack_predictions(planted.models)[rows]
    )
