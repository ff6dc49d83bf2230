"""Rows to one of three heads: a boosted tree model in LightGBM's own format.

profit: will a sale now net at least what holding nets; timing: bars to the best
exit; risk: will the stop come before the target. Nothing stops early.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats
from dipmaster.core.params.confidence import Trees
from dipmaster.core.tables.exits import EXIT_FEATURES
from dipmaster.learning.logistic import one_class
from dipmaster.learning.unfit import Unfit

HeadName = Literal["profit", "timing", "risk"]
HEADS: tuple[HeadName, ...] = get_args(HeadName)
Features = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Head:
    """A fitted head.

    Attributes
    ----------
    booster
        LightGBM's Booster.
    train_mean
        Weighted mean of the label over the training rows: what somebody would say
        who looks at no feature.
    """

    name: HeadName
    booster: Any
    train_mean: float

    def predict(self, features: Features) -> Floats:
        """Probability, or bars for `timing` (at least 0), shape (rows,).

        Parameters
        ----------
        features
            Shape (rows, len(EXIT_FEATURES)); NaN is a value of its own to a tree.
        """
        if not features.shape[0]:
            return np.empty(0)
        said = np.asarray(self.booster.predict(features, num_threads=1), dtype=np.float64)
        return np.maximum(said, 0.0) if self.name == "timing" else said

    def text(self) -> str:
        """LightGBM's text; `head_of` reads it back to the same predictions."""
        return str(self.booster.model_to_string())


def head_of(name: HeadName, text: str, train_mean: float) -> Head:
    """Read what `Head.text` wrote."""
    import lightgbm

    return Head(name, lightgbm.Booster(model_str=text), train_mean)


def fit_head(
    name: HeadName, features: Features, label: Floats, weight: Floats, trees: Trees
) -> Head | Unfit:
    """Fit one head on rows whose labels are known.

    Parameters
    ----------
    features
        Shape (rows, len(EXIT_FEATURES)).
    label
        Shape (rows,), no NaN: 1.0 and 0.0, or bars for `timing`.
    weight
        Shape (rows,), positive. Not normalised: their sum is how many rows the data are
        worth against the penalty on leaf values.

    Returns
    -------
    Head or Unfit
        `Unfit` where all rows of a classifier are of one class.
    """
    reason = "" if name == "timing" else one_class(label, weight)
    if reason:
        return Unfit(reason)
    import lightgbm

    settings = _settings(name, trees)
    rows = lightgbm.Dataset(
        features,
        label,
        weight=weight,
        feature_name=list(EXIT_FEATURES),
        params=settings,
    )
    booster = lightgbm.train(settings, rows, trees.rounds)
    return Head(name, booster, float(np.average(label, weights=weight)))


def _settings(name: HeadName, trees: Trees) -> dict[str, Any]:
    return {
        "objective": "regression" if name == "timing" else "binary",
        "learning_rate": trees.learning_rate,
        "max_depth": trees.depth,
        "num_leaves": 2**trees.depth,
        "min_data_in_leaf": trees.min_leaf,
        "feature_fraction": trees.column_frac,
        "lambda_l2": trees.l2,
        "seed": trees.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
