"""The calibrator's inputs and its map, without rows."""

import numpy as np
from scipy.special import expit

from dipmaster.exits.calibrator import build_calibrator_inputs, fit_exit_calibrator
from dipmaster.learning.fit_failure import FitFailure


def test_inputs_of_the_calibrator_by_hand() -> None:
    said = [[0.25, 9.0, 0.5], [0.75, 18.0, 0.2], [np.nan, 1.0, 0.5]]
    found = build_calibrator_inputs(np.array(said), 36)
    expected = [
        [np.log(0.25), -np.log(0.75), 0.25, 0.0],
        [np.log(0.75), -np.log(0.25), 0.5, np.log(0.25)],
    ]
    np.testing.assert_allclose(found[:2], expected, atol=1e-15)
    assert np.isnan(found[2]).any()


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
        assert min(model.coefficient[:2]) >= 0.0
        ordered = model.predict(inputs[np.argsort(p)])
        assert (np.diff(ordered) >= -1e-12).all()
