"""The ensemble's probability to the confidence: a calibrator inside every refit.

It learns from what the models of the same refit predicted for candidates that they had not
seen. Predictions made at the time would come from older models, fitted on fewer rows, and
a map fitted on those shrinks what the models of today say.
"""

from dataclasses import replace
from functools import partial

import numpy as np

from dipmaster.confidence.ensemble import Ensemble
from dipmaster.confidence.training_set import LAYER, TrainingSet
from dipmaster.core.kernels import Ints
from dipmaster.learning.calibrators import Calibrator, CalibratorKind, fit_calibrator
from dipmaster.learning.cross_fitting import LeftOutPredictions
from dipmaster.learning.predictor import Fit
from dipmaster.learning.refits import WalkForwardResult
from dipmaster.learning.walk_forward import walk_forward_predict

CalibratorResult = WalkForwardResult[Calibrator]


def fit_calibrators(
    kind: CalibratorKind, ensemble: Ensemble, training: TrainingSet
) -> CalibratorResult:
    """One calibrator a refit, on the candidates; where these are too few, on all training rows.

    A rule that fires rarely then has a confidence that rests on bars of the wider rule; the
    refit's number of rows, beside that of the candidates, says so.

    Returns
    -------
    WalkForwardResult
        Over the candidates.
    """
    fit: Fit[Calibrator] = partial(fit_calibrator, kind)
    label, events = f"{kind} calibrators", training.events
    of_candidates = [_keep_candidates(one, events.count) for one in ensemble.left_out]
    result: CalibratorResult = walk_forward_predict(
        training.schedule,
        LAYER,
        ensemble.p_ensemble,
        events.settled_values(events.won),
        fit,
        label,
        learn_from=of_candidates,
    )
    if not training.has_wider_rows or all(refit.model is not None for refit in result.refits):
        return result
    rows = training.rows
    of_all_rows: CalibratorResult = walk_forward_predict(
        training.rows_schedule,
        LAYER,
        np.pad(ensemble.p_ensemble, (0, rows.count - events.count), constant_values=np.nan),
        rows.settled_values(rows.won),
        fit,
        label,
        learn_from=ensemble.left_out,
    )
    return _fill_gaps(result, of_all_rows)


def _keep_candidates(left_out: LeftOutPredictions, candidates: int) -> LeftOutPredictions:
    is_candidate = left_out.rows < candidates
    return LeftOutPredictions(left_out.rows[is_candidate], left_out.values[is_candidate])


def _fill_gaps(result: CalibratorResult, other: CalibratorResult) -> CalibratorResult:
    """Take the other's refit, and what it predicted, wherever there is no model."""
    has_model = np.array([refit.model is not None for refit in result.refits])
    rows = slice(0, result.fold.size)
    gap = (result.fold < 0) & (other.fold[rows] >= 0)
    gap[gap] = ~has_model[other.fold[rows][gap]]
    return replace(
        result,
        predictions=np.where(gap, other.predictions[rows], result.predictions),
        fold=np.where(gap, other.fold[rows], result.fold),
        refits=tuple(
            mine if mine.model is not None or theirs.model is None else theirs
            for mine, theirs in zip(result.refits, other.refits, strict=True)
        ),
    )


def find_learned_rows(
    result: CalibratorResult, fold: int, ensemble: Ensemble, candidates: int
) -> Ints:
    """Rows that the calibrator of a refit learned from."""
    rows = ensemble.left_out[fold].rows
    known = rows[rows < candidates]
    return known if result.refits[fold].rows == known.size else rows
