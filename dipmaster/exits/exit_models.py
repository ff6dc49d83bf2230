"""Rows to one of three exit models, boosted trees in LightGBM's own format.

profit: the share of the money at stake that says sell now; timing: bars to the best exit;
risk: will the stop come before the target.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats
from dipmaster.core.params.confidence import BoostedTrees
from dipmaster.core.tables.exits import EXIT_FEATURES
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import describe_one_class
from dipmaster.learning.tree_models import Trees, fit_trees

ExitModelName = Literal["profit", "timing", "risk"]
EXIT_MODELS: tuple[ExitModelName, ...] = get_args(ExitModelName)
FeatureRows = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ExitModel:
    """A fitted exit model.

    Attributes
    ----------
    train_mean
        Weighted mean of the label over the training rows: what somebody would say
        who looks at no feature.
    """

    name: ExitModelName
    trees: Trees
    train_mean: float

    def predict(self, features: FeatureRows) -> Floats:
        """Probability, or bars for `timing` (at least 0), shape (rows,).

        Parameters
        ----------
        features
            Shape (rows, len(EXIT_FEATURES)); NaN is a value of its own to a tree.
        """
        values = self.trees.predict(features)
        return np.maximum(values, 0.0) if self.name == "timing" else values


def fit_exit_model(
    name: ExitModelName, features: FeatureRows, label: Floats, weight: Floats, sizes: BoostedTrees
) -> ExitModel | FitFailure:
    """Fit one exit model on rows whose labels are known.

    Parameters
    ----------
    features
        Shape (rows, len(EXIT_FEATURES)).
    label
        Shape (rows,), no NaN: 1.0 and 0.0, or bars for `timing`.
    weight
        As in `fit_trees`.

    Returns
    -------
    ExitModel or FitFailure
        `FitFailure` where all rows of a classifier are of one class.
    """
    reason = "" if name == "timing" else describe_one_class(label, weight)
    if reason:
        return FitFailure(reason)
    rows, classifier = (features, label, weight), name != "timing"
    trees = fit_trees("lgb", *rows, sizes, EXIT_FEATURES, classifier=classifier)
    return ExitModel(name, trees, float(np.average(label, weights=weight)))
