"""A family's two models, cross-fitted at every refit; their mean is the ensemble."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from dipmaster.confidence.families import Family, FamilyModel, fit_family_model
from dipmaster.confidence.inputs import InputMatrix
from dipmaster.confidence.training_set import LAYER, TrainingSet
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Confidence
from dipmaster.learning.cross_fitting import (
    CrossFittedModel,
    CrossFitting,
    LeftOutPredictions,
    average_predictions,
)
from dipmaster.learning.refits import WalkForwardResult
from dipmaster.learning.tree_models import LIBRARIES, Library
from dipmaster.learning.walk_forward import cross_fit_predict

LibraryResult = WalkForwardResult[CrossFittedModel[FamilyModel]]


@dataclass(frozen=True)
class Ensemble:
    """The models of one family; nothing is fitted to combine them.

    Attributes
    ----------
    models
        By library, over all training rows; only candidates are predicted.
    candidates
        How many of the rows they are, the first.
    """

    family: Family
    models: Mapping[Library, LibraryResult]
    candidates: int

    def predictions(self, library: Library) -> Floats:
        """Probabilities of one library, shape (candidates,), NaN where it says nothing."""
        return self.models[library].predictions[: self.candidates]

    @cached_property
    def p_ensemble(self) -> Floats:
        """Mean of the log odds of both as a probability, shape (candidates,)."""
        return average_predictions([self.predictions(name) for name in LIBRARIES], "log_odds")

    @property
    def probabilities(self) -> Floats:
        """Shape (candidates, 3): both libraries and the ensemble."""
        return np.column_stack([*(self.predictions(name) for name in LIBRARIES), self.p_ensemble])

    @property
    def fold(self) -> Ints:
        """The refit that predicted each candidate, -1 where none did; of both libraries."""
        return self.models["lgb"].fold[: self.candidates]

    @property
    def fitted_ms(self) -> Ints:
        """When the models were fitted that predicted each candidate, -1 where none did."""
        return self.models["lgb"].fitted_ms[: self.candidates]

    @cached_property
    def left_out(self) -> tuple[LeftOutPredictions, ...]:
        """Of each refit: the ensemble's predictions of the training rows, each left out."""
        refits = zip(*(self.models[name].refits for name in LIBRARIES), strict=True)
        return tuple(
            LeftOutPredictions(
                lgb.left_out.rows,
                average_predictions([lgb.left_out.values, xgb.left_out.values], "log_odds"),
            )
            for lgb, xgb in refits
        )

    def predict(self, fold: int, inputs: Floats) -> Floats:
        """What the models of a fold say together to inputs, shape (rows, inputs of the family)."""
        models = [self.models[library].model(fold) for library in LIBRARIES]
        return average_predictions([model.predict(inputs) for model in models], "log_odds")


def fit_ensemble(
    family: Family, matrix: InputMatrix, training: TrainingSet, params: Confidence
) -> Ensemble:
    """Cross-fit one family's models at every refit.

    Parameters
    ----------
    matrix
        Of all training rows.
    """
    rows, candidates = training.rows, training.events.count
    models = {
        library: cross_fit_predict(
            training.rows_schedule,
            LAYER,
            matrix.columns(family.inputs),
            rows.settled_values(rows.net_frac),
            partial(fit_family_model, library, family, sizes=params.trees),
            CrossFitting(params.cross_fitting.runs),
            f"{library} {family.name}s",
            missing_inputs=True,
            class_target=rows.won,
            serve=np.arange(rows.count) < candidates,
        )
        for library in LIBRARIES
    }
    return Ensemble(family, models, candidates)
