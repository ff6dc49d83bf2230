"""Training rows to a model of a family: the probability that the trade wins."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from dipmaster.confidence.families import Family
from dipmaster.core.kernels import Floats
from dipmaster.core.params.confidence import Trees
from dipmaster.learning.tree_models import Library, TreeDesign, TreeModel, fit_trees


@dataclass(frozen=True)
class FamilyModel:
    """A fitted model of either family and library.

    Attributes
    ----------
    residual_sd_frac
        Regression: weighted residual sd of the training rows. Classifier: None.
    """

    trees: TreeModel
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
    sizes: Trees,
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
    target = (net_frac > 0.0).astype(np.float64) if classifier else net_frac
    scaled = weight / weight.mean()
    design = TreeDesign(family.inputs, classifier, family.signs)
    trees = fit_trees(library, design, inputs, target, scaled, sizes)
    if classifier:
        return FamilyModel(trees, None)
    residual = target - trees.predict(inputs)
    return FamilyModel(trees, float(np.sqrt(np.average(residual * residual, weights=scaled))))
