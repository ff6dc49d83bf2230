"""Models read back from files to the scores of candidates that no stage has seen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dipmaster.confidence.families import Family, FamilyModel
from dipmaster.confidence.inputs import InputMatrix
from dipmaster.core.kernels import Floats
from dipmaster.learning.calibrators import Calibrator
from dipmaster.learning.cross_fitting import CrossFittedModel, average_predictions
from dipmaster.learning.refits import Refit, find_refit
from dipmaster.learning.tree_models import LIBRARIES, Library

NEVER_FITTED = -1


@dataclass(frozen=True)
class CandidateScores:
    """What the models in force say of candidates of one moment; arrays of shape (candidates,).

    Attributes
    ----------
    p_lgb, p_xgb, p_ensemble, confidence
        As in table SCORES; NaN where there is no model.
    models_fitted_ms, calibrator_fitted_ms
        Of the refits behind them, `NEVER_FITTED` where there is none.
    """

    p_lgb: Floats
    p_xgb: Floats
    p_ensemble: Floats
    confidence: Floats
    models_fitted_ms: int
    calibrator_fitted_ms: int


@dataclass(frozen=True)
class StoredScoreModels:
    """Every refit of the family and of the calibrator that serve.

    Attributes
    ----------
    models
        By library; refits of the same moments.
    """

    family: Family
    models: Mapping[Library, tuple[Refit[CrossFittedModel[FamilyModel]], ...]]
    calibrators: tuple[Refit[Calibrator], ...]

    def score(self, matrix: InputMatrix, decided_ms: int) -> CandidateScores:
        """Score candidates of one moment with the refits in force then.

        Parameters
        ----------
        decided_ms
            Close of the candidates' bar: a refit of that very moment serves.
        """
        rows = matrix.values.shape[0]
        inputs, fitted_ms = matrix.columns(self.family.inputs), NEVER_FITTED
        predictions = {name: np.full(rows, np.nan) for name in LIBRARIES}
        for library in LIBRARIES:
            refit = find_refit(self.models[library], decided_ms)
            if refit is not None and refit.model is not None:
                predictions[library] = refit.model.predict(inputs)
                fitted_ms = refit.refit_ms if library == "lgb" else fitted_ms
        ensemble = average_predictions([predictions[name] for name in LIBRARIES], "log_odds")
        confidence, calibrated_ms = self._calibrate(ensemble, decided_ms)
        return CandidateScores(
            predictions["lgb"], predictions["xgb"], ensemble, confidence, fitted_ms, calibrated_ms
        )

    def _calibrate(self, p: Floats, decided_ms: int) -> tuple[Floats, int]:
        refit = find_refit(self.calibrators, decided_ms)
        if refit is None or refit.model is None or np.isnan(p).all():
            return np.full(p.size, np.nan), NEVER_FITTED
        return refit.model.predict(p), refit.refit_ms
