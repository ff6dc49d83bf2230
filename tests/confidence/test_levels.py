"""The nested walk-forward: who saw what, rising stacks, missing levels, labels without sense."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from dipmaster.confidence import Scores, table_of
from dipmaster.confidence.judging import boundary_ms
from dipmaster.confidence.rising import fit_rising
from dipmaster.learning.calibrators import log_odds
from dipmaster.tables import SCORES

from .conftest import START_MS


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


def test_no_level_learns_from_what_it_should_not(planted: Scores) -> None:
    """Rows of every fit: known by then, and predicted by a model fitted before their bar."""
    events, base = planted.events, planted.base
    fitted_ms = np.array([refit.refit_ms for refit in base.walks["lgb"].models])
    for refit in planted.layer.models:
        known = events.settled & (events.known_ms <= refit.refit_ms) & (base.p_ensemble > 0)
        assert refit.rows <= known.sum()
        made = fitted_ms[base.walks["lgb"].fold[known]]
        assert (made <= events.decision_ms[known]).all()


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
        & (found.events.signal_ms >= boundary_ms(START_MS, settings[1]))
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
