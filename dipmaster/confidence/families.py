"""The two families of models: what they predict, from which inputs, under which signs."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr

from dipmaster.confidence.inputs import MARKET_FALL, InputMatrix
from dipmaster.core.kernels import Floats
from dipmaster.core.params.confidence import BoostedTrees
from dipmaster.core.wins import is_win
from dipmaster.learning.tree_models import Library, Trees, fit_trees

FamilyName = Literal["classifier", "regression"]

# What the classifier looks at: depth of the fall in sigmas over four spans, of the coin, of its own
# and of the market; volume in it; how loud it is; what the trade costs and when it may end.
CLASSIFIER_INPUTS = (
    "dip_depth_1_sigma",
    "dip_depth_3_sigma",
    "dip_depth_12_sigma",
    "dip_depth_36_sigma",
    "own_drop_12_sigma",
    MARKET_FALL,
    "volume_ratio",
    "level_daily_frac",
    "market_level_daily_frac",
    "forecast_daily_frac",
    "sigma_daily_frac",
    "short_over_long",
    "season_factor",
    "half_spread_bps",
    "minutes_to_quarter_hour",
)
# Few inputs and the sign theory gives them for the net return of the trade. Sales under
# pressure push a price below its worth and it comes back: the deeper the fall, of the coin or of
# the whole market, the more (1). Whether a fall beyond the market's is pressure or news, and
# whether loud markets pay more than their stops cost, theory does not say (0).
SIGNS: dict[str, int] = {
    "dip_depth_1_sigma": 1,
    "dip_depth_3_sigma": 1,
    "dip_depth_12_sigma": 1,
    "dip_depth_36_sigma": 1,
    "own_drop_3_sigma": 0,
    "own_drop_12_sigma": 0,
    "own_drop_36_sigma": 0,
    MARKET_FALL: 1,
    "level_daily_frac": 0,
}


@dataclass(frozen=True)
class Family:
    """A kind of model.

    Attributes
    ----------
    inputs
        Names of columns of the matrix.
    signs
        1: the prediction never falls as the input rises; 0: free. One an input.
    """

    name: FamilyName
    inputs: tuple[str, ...]
    signs: tuple[int, ...]


def build_classifier(matrix: InputMatrix) -> Family:
    """Probability that the trade wins, from the inputs that the market's source has."""
    inputs = tuple(name for name in CLASSIFIER_INPUTS if name in matrix.names)
    return Family("classifier", inputs, (0,) * len(inputs))


def build_regression() -> Family:
    """Net return of the trade, from few inputs that may only act in one direction."""
    return Family("regression", tuple(SIGNS), tuple(SIGNS.values()))


@dataclass(frozen=True)
class FamilyModel:
    """A fitted model of either family and library.

    Attributes
    ----------
    residual_sd_frac
        Regression: weighted residual sd of the training rows. Classifier: None.
    """

    trees: Trees
    residual_sd_frac: float | None

    def predict(self, inputs: Floats) -> Floats:
        """Probability that the trade wins, shape (rows,).

        A regression's is Phi(predicted net return / residual sd).
        """
        raw = self.trees.predict(inputs)
        return raw if self.residual_sd_frac is None else ndtr(raw / self.residual_sd_frac)


def fit_family_model(
    library: Library,
    family: Family,
    inputs: Floats,
    net_frac: Floats,
    weight: Floats,
    sizes: BoostedTrees,
) -> FamilyModel:
    """Fit one model on rows whose labels are known.

    Parameters
    ----------
    inputs
        Shape (rows, inputs of the family); NaN is a value of its own to a tree.
    net_frac
        Net return of the baseline trade; a classifier learns whether it is above 0.
    weight
        Positive; brought to a mean of 1, so that penalties mean the same everywhere.
    """
    classifier = family.name == "classifier"
    target = is_win(net_frac).astype(np.float64) if classifier else net_frac
    scaled = weight / weight.mean()
    names, signs = family.inputs, family.signs
    trees = fit_trees(
        library, inputs, target, scaled, sizes, names, classifier=classifier, signs=signs
    )
    if classifier:
        return FamilyModel(trees, None)
    residual = target - trees.predict(inputs)
    return FamilyModel(trees, float(np.sqrt(np.average(residual * residual, weights=scaled))))
