"""The nested walk-forward: who saw what, rising stacks, missing levels, labels without sense."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from dipmaster.confidence import Scores, levels, table_of
from dipmaster.confidence.rising import fit_rising
from dipmaster.core.tables import SCORES
from dipmaster.core.time_units import BAR_MS, boundary_ms
from dipmaster.learning.calibrators import log_odds

from .conftest import CAP_BARS, START_MS


def test_a_negative_coefficient_is_not_kept() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((500, 3))
    won = (rng.random(500) < expit(inputs[:, 0] - 2 * inputs[:, 1])).astype(float)
    found = fit_rising(inputs, won, np.ones(500))
    assert found.coefficient[0] > 0.3
    assert found.coefficient[1] == 0.0
    assert min(found.coefficient) >= 0.0
    lower = inputs.copy()
    lower[:, 1] -= 5.0
    np.testing.assert_array_equal(found.apply(lower), found.apply(inputs))


def test_nothing_rises_with_the_result() -> None:
    inputs = np.linspace(0, 1, 100)[:, None]
    won = (inputs[:, 0] < 0.5).astype(float)
    found = fit_rising(inputs, won, np.ones(100))
    np.testing.assert_allclose(found.apply(inputs), 0.5)


def test_each_level_starts_on_its_day(planted: Scores) -> None:
    table = table_of(planted)
    SCORES.check(table, "scores")
    day = (planted.events.decision_ms - START_MS) / 86_400_000
    for column, first in (("p_lgb", 15), ("p_reference", 15), ("score", 31), ("confidence", 59)):
        known = table[column].notna().to_numpy()
        np.testing.assert_array_equal(known, day >= first, err_msg=column)


def test_the_ensemble_is_the_plain_mean_until_there_is_a_stack(planted: Scores) -> None:
    base = planted.base
    logits = [log_odds(walk.predictions) for walk in base.walks.values()]
    before = np.isfinite(logits[0]) & np.isnan(base.stack.predictions)
    assert before.sum() > 20
    np.testing.assert_allclose(base.p_ensemble[before], expit(np.mean(logits, axis=0))[before])
    after = np.isfinite(base.stack.predictions)
    np.testing.assert_array_equal(base.p_ensemble[after], base.stack.predictions[after])


def test_no_level_learns_from_what_it_should_not(
    market, scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that every fit was given, against a plain loop over the candidates."""
    given: dict[str, list[list[int]]] = {}
    honest = levels.predicted

    def watched(signal, known, refits, purge, fit, *rest, label, **named):
        def seen(rows):
            given.setdefault(label, []).append(rows.tolist())
            return fit(rows)

        return honest(signal, known, refits, purge, seen, *rest, label=label, **named)

    monkeypatch.setattr(levels, "predicted", watched)
    found = scored(market())
    base = found.base
    everyone = np.ones(found.events.count)
    below = {
        "lgb classifiers": (base.walks["lgb"], everyone),
        "xgb classifiers": (base.walks["xgb"], everyone),
        "stack of classifiers": (base.stack, base.walks["lgb"].predictions),
        "layer": (found.layer, base.p_ensemble),
        "beta calibrators": (found.calibrators["beta"], found.layer.predictions),
    }
    for label, (walk, inputs) in below.items():
        made = [refit.refit_ms for refit in walk.models if refit.model is not None]
        assert made, label
        expected = [learnable(found.events, inputs, moment) for moment in made]
        assert sorted(given[label]) == sorted(expected), label


def learnable(events, inputs: np.ndarray, moment: int) -> list[int]:
    """Trades that had ended by their own rules, decided long enough ago, inputs there."""
    rows = []
    for row in range(events.count):
        ended = events.exit_ms[row] + BAR_MS <= moment and events.settled[row]
        long_ago = events.signal_ms[row] + (CAP_BARS + 1) * BAR_MS <= moment
        if ended and long_ago and np.isfinite(inputs[row]):
            rows.append(row)
    return rows


def test_every_value_was_made_by_a_model_fitted_before_its_bar_closed(planted: Scores) -> None:
    table = table_of(planted)
    closed = table["open_time"] + pd.Timedelta("5min")
    for column, value in (
        ("models_fitted", "p_lgb"), ("layer_fitted", "score"), ("calibrator_fitted", "confidence"),
    ):  # fmt: skip
        there = table[value].notna()
        assert there.any()
        assert table[column].notna().equals(there)
        assert (table[column] <= closed)[there].all()
        # The latest of the level's fits by then, so the models of the month.
        assert table[column][there].is_monotonic_increasing
        assert table[column][there].nunique() >= 2
    stack = table["stack_fitted"]
    assert (stack[stack.notna()] <= closed[stack.notna()]).all()
    assert (stack.notna() == np.isfinite(planted.base.stack.predictions)).all()


def test_there_is_something_to_learn(planted: Scores) -> None:
    said = np.isfinite(planted.confidence)
    won = planted.events.won[said]
    assert roc_auc_score(won, planted.confidence[said]) > 0.75
    regression = planted.bases["regression"].p_ensemble[said]
    assert roc_auc_score(won, regression) > 0.75


def test_labels_without_sense_are_not_learned(market, scored, settings) -> None:
    """Shuffled results: AUC within its own noise of .5 and hardly a candidate at .75."""
    some = market(count=1500)
    net = np.random.default_rng(8).permutation(some.events.net_frac)
    found = scored(replace(some, events=replace(some.events, net_frac=net)))
    rows = np.flatnonzero(
        np.isfinite(found.confidence)
        & (found.events.signal_ms >= boundary_ms(START_MS, settings[1].burn_in_days))
    )
    won = found.events.won[rows]
    wins, losses = won.sum(), (1 - won).sum()
    noise = np.sqrt((rows.size + 1) / (12 * wins * losses))  # of the AUC where nothing is known
    said = {
        "classifier": found.bases["classifier"].p_ensemble,
        "regression": found.bases["regression"].p_ensemble,
        "score": found.layer.predictions,
        "reference": found.reference.predictions,
    }
    for name, p in said.items():
        assert abs(roc_auc_score(won, p[rows]) - 0.5) < 3.0 * noise, name
    assert (found.confidence[rows] >= 0.75).mean() < 0.01


def test_a_market_that_only_loses(market, scored) -> None:
    some = market()
    lost = replace(some, events=replace(some.events, net_frac=np.full(600, -0.01)))
    found = scored(lost)
    table = table_of(found)
    assert table[["p_lgb", "p_ensemble", "score", "confidence", "p_reference"]].isna().all().all()
    assert (
        "one class" in found.layer.models[-1].reason or "too few" in found.layer.models[-1].reason
    )
    assert (table["model_agreement"] == 0.0).all()
    assert table["weighted_score"].between(0, 1).all()


@pytest.mark.parametrize("count", [1, 30])
def test_too_few_candidates(market, scored, count: int) -> None:
    found = scored(market(count=count))
    assert np.isnan(found.confidence).all()
    assert "too few candidates" in found.layer.models[-1].reason


@pytest.mark.parametrize("kind", ["beta", "isotonic", "platt"])
def test_the_calibrator_is_a_param(market, scored, kind: str) -> None:
    found = scored(market(), calibrator=kind)
    np.testing.assert_array_equal(found.confidence, found.calibrators[kind].predictions)


def test_the_family_is_a_param(market, scored, planted: Scores) -> None:
    found = scored(market(), family="regression")
    np.testing.assert_array_equal(found.base.p_ensemble, planted.bases["regression"].p_ensemble)
    assert not np.array_equal(found.confidence, planted.confidence, equal_nan=True)
