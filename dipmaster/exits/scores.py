"""Exit models and calibrator, quarter by quarter: every row to an exit probability out of sample.

Both are cross-fitted at each refit: the calibrator learns from what models say of positions
that they have not seen, and the licence counts what acting on such scores earned. A position
is scored by the models of the refit in which its signal was decided, all its life.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_timestamps
from dipmaster.core.params.exits import ExitDecision, ExitModels
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits.arrays import ExitRows
from dipmaster.exits.calibrator import build_calibrator_inputs, fit_exit_calibrator
from dipmaster.exits.exit_models import EXIT_MODELS, ExitModel, ExitModelName, fit_exit_model
from dipmaster.exits.licence import grant_licence
from dipmaster.exits.training_set import LAYER, ExitTrainingSet
from dipmaster.learning.cross_fitting import (
    Average,
    CrossFittedModel,
    CrossFitting,
    LeftOutPredictions,
)
from dipmaster.learning.logistic import Logistic
from dipmaster.learning.model_store import to_fit_times
from dipmaster.learning.refits import WalkForwardResult
from dipmaster.learning.walk_forward import cross_fit_predict
from dipmaster.results.exits.refits import ExitLicence

ModelResults = Mapping[ExitModelName, WalkForwardResult[CrossFittedModel[ExitModel]]]
CalibratorResult = WalkForwardResult[CrossFittedModel[Logistic]]

LABELS: Mapping[ExitModelName, str] = {
    "profit": "exit_beats_holding",
    "timing": "bars_to_best_exit",
    "risk": "stop_before_target",
}
AVERAGES: Mapping[ExitModelName, Average] = {
    "profit": "log_odds",
    "timing": "mean",
    "risk": "log_odds",
}
_PREDICTION_COLUMNS = {"profit": "p_profit", "timing": "timing_bars", "risk": "p_risk"}


@dataclass(frozen=True)
class ExitScores:
    """Everything that was fitted and what it predicted of every row, out of sample.

    Attributes
    ----------
    models
        By name.
    calibrator
        Logistic regressions on `CALIBRATOR_INPUTS`; its predictions are the exit
        probability, NaN where a model of either layer is missing.
    licences
        One a refit.
    """

    training_set: ExitTrainingSet
    models: ModelResults
    calibrator: CalibratorResult
    licences: tuple[ExitLicence, ...]

    @property
    def exit_probability(self) -> Floats:
        """Shape (rows,): the share of the money at stake that says sell at the next traded open."""
        return self.calibrator.predictions

    @property
    def licensed(self) -> npt.NDArray[np.int8]:
        """Whether the rules may act on each row's score, shape (rows,): 1, 0; -1 no score."""
        flags = [np.int8(licence.licensed) for licence in self.licences]
        licensed: npt.NDArray[np.int8] = self.calibrator.spread_to_rows(flags, np.int8(-1))
        return licensed

    @property
    def models_fitted_ms(self) -> Ints:
        """When the models were fitted that predicted each row; -1 where not all three did."""
        predicted = np.isfinite(stack_predictions(self.models)).all(axis=1)
        return np.where(predicted, self.models["profit"].fitted_ms, -1)

    @property
    def missing_models(self) -> list[str]:
        """Of each refit the first model that is missing and why, "" where all three are there."""
        refits = zip(*(self.models[name].reasons for name in EXIT_MODELS), strict=True)
        named = (
            [f"{n}: {why}" for n, why in zip(EXIT_MODELS, one, strict=True) if why]
            for one in refits
        )
        return [words[0] if words else "" for words in named]


def fit_exit_scores(
    training_set: ExitTrainingSet, params: ExitModels, decision: ExitDecision
) -> ExitScores:
    """Cross-fit models and calibrator at every refit, and grant or refuse its licence.

    The profit model and the calibrator count rows by the money at stake; bars to the best
    exit and the stop are no money, their models count every row the same.
    """
    models = {name: _fit_models(name, training_set, params) for name in EXIT_MODELS}
    calibrator = fit_calibrators(training_set, models, params)
    licences = (
        grant_licence(refit, training_set, decision, params.licence) for refit in calibrator.refits
    )
    return ExitScores(training_set, models, calibrator, tuple(licences))


def _fit_models(
    name: ExitModelName, training_set: ExitTrainingSet, params: ExitModels
) -> WalkForwardResult[CrossFittedModel[ExitModel]]:
    return cross_fit_predict(
        training_set.schedule,
        LAYER,
        training_set.rows.features,
        training_set.label(LABELS[name]),
        partial(fit_exit_model, name, sizes=params.trees),
        CrossFitting(params.runs, AVERAGES[name]),
        f"exit model {name}",
        missing_inputs=True,
        classes=name != "timing",
        row_weight=training_set.stake_frac if name == "profit" else None,
    )


def fit_calibrators(
    training_set: ExitTrainingSet, models: ModelResults, params: ExitModels
) -> CalibratorResult:
    """The calibrator on what the models of the same refit predicted for rows left out."""
    max_holding_bars = training_set.max_holding_bars
    return cross_fit_predict(
        training_set.schedule,
        LAYER,
        build_calibrator_inputs(stack_predictions(models), max_holding_bars),
        training_set.label(LABELS["profit"]),
        fit_exit_calibrator,
        CrossFitting(params.runs),
        "exit calibrator",
        row_weight=training_set.stake_frac,
        learn_from=collect_left_out(models, max_holding_bars),
    )


def collect_left_out(models: ModelResults, max_holding_bars: int) -> list[LeftOutPredictions]:
    """Of each refit the calibrator's inputs on rows left out, where all models predicted."""

    def join(left_out: tuple[LeftOutPredictions, ...]) -> LeftOutPredictions:
        rows = reduce(np.intersect1d, [one.rows for one in left_out])
        predictions = np.column_stack([one.at(rows) for one in left_out])
        return LeftOutPredictions(rows, build_calibrator_inputs(predictions, max_holding_bars))

    by_model = ([refit.left_out for refit in models[name].refits] for name in EXIT_MODELS)
    return [join(left_out) for left_out in zip(*by_model, strict=True)]


def stack_predictions(models: ModelResults) -> Floats:
    """What the models predicted, shape (rows, models) in the order of `EXIT_MODELS`."""
    return np.column_stack([models[name].predictions for name in EXIT_MODELS])


def build_score_matrix(
    rows: ExitRows, probability: Floats, positions: int, max_holding_bars: int
) -> Floats:
    """Exit probabilities of rows in the form in which the engine takes them.

    Returns
    -------
    Floats
        Shape (positions, max_holding_bars), column = bars closed since the entry's own bar;
        NaN, which is no decision, where there is no row or no probability to act on.

    Parameters
    ----------
    probability
        Shape (rows,).
    """
    matrix = np.full((positions, max_holding_bars), np.nan)
    matrix[rows.position, rows.held] = probability
    return matrix


def build_rows_table(scores: ExitScores, grid_ms: Ints) -> pd.DataFrame:
    """Table EXIT_ROWS, in the order of the rows.

    Parameters
    ----------
    grid_ms
        Open times of the panel's bars.
    """
    training_set = scores.training_set
    rows, labels = training_set.rows, training_set.labels
    features = {name: rows.features[:, column] for column, name in enumerate(EXIT_FEATURES)}
    return pd.DataFrame(
        {
            "candidate_id": training_set.schedule.case_id,
            "open_time": to_timestamps(grid_ms[rows.bar]),
            "bars_held": rows.held.astype(np.int32),
            **features,
            "exit_net_frac": labels.exit_net_frac,
            "hold_net_frac": labels.hold_net_frac,
            "exit_beats_holding": labels.exit_beats_holding,
            "bars_to_best_exit": labels.bars_to_best_exit.astype(np.float32),
            "stop_before_target": labels.stop_before_target,
            **{_PREDICTION_COLUMNS[name]: scores.models[name].predictions for name in EXIT_MODELS},
            "exit_probability": scores.exit_probability,
            "licensed": scores.licensed,
            "models_fitted": to_fit_times(scores.models_fitted_ms),
            "calibrator_fitted": to_fit_times(scores.calibrator.fitted_ms),
        }
    )
