"""Training rows to boosted trees: LightGBM and XGBoost, one thread a model, fixed seeds.

Nothing stops early: a stopping rule needs a sample of its own, and would spend
rows that the layers above need.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.confidence import BoostedTrees

if TYPE_CHECKING:
    import lightgbm
    import xgboost

Library = Literal["lgb", "xgb"]
LIBRARIES: tuple[Library, ...] = get_args(Library)
FILE_SUFFIX = {"lgb": "txt", "xgb": "json"}


class Trees(Protocol):
    """Boosted trees: as fitted, or read back as arrays."""

    def predict(self, inputs: Any) -> Floats:
        """Probability of a classifier, value of a regression, shape (rows,)."""

    def predict_raw(self, inputs: Floats) -> Floats:
        """Sum of the leaf values of a model of LightGBM, shape (rows,)."""


@dataclass(frozen=True)
class TreeModel:
    """Boosted trees of either library, as fitted.

    Attributes
    ----------
    booster
        A Booster of the library.
    """

    library: Library
    booster: Any

    def predict(self, inputs: Any) -> Floats:
        """Probability of a classifier, value of a regression, shape (rows,).

        Parameters
        ----------
        inputs
            Shape (rows, inputs); NaN is a value of its own to a tree.
        """
        if not inputs.shape[0]:
            return np.empty(0)
        if self.library == "lgb":
            values = self.booster.predict(inputs, num_threads=1)
        else:
            values = self.booster.inplace_predict(inputs, validate_features=False)
        return np.asarray(values, dtype=np.float64)

    def predict_raw(self, inputs: Floats) -> Floats:
        """Sum of the leaf values of a model of LightGBM, shape (rows,): log odds of a classifier.

        Where the fit was given a start, what the trees add to it.
        """
        if not inputs.shape[0]:
            return np.empty(0)
        raw = self.booster.predict(inputs, raw_score=True, num_threads=1)
        return np.asarray(raw, dtype=np.float64)

    def to_text(self) -> str:
        """The library's own format: text of LightGBM, JSON of XGBoost."""
        if self.library == "lgb":
            return str(self.booster.model_to_string())
        return bytes(self.booster.save_raw("json")).decode("utf-8")


def fit_trees(
    library: Library, inputs: Any, target: Floats, weight: Floats, sizes: BoostedTrees,
    names: Sequence[str], *, classifier: bool, signs: Sequence[int] = (),
    start: Floats | None = None,
) -> TreeModel:  # fmt: skip
    """Fit one model on rows whose labels are known.

    Parameters
    ----------
    inputs
        Shape (rows, inputs).
    target
        Shape (rows,), no NaN; 1 and 0 of a classifier.
    weight
        Shape (rows,), positive. Not normalised: their sum is how many rows the data are
        worth against the penalty on leaf values.
    names
        Of the inputs.
    classifier
        Log loss, and predictions are probabilities; else squared error.
    signs
        One an input. 1: the prediction never falls as the input rises, -1: it never rises;
        0: free.
    start
        Shape (rows,), log odds that a classifier of LightGBM begins with in place of the base
        rate. It is not part of the model: add it to what `predict_raw` says.
    """
    fit = {"lgb": _fit_lightgbm, "xgb": _fit_xgboost}[library]
    rows = {"data": inputs, "label": target, "weight": weight}
    if start is not None:
        rows["init_score"] = np.ascontiguousarray(start)
    return TreeModel(library, fit(rows, sizes, list(names), classifier, tuple(signs)))


def _fit_lightgbm(
    rows: dict[str, Any],
    sizes: BoostedTrees,
    names: list[str],
    classifier: bool,
    signs: tuple[int, ...],
) -> "lightgbm.Booster":
    import lightgbm

    settings = {
        "objective": "binary" if classifier else "regression",
        "learning_rate": sizes.learning_rate,
        "max_depth": sizes.depth,
        "num_leaves": 2**sizes.depth,
        "min_data_in_leaf": sizes.min_leaf,
        "max_bin": sizes.max_bins,
        "feature_fraction": sizes.column_frac,
        "lambda_l2": sizes.l2,
        "monotone_constraints": list(signs) if any(signs) else None,
        "seed": sizes.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    data = lightgbm.Dataset(**rows, feature_name=names, params=settings)
    return lightgbm.train(settings, data, sizes.rounds)


def _fit_xgboost(
    rows: dict[str, Any],
    sizes: BoostedTrees,
    names: list[str],
    classifier: bool,
    signs: tuple[int, ...],
) -> "xgboost.Booster":
    import xgboost

    # XGBoost counts second derivatives, not rows: p (1 - p) a row of a classifier, else 1.
    rate = float(np.average(rows["label"], weights=rows["weight"])) if classifier else 0.0
    settings = {
        "objective": "binary:logistic" if classifier else "reg:squarederror",
        "eta": sizes.learning_rate,
        "max_depth": sizes.depth,
        "min_child_weight": sizes.min_leaf * (rate * (1.0 - rate) if classifier else 1.0),
        "colsample_bytree": sizes.column_frac,
        "lambda": sizes.l2,
        "monotone_constraints": signs,
        "tree_method": "hist",
        "max_bin": sizes.max_bins,
        "seed": sizes.seed,
        "nthread": 1,
        "verbosity": 0,
    }
    booster = xgboost.train(settings, xgboost.DMatrix(**rows, nthread=1), sizes.rounds)
    booster.feature_names = names  # given before, they would be compared again in every round
    return booster
