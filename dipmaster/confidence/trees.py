"""Training rows to boosted trees: LightGBM and XGBoost, one thread a model, fixed seeds.

Nothing stops early: a stopping rule needs a sample of its own, and would spend
candidates that the levels above need.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.special import ndtr

from dipmaster.confidence.families import Family
from dipmaster.core.kernels import Floats
from dipmaster.core.params.confidence import Trees
from dipmaster.core.wins import is_win

if TYPE_CHECKING:
    import lightgbm
    import xgboost

Library = Literal["lgb", "xgb"]
LIBRARIES: tuple[Library, ...] = ("lgb", "xgb")


@dataclass(frozen=True)
class Model:
    """A fitted model of either library.

    Attributes
    ----------
    booster
        A Booster of the library.
    spread
        Regression: residual sd of the training rows, a fraction. Classifier: None.
    """

    library: Library
    booster: Any
    spread: float | None

    def probability(self, inputs: Floats) -> Floats:
        """Probability that the trade wins, shape (rows,).

        A regression's is Phi(predicted net return / residual sd).
        """
        raw = _raw(self.library, self.booster, inputs)
        return raw if self.spread is None else ndtr(raw / self.spread)

    def text(self) -> str:
        """The library's own format: text of LightGBM, JSON of XGBoost."""
        if self.library == "lgb":
            return str(self.booster.model_to_string())
        return bytes(self.booster.save_raw("json")).decode("utf-8")


def fit(
    library: Library, family: Family, inputs: Floats, net_frac: Floats, weight: Floats, trees: Trees
) -> Model:
    """Fit one model on rows whose labels are known.

    Parameters
    ----------
    inputs
        Shape (rows, inputs of the family); NaN is a value of its own to a tree.
    net_frac
        Net return of the frozen trade; a classifier learns whether it is a win.
    weight
        Positive; brought to a mean of 1, so that penalties mean the same everywhere.
    """
    wins = family.name == "classifier"
    target = is_win(net_frac).astype(np.float64) if wins else net_frac
    scaled = weight / weight.mean()
    train = {"lgb": _lightgbm, "xgb": _xgboost}[library]
    booster = train(family, inputs, target, scaled, trees)
    spread = None
    if not wins:
        residual = target - _raw(library, booster, inputs)
        spread = float(np.sqrt(np.average(residual * residual, weights=scaled)))
    return Model(library, booster, spread)


def _lightgbm(
    family: Family, inputs: Floats, target: Floats, weight: Floats, trees: Trees
) -> "lightgbm.Booster":
    import lightgbm

    settings = {
        "objective": "binary" if family.name == "classifier" else "regression",
        "learning_rate": trees.learning_rate,
        "max_depth": trees.depth,
        "num_leaves": 2**trees.depth,
        "min_data_in_leaf": trees.min_leaf,
        "feature_fraction": trees.column_frac,
        "lambda_l2": trees.l2,
        "monotone_constraints": list(family.signs) if any(family.signs) else None,
        "seed": trees.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    rows = lightgbm.Dataset(
        inputs, target, weight=weight, feature_name=list(family.inputs), params=settings
    )
    return lightgbm.train(settings, rows, trees.rounds)


def _xgboost(
    family: Family, inputs: Floats, target: Floats, weight: Floats, trees: Trees
) -> "xgboost.Booster":
    import xgboost

    wins = family.name == "classifier"
    settings = {
        "objective": "binary:logistic" if wins else "reg:squarederror",
        "eta": trees.learning_rate,
        "max_depth": trees.depth,
        # XGBoost counts second derivatives, not rows: p (1 - p) a row of a classifier, else 1.
        "min_child_weight": trees.min_leaf * (_slope(target, weight) if wins else 1.0),
        "colsample_bytree": trees.column_frac,
        "lambda": trees.l2,
        "monotone_constraints": tuple(family.signs),
        "tree_method": "hist",
        "seed": trees.seed,
        "nthread": 1,
        "verbosity": 0,
    }
    rows = xgboost.DMatrix(
        inputs, target, weight=weight, feature_names=list(family.inputs), nthread=1
    )
    return xgboost.train(settings, rows, trees.rounds)


def _slope(target: Floats, weight: Floats) -> float:
    rate = float(np.average(target, weights=weight))
    return rate * (1.0 - rate)


def _raw(library: Library, booster: Any, inputs: Floats) -> Floats:
    if library == "lgb":
        return np.asarray(booster.predict(inputs, num_threads=1), dtype=np.float64)
    found = booster.inplace_predict(inputs, validate_features=False)
    return np.asarray(found, dtype=np.float64)
