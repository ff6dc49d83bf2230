"""What the exit models say to a row, to the exit probability."""

from collections.abc import Mapping

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.exits.exit_models import EXIT_MODELS, ExitModel, ExitModelName, FeatureRows
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import (
    Logistic,
    clip_probability,
    fit_nonnegative_logistic,
    log_odds,
)
from dipmaster.learning.model_store import round_model

CALIBRATOR_INPUTS = (
    "ln_p_profit",
    "minus_ln_1_minus_p_profit",
    "log_odds_p_profit_above_knot",
    "log_odds_p_profit_below_knot",
    "timing_over_max_holding",
    "log_odds_p_risk",
)
_OF_PROFIT = range(4)  # inputs that must not turn the order of the profit model round
KNOT = float(np.log(0.6 / 0.4))  # log odds of .6, and their negative of .4
RIDGE = 1e-6  # only so that separable outcomes have a finite fit


def predict(models: Mapping[ExitModelName, ExitModel], features: FeatureRows) -> Floats:
    """Predictions of the models of one fold, shape (rows, models) in the order of `EXIT_MODELS`."""
    return np.column_stack([models[name].predict(features) for name in EXIT_MODELS])


def build_calibrator_inputs(predictions: Floats, max_holding_bars: int) -> Floats:
    """`CALIBRATOR_INPUTS` of rows, shape (rows, inputs); NaN where a model says nothing.

    The first two are those of a beta calibrator (Kull, Silva Filho and Flach 2017). The
    next two let it be steeper at both ends than in the middle, where most rows lie and
    the models know little: one line through all of them is too timid at the ends.
    """
    profit, timing, risk = np.ascontiguousarray(predictions.T)
    p, odds = clip_probability(profit), log_odds(profit)
    ends = np.maximum(odds - KNOT, 0.0), np.minimum(odds + KNOT, 0.0)
    share = timing / max_holding_bars
    return np.column_stack([np.log(p), -np.log1p(-p), *ends, share, log_odds(risk)])


def fit_exit_calibrator(inputs: Floats, label: Floats, weight: Floats) -> Logistic | FitFailure:
    """Weighted logistic regression that never turns the profit model's order round.

    No input of the profit model may have a negative coefficient; timing and risk are
    free. Its numbers are those that the file keeps, so that models read back predict
    the same to the last bit.

    Parameters
    ----------
    inputs
        Shape (rows, inputs), no NaN: predictions made OUT OF SAMPLE. In-sample ones look
        too sure, and the map would learn to trust them.
    label, weight
        Shape (rows,).
    """
    model = fit_nonnegative_logistic(inputs, label, weight, RIDGE, _OF_PROFIT)
    return model if isinstance(model, FitFailure) else round_model(model)
