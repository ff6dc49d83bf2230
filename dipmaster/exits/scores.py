"""Exit models and calibrator, quarter by quarter: every row to an exit probability out of sample.

The calibrator is a layer of its own over the same rows. What it learns from is what
the models predicted out of sample, as they did at the time. A position is scored by
the models of the fold in which its signal was decided, all its life.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_timestamps
from dipmaster.core.params.confidence import BoostedTrees
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits.arrays import ExitRows
from dipmaster.exits.calibrator import build_calibrator_inputs, fit_exit_calibrator
from dipmaster.exits.exit_models import EXIT_MODELS, ExitModel, ExitModelName, fit_exit_model
from dipmaster.exits.training_set import ExitTrainingSet
from dipmaster.learning.logistic import Logistic
from dipmaster.learning.model_store import to_fit_times
from dipmaster.learning.refits import WalkForwardResult
from dipmaster.learning.walk_forward import walk_forward_predict

LABELS: Mapping[ExitModelName, str] = {
    "profit": "exit_beats_holding",
    "timing": "bars_to_best_exit",
    "risk": "stop_before_target",
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
    """

    training_set: ExitTrainingSet
    models: Mapping[ExitModelName, WalkForwardResult[ExitModel]]
    calibrator: WalkForwardResult[Logistic]

    @property
    def exit_probability(self) -> Floats:
        """Shape (rows,): that a sale at the next traded open nets at least what holding nets."""
        return self.calibrator.predictions

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


def fit_exit_scores(training_set: ExitTrainingSet, sizes: BoostedTrees) -> ExitScores:
    """Fit every exit model and the calibrator on them, quarter by quarter."""
    models = {
        name: walk_forward_predict(
            training_set.schedule,
            "models",
            training_set.rows.features,
            training_set.label(LABELS[name]),
            partial(fit_exit_model, name, sizes=sizes),
            f"exit model {name}",
            missing_inputs=True,
            classes=name != "timing",
        )
        for name in EXIT_MODELS
    }
    return ExitScores(training_set, models, fit_calibrators(training_set, models))


def fit_calibrators(
    training_set: ExitTrainingSet, models: Mapping[ExitModelName, WalkForwardResult[ExitModel]]
) -> WalkForwardResult[Logistic]:
    """The calibrator on what the models predicted.

    A prediction counts by how much its models had learned from: those of the first
    quarters say little for sure, and a map that trusted them like the latest would be
    too timid for the models it serves.
    """
    profit = models["profit"]
    return walk_forward_predict(
        training_set.schedule,
        "calibrator",
        build_calibrator_inputs(stack_predictions(models), training_set.max_holding_bars),
        training_set.label("exit_beats_holding"),
        fit_exit_calibrator,
        "exit calibrator",
        row_weight=profit.spread_to_rows([float(refit.rows) for refit in profit.refits], 0.0),
    )


def stack_predictions(models: Mapping[ExitModelName, WalkForwardResult[ExitModel]]) -> Floats:
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
        NaN, which is no decision, where there is no row or no probability.

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
            "models_fitted": to_fit_times(scores.models_fitted_ms),
            "calibrator_fitted": to_fit_times(scores.calibrator.fitted_ms),
        }
    )
