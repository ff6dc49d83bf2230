"""What the exit models say to a row, to the exit probability."""

from collections.abc import Mapping

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.exits.exit_models import EXIT_MODELS, ExitModelName, FeatureRows
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import (
    Logistic,
    clip_probability,
    fit_nonnegative_logistic,
    log_odds,
)
from dipmaster.learning.model_store import round_model
from dipmaster.learning.predictor import Predictor

CALIBRATOR_INPUTS = (
    "ln_p_profit",
    "minus_ln_1_minus_p_profit",
    "timing_over_max_holding",
    "log_odds_p_risk",
)
_OF_PROFIT = range(2)  # inputs that must not turn the order of the profit model round
RIDGE = 1e-6  # only so that separable outcomes have a finite fit


def predict(models: Mapping[ExitModelName, Predictor], features: FeatureRows) -> Floats:
    """Predictions of the models of one fold, shape (rows, models) in the order of `EXIT_MODELS`."""
    return np.column_stack([models[name].predict(features) for name in EXIT_MODELS])


def build_calibrator_inputs(predictions: Floats, max_holding_bars: int) -> Floats:
    """`CALIBRATOR_INPUTS` of rows, shape (rows, inputs); NaN where a model says nothing.

    The first two are those of a beta calibrator (Kull, Silva Filho and Flach 2017).
    """
    profit, timing, risk = np.ascontiguousarray(predictions.T)
    p, share = clip_probability(profit), timing / max_holding_bars
    return np.column_stack([np.log(p), -np.log1p(-p), share, log_odds(risk)])


def fit_exit_calibrator(inputs: Floats, label: Floats, weight: Floats) -> Logistic | FitFailure:
    """Weighted logistic regression that never turns the profit model's order round.

    No input of the profit model may have a negative coefficient; timing and risk are
    free. Its numbers are those that the file keeps, so that models read back predict
    the same to the last bit.

    Parameters
    ----------
    inputs
        Shape (rows, inputs), no NaN: predictions of models that had NOT SEEN the row.
        In-sample ones look too sure, and the map would learn to trust them.
    label, weight
        Shape (rows,). Weighted by the money at stake the probability is its share.
    """
    model = fit_nonnegative_logistic(inputs, label, weight, RIDGE, _OF_PROFIT)
    return model if isinstance(model, FitFailure) else round_model(model)
