"""Models and calibrators refit by refit: who saw what, too few rows, labels without sense."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from dipmaster.confidence import Scores, build_scores_table, evaluate_scores
from dipmaster.core.tables import SCORES
from dipmaster.core.time_units import BAR_MS, out_of_sample_start_ms
from dipmaster.learning.logistic import log_odds
from dipmaster.learning.schedule import TrainingSchedule

from .conftest import MAX_HOLDING_BARS, START_MS, Market

pytestmark = pytest.mark.slow


def test_every_layer_starts_with_the_first_models(planted: Scores) -> None:
    """From day 15 on, at once: the calibrator waits for no predictions made at the time."""
    table = build_scores_table(planted)
    SCORES.check(table, "scores")
    day = (planted.events.decision_ms - START_MS) / 86_400_000
    for column in ("p_lgb", "p_xgb", "p_reference", "p_ensemble", "confidence"):
        known = table[column].notna().to_numpy()
        np.testing.assert_array_equal(known, day >= 15, err_msg=column)


def test_the_ensemble_is_the_mean_of_the_log_odds(planted: Scores) -> None:
    logits = [log_odds(planted.ensemble.predictions(library)) for library in ("lgb", "xgb")]
    np.testing.assert_allclose(planted.ensemble.p_ensemble, expit(np.mean(logits, axis=0)))


@pytest.mark.parametrize("candidates", [None, 400])
def test_no_layer_learns_from_what_it_should_not(
    market, scored, monkeypatch: pytest.MonkeyPatch, candidates: int | None
) -> None:
    """Rows that every refit was given, against a plain loop; of 600 rows 400 are candidates."""
    given: dict[tuple[str, int], list[list[int]]] = {}
    honest = TrainingSchedule.training_sample

    def watched(schedule, train):
        key = schedule.words.plural, schedule.signal_ms.size
        given.setdefault(key, []).append(train.tolist())
        return honest(schedule, train)

    monkeypatch.setattr(TrainingSchedule, "training_sample", watched)
    some = shuffled(market()) if candidates else market()
    found = scored(some, candidates)
    rows, events = found.base.training.rows, found.events
    assert events.count == (candidates or 600)
    refits = [refit.refit_ms for refit in found.ensemble.models["lgb"].refits]
    all_rows = [learnable(rows, moment) for moment in refits]
    only_candidates = [learnable(events, moment) for moment in refits]
    # Two libraries of two families; then the reference and three kinds of calibrators.
    assert sorted(given["training rows", 600]) == sorted(4 * all_rows)
    assert sorted(given["candidates", events.count]) == sorted(4 * only_candidates)


def shuffled(some: Market) -> Market:
    """Rows of the wider rule lie between the candidates in time, behind them in the table."""
    order = np.random.default_rng(5).permutation(some.events.count)
    events = some.events
    return replace(
        some,
        events=replace(
            events,
            **{one.name: getattr(events, one.name)[order] for one in fields(events)},
        ),
        features=some.features.iloc[order].reset_index(drop=True),
        volatility=some.volatility.iloc[order].reset_index(drop=True),
    )


def test_only_candidates_are_scored_calibrated_and_counted(market, scored, settings) -> None:
    some = shuffled(market())
    found = scored(some, 400)
    assert found.confidence.shape == found.weighted.shape == (400,)
    assert len(build_scores_table(found)) == 400
    folds = evaluate_scores(found, some.bars_ms, settings[1], settings[0].evaluation).folds
    models = [fold for fold in folds if fold.layer == "models"]
    others = [fold for fold in folds if fold.layer != "models"]
    assert all(fold.candidates < fold.rows for fold in models)
    assert all(fold.candidates == fold.rows for fold in others)
    assert [fold.candidates for fold in models] * 2 == [fold.rows for fold in others]
    alone = scored(first_rows(some, 400))
    assert not np.array_equal(found.confidence, alone.confidence, equal_nan=True)
    np.testing.assert_array_equal(
        found.base.reference.predictions, alone.base.reference.predictions
    )


def first_rows(some: Market, count: int) -> Market:
    features, volatility = some.features.iloc[:count], some.volatility.iloc[:count]
    return replace(some, events=some.events.first(count), features=features, volatility=volatility)


def test_a_rare_rule_has_a_confidence_that_says_what_it_rests_on(market, scored, settings) -> None:
    """Forty candidates are asked for; of twenty the calibrator takes the wider rows as well."""
    some = shuffled(market())
    found = scored(some, 20)
    assert np.isfinite(found.confidence).sum() > 10
    folds = evaluate_scores(found, some.bars_ms, settings[1], settings[0].evaluation).folds
    calibrators = [fold for fold in folds if fold.layer == "calibrator"]
    models = [fold for fold in folds if fold.layer == "models"]
    assert calibrators[-1].reason == ""
    assert (calibrators[-1].rows, calibrators[-1].candidates) == (
        models[-1].rows, models[-1].candidates,
    )  # fmt: skip
    assert calibrators[-1].candidates <= 20 < calibrators[-1].rows
    assert "too few candidates" in [fold for fold in folds if fold.layer == "reference"][-1].reason
    alone = scored(first_rows(some, 20))
    assert np.isnan(alone.confidence).all()


def learnable(events, moment: int) -> list[int]:
    """Trades that had ended by their own rules, decided long enough ago."""
    rows = []
    for row in range(events.count):
        ended = events.exit_ms[row] + BAR_MS <= moment and events.settled[row]
        long_ago = events.signal_ms[row] + (MAX_HOLDING_BARS + 1) * BAR_MS <= moment
        if ended and long_ago:
            rows.append(row)
    return rows


def test_every_value_was_made_by_a_model_fitted_before_its_bar_closed(planted: Scores) -> None:
    table = build_scores_table(planted)
    closed = table["open_time"] + pd.Timedelta("5min")
    for column, value in (("models_fitted", "p_lgb"), ("calibrator_fitted", "confidence")):
        there = table[value].notna()
        assert there.any()
        assert table[column].notna().equals(there)
        assert (table[column] <= closed)[there].all()
        # The latest of the layer's fits by then, so the models of the month.
        assert table[column][there].is_monotonic_increasing
        assert table[column][there].nunique() >= 2


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
        "confidence": found.confidence,
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
    assert table[["p_lgb", "p_ensemble", "confidence", "p_reference"]].isna().all().all()
    reason = found.ensemble.models["lgb"].refits[-1].reason
    assert "one class" in reason
    assert (table["model_agreement"] == 0.0).all()
    assert table["weighted_score"].between(0, 1).all()


@pytest.mark.parametrize("count", [1, 30])
def test_too_few_candidates(market, scored, count: int) -> None:
    found = scored(market(count=count))
    assert np.isnan(found.confidence).all()
    assert "too few training rows" in found.ensemble.models["lgb"].refits[-1].reason


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
    """An untouched matrix gives the predictions."""
    for one in planted.base.ensembles.values():
        inputs = planted.base.matrix.columns(one.family.inputs)
        for fold in np.unique(one.fold[one.fold >= 0]):
            rows = np.flatnonzero(one.fold == fold)
            predicted = one.predict(int(fold), inputs[rows])
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
