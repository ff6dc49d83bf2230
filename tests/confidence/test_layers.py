"""The nested walk-forward: who saw what, rising stacks, missing layers, labels without sense."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from dipmaster.confidence import Scores, build_scores_table, ensemble, evaluate_scores, scores
from dipmaster.core.tables import SCORES
from dipmaster.core.time_units import BAR_MS, out_of_sample_start_ms
from dipmaster.learning.logistic import log_odds
from dipmaster.learning.schedule import TrainingSchedule
from dipmaster.learning.walk_forward import walk_forward_predict

from .conftest import MAX_HOLDING_BARS, START_MS

pytestmark = pytest.mark.slow


def test_each_layer_starts_on_its_day(planted: Scores) -> None:
    table = build_scores_table(planted)
    SCORES.check(table, "scores")
    day = (planted.events.decision_ms - START_MS) / 86_400_000
    for column, first in (("p_lgb", 15), ("p_reference", 15), ("score", 31), ("confidence", 59)):
        known = table[column].notna().to_numpy()
        np.testing.assert_array_equal(known, day >= first, err_msg=column)


def test_the_ensemble_is_the_plain_mean_until_there_is_a_stack(planted: Scores) -> None:
    base = planted.ensemble
    logits = [log_odds(walk.predictions) for walk in base.models.values()]
    before = np.isfinite(logits[0]) & np.isnan(base.stack.predictions)
    assert before.sum() > 20
    np.testing.assert_allclose(base.p_ensemble[before], expit(np.mean(logits, axis=0))[before])
    after = np.isfinite(base.stack.predictions)
    np.testing.assert_array_equal(base.p_ensemble[after], base.stack.predictions[after])


def test_no_layer_learns_from_what_it_should_not(
    market, scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that every fit was given, against a plain loop over the candidates."""
    given: dict[str, list[list[int]]] = {}
    honest = TrainingSchedule.training_sample

    def watched(schedule, train):
        given.setdefault(walk_in_progress[-1], []).append(train.tolist())
        return honest(schedule, train)

    walk_in_progress: list[str] = []

    def labelled(schedule, layer, inputs, target, fit, label, **named):
        walk_in_progress.append(label)
        return walk_forward_predict(schedule, layer, inputs, target, fit, label, **named)

    monkeypatch.setattr(TrainingSchedule, "training_sample", watched)
    for module in (ensemble, scores):
        monkeypatch.setattr(module, "walk_forward_predict", labelled)
    found = scored(market())
    base = found.ensemble
    everyone = np.ones(found.events.count)
    below = {
        "lgb classifiers": (base.models["lgb"], everyone),
        "xgb classifiers": (base.models["xgb"], everyone),
        "stack of classifiers": (base.stack, base.models["lgb"].predictions),
        "layer": (found.layer, base.p_ensemble),
        "beta calibrators": (found.calibrators["beta"], found.layer.predictions),
    }
    for label, (walk, inputs) in below.items():
        made = [refit.refit_ms for refit in walk.refits if refit.model is not None]
        assert made, label
        expected = [learnable(found.events, inputs, moment) for moment in made]
        assert sorted(given[label]) == sorted(expected), label


def learnable(events, inputs: np.ndarray, moment: int) -> list[int]:
    """Trades that had ended by their own rules, decided long enough ago, inputs there."""
    rows = []
    for row in range(events.count):
        ended = events.exit_ms[row] + BAR_MS <= moment and events.settled[row]
        long_ago = events.signal_ms[row] + (MAX_HOLDING_BARS + 1) * BAR_MS <= moment
        if ended and long_ago and np.isfinite(inputs[row]):
            rows.append(row)
    return rows


def test_every_value_was_made_by_a_model_fitted_before_its_bar_closed(planted: Scores) -> None:
    table = build_scores_table(planted)
    closed = table["open_time"] + pd.Timedelta("5min")
    for column, value in (
        ("models_fitted", "p_lgb"), ("layer_fitted", "score"), ("calibrator_fitted", "confidence"),
    ):  # fmt: skip
        there = table[value].notna()
        assert there.any()
        assert table[column].notna().equals(there)
        assert (table[column] <= closed)[there].all()
        # The latest of the layer's fits by then, so the models of the month.
        assert table[column][there].is_monotonic_increasing
        assert table[column][there].nunique() >= 2
    stack = table["stack_fitted"]
    assert (stack[stack.notna()] <= closed[stack.notna()]).all()
    assert (stack.notna() == np.isfinite(planted.ensemble.stack.predictions)).all()


def test_there_is_something_to_learn(planted: Scores) -> None:
    scored = np.isfinite(planted.confidence)
    won = planted.events.won[scored]
    assert roc_auc_score(won, planted.confidence[scored]) > 0.75
    regression = planted.base.ensembles["regression"].p_ensemble[scored]
    assert roc_auc_score(won, regression) > 0.75


def test_labels_without_sense_are_not_learned(market, scored, settings) -> None:
    """Shuffled results: AUC within its own noise of .5 and hardly a candidate at .75."""
    some = market(count=1500)
    net = np.random.default_rng(8).permutation(some.events.net_frac)
    found = scored(replace(some, events=replace(some.events, net_frac=net)))
    rows = np.flatnonzero(
        np.isfinite(found.confidence)
        & (found.events.signal_ms >= out_of_sample_start_ms(START_MS, settings[1].burn_in_days))
    )
    won = found.events.won[rows]
    wins, losses = won.sum(), (1 - won).sum()
    noise = np.sqrt((rows.size + 1) / (12 * wins * losses))  # of the AUC where nothing is known
    said = {
        "classifier": found.base.ensembles["classifier"].p_ensemble,
        "regression": found.base.ensembles["regression"].p_ensemble,
        "score": found.layer.predictions,
        "reference": found.base.reference.predictions,
    }
    for name, p in said.items():
        assert abs(roc_auc_score(won, p[rows]) - 0.5) < 3.0 * noise, name
    assert (found.confidence[rows] >= 0.75).mean() < 0.01


def test_a_market_that_only_loses(market, scored) -> None:
    some = market()
    lost = replace(some, events=replace(some.events, net_frac=np.full(600, -0.01)))
    found = scored(lost)
    table = build_scores_table(found)
    assert table[["p_lgb", "p_ensemble", "score", "confidence", "p_reference"]].isna().all().all()
    assert (
        "one class" in found.layer.refits[-1].reason or "too few" in found.layer.refits[-1].reason
    )
    assert (table["model_agreement"] == 0.0).all()
    assert table["weighted_score"].between(0, 1).all()


@pytest.mark.parametrize("count", [1, 30])
def test_too_few_candidates(market, scored, count: int) -> None:
    found = scored(market(count=count))
    assert np.isnan(found.confidence).all()
    assert "too few candidates" in found.layer.refits[-1].reason


@pytest.mark.parametrize("kind", ["beta", "isotonic", "platt"])
def test_the_calibrator_is_a_param(market, scored, kind: str) -> None:
    found = scored(market(), calibrator=kind)
    np.testing.assert_array_equal(found.confidence, found.calibrators[kind].predictions)


def test_the_family_is_a_param(market, scored, planted: Scores) -> None:
    found = scored(market(), family="regression")
    np.testing.assert_array_equal(
        found.ensemble.p_ensemble, planted.base.ensembles["regression"].p_ensemble
    )
    assert not np.array_equal(found.confidence, planted.confidence, equal_nan=True)


def test_other_inputs_are_predicted_by_the_models_of_the_fold(planted: Scores) -> None:
    """An untouched matrix gives the predictions, before and after there is a stack."""
    for one in planted.base.ensembles.values():
        inputs = planted.base.matrix.columns(one.family.inputs)
        folds = one.models["lgb"].fold
        assert {-1, 1, 2} <= set(one.stack.fold[folds >= 0])
        for fold in np.unique(folds[folds >= 0]):
            rows = np.flatnonzero(folds == fold)
            predicted = one.predict(int(fold), rows, inputs[rows])
            np.testing.assert_allclose(predicted, one.p_ensemble[rows], rtol=1e-9)


def test_the_planted_input_of_both_families_leads(planted: Scores, market, settings) -> None:
    confidence, split = settings
    for family in ("classifier", "regression"):
        chosen = replace(planted, family=family)
        result = evaluate_scores(chosen, market().bars_ms, split, confidence.evaluation)
        assert result.importance[0].feature == "dip_depth_3_sigma"
        assert result.importance[0].auc_loss > 10 * abs(result.importance[2].auc_loss)
        names = sorted(row.feature for row in result.importance)
        assert names == sorted(planted.base.ensembles[family].family.inputs)
