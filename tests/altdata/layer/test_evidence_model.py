"""The second layer's model: what it learns, and what it does where evidence is missing."""

import numpy as np
import pytest

from dipmaster.altdata.layer import LAYER_INPUTS
from dipmaster.altdata.layer.evidence_model import (
    NAMES,
    EvidenceModel,
    build_linear,
    fit_evidence_model,
    measure_fill,
)
from dipmaster.altdata.layer.inputs import find_columns
from dipmaster.core.kernels import Floats
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import log_odds
from tests.made.params import read_params

MODEL = read_params("alternative_data").alternative_data.model
FLOW = 1 + [one.name for one in LAYER_INPUTS].index("net_flow_z")
ROWS = 2000


def rows(effect: float, seed: int = 3) -> tuple[Floats, Floats]:
    """Phase 1's log odds, one informative input (lower is better); all other inputs missing."""
    rng = np.random.default_rng(seed)
    x = np.full((ROWS, len(NAMES)), np.nan)
    x[:, 0], x[:, FLOW] = rng.normal(0.0, 1.0, ROWS), rng.normal(0.0, 1.0, ROWS)
    chance = 1.0 / (1.0 + np.exp(-(x[:, 0] - effect * x[:, FLOW])))
    return x, (rng.random(ROWS) < chance).astype(np.float64)


def fit(x: Floats, won: Floats) -> EvidenceModel:
    model = fit_evidence_model(x, won, np.ones(won.size), MODEL)
    assert isinstance(model, EvidenceModel)
    return model


def test_it_adds_what_an_input_knows() -> None:
    x, won = rows(1.0)
    p = fit(x, won).predict(rows(1.0, seed=4)[0])
    fresh, fresh_won = rows(1.0, seed=4)
    before = 1.0 / (1.0 + np.exp(-fresh[:, 0]))

    def loss(q: Floats) -> float:
        return float(-np.mean(np.log(np.where(fresh_won > 0, q, 1 - q))))

    assert loss(p) < loss(before) - 0.05


def test_missing_columns_say_nothing() -> None:
    """A model never taught with a feed does not move when the feed's columns stay missing."""
    x, won = rows(0.0)
    x[:, FLOW] = np.nan
    model = fit(x, won)
    coefficient = np.array(model.logistic.coefficient)
    assert (coefficient[1:] == 0.0).all()
    assert model.fill == (0.0,) * len(model.fill)
    spread = log_odds(model.predict(x)) - x[:, 0]
    assert np.abs(np.median(spread)) < 0.5


def test_a_missing_value_is_the_mean_of_the_training_rows() -> None:
    x, won = rows(1.0)
    x[:, FLOW] += 5.0
    model = fit(x, won)
    gap, mean = x[:1].copy(), x[:1].copy()
    gap[0, FLOW], mean[0, FLOW] = np.nan, np.average(x[:, FLOW])
    linear = build_linear(gap, model.fill), build_linear(mean, model.fill)
    np.testing.assert_allclose(linear[0][:, :-3], linear[1][:, :-3])
    flags = linear[0][0, -3:]
    assert flags.tolist() == [1.0, 1.0, 1.0]  # no feed says anything now
    assert linear[1][0, -3:].tolist() == [1.0, 0.0, 1.0]


def test_the_fill_is_weighted() -> None:
    x = np.full((3, len(NAMES)), np.nan)
    x[:, FLOW] = [1.0, 4.0, np.nan]
    fill = measure_fill(x, np.array([1.0, 2.0, 50.0]))
    assert fill[FLOW - 1] == pytest.approx(3.0)


def test_one_class_is_no_model() -> None:
    x, won = rows(1.0)
    assert isinstance(
        fit_evidence_model(x, np.ones_like(won), np.ones(won.size), MODEL), FitFailure
    )


def test_a_flow_never_raises_the_trees() -> None:
    """Signs: more inflow to exchanges may only lower what the trees add."""
    x, won = rows(-1.0)  # taught the wrong way round
    model = fit(x, won)
    grid = np.repeat(x[:1], 50, axis=0)
    grid[:, FLOW] = np.linspace(-3.0, 3.0, 50)
    assert (np.diff(model.trees.predict_raw(grid)) <= 1e-12).all()


def test_every_input_has_a_feed_or_comes_from_the_bars() -> None:
    names = [one.name for one in LAYER_INPUTS]
    assert len(set(names)) == len(names)
    by_feed = [find_columns(feed) for feed in ("order_book", "on_chain", "sentiment", "")]
    assert sorted(np.concatenate(by_feed).tolist()) == list(range(len(names)))
