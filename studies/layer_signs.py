"""Stack and logistic layer without the rule that they can only rise: what the signs would do."""

import numpy as np

from dipmaster.confidence import Scores
from dipmaster.confidence.ensemble import NONNEGATIVE, STACK_L2, StackFitters
from dipmaster.confidence.scores import LAYER_INPUTS
from dipmaster.core.kernels import Floats, Ints
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import Logistic, fit_logistic, log_odds


def fit_unconstrained(inputs: Floats, won: Floats, weight: Floats) -> Logistic | FitFailure:
    """What `fit_nonnegative_logistic` fits first, whatever the signs."""
    return fit_logistic(inputs, won, weight, STACK_L2)


# The pipeline's way first. A missing value can only reach the layer: the stack's two inputs are
# there together or not at all.
FIT_VARIANTS = {
    "rising": NONNEGATIVE,
    "free layer": StackFitters(layer=fit_unconstrained),
    "free": StackFitters(stack=fit_unconstrained, layer=fit_unconstrained),
}


def negative_shares(scores: Scores) -> dict[str, float]:
    """By input of the layer: share of its refits with a negative coefficient."""
    models = [refit.model for refit in scores.layer.refits if refit.model is not None]
    signs = np.array([model.coefficient for model in models]).reshape(-1, len(LAYER_INPUTS)) < 0.0
    return {name: float(column.mean()) for name, column in zip(LAYER_INPUTS, signs.T, strict=True)}


def change_if_missing(scores: Scores, component: str, rows: Ints) -> float:
    """Mean change of the score of some candidates if a component were missing, which is 0.

    Only the layer is asked again; what else may hang on the same value stays.
    """
    inputs = np.column_stack([log_odds(scores.ensemble.p_ensemble), *scores.components.values()])
    without = inputs.copy()
    without[:, LAYER_INPUTS.index(component)] = 0.0
    fold = scores.layer.fold[rows]
    change = np.full(rows.size, np.nan)
    for number in np.unique(fold[fold >= 0]):
        fold_rows = rows[fold == number]
        model = scores.layer.model(int(number))
        change[fold == number] = model.predict(without[fold_rows]) - model.predict(
            inputs[fold_rows]
        )
    return float(np.nanmean(change)) if np.isfinite(change).any() else float("nan")
