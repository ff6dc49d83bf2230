"""Fitted models to files and back: LightGBM's text and JSON, nothing is pickled.

``exit_models/<model>_<date>.txt`` holds the trees of a refit, one model a run of time.
``exit_models.json`` and ``calibrator.json`` hold every refit of their layer, those without a
model with the reason, and the latter the licences. What is read back predicts the same for a
row, to the last bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.core.time_units import BAR_MS
from dipmaster.exits.arrays import ExitRows
from dipmaster.exits.calibrator import CALIBRATOR_INPUTS, build_calibrator_inputs, predict
from dipmaster.exits.exit_models import EXIT_MODELS, ExitModel, ExitModelName
from dipmaster.exits.scores import AVERAGES, ExitScores
from dipmaster.learning.cross_fitting import CrossFittedModel
from dipmaster.learning.logistic import Logistic
from dipmaster.learning.model_store import (
    StoredRefit,
    hash_text,
    join_trees,
    name_tree_file,
    read_trees,
    restore_refits,
    serialize_refits,
)
from dipmaster.learning.refits import Refit, find_fold
from dipmaster.results.exits.refits import ExitLicence
from dipmaster.results.serialisation import read_result

FittedModels = CrossFittedModel[ExitModel]
FittedCalibrators = CrossFittedModel[Logistic]

MODELS_FILE, CALIBRATOR_FILE = "exit_models.json", "calibrator.json"
_FIX = "remove data/exits and run `dvc repro`"


@dataclass(frozen=True)
class StoredTrees:
    """The exit models of a refit in `MODELS_FILE`: their trees are in a file of their own.

    Attributes
    ----------
    train_mean
        One a run.
    """

    file: str
    sha256: str
    train_mean: tuple[float, ...]


@dataclass(frozen=True)
class ModelsMetadata:
    """Content of `MODELS_FILE`."""

    inputs: tuple[str, ...]
    exit_models: Mapping[ExitModelName, tuple[StoredRefit[StoredTrees], ...]]


@dataclass(frozen=True)
class CalibratorMetadata:
    """Content of `CALIBRATOR_FILE`; of a refit a model a run, and a licence."""

    inputs: tuple[str, ...]
    refits: tuple[StoredRefit[tuple[Logistic, ...]], ...]
    licences: tuple[ExitLicence, ...]


def serialize_models(scores: ExitScores) -> dict[str, str]:
    """Files of the trees, path under data/exits/models to content."""
    return {
        name_tree_file(f"exit_models/{name}", refit.refit_ms): _join_trees(refit.model)
        for name, result in scores.models.items()
        for refit in result.refits
        if refit.model is not None
    }


def serialize_metadata(scores: ExitScores) -> dict[str, Any]:
    """Files that tell every refit, path to content for JSON."""

    def describe(together: FittedModels, refit_ms: int) -> StoredTrees:
        file = name_tree_file(f"exit_models/{together.models[0].name}", refit_ms)
        means = tuple(model.train_mean for model in together.models)
        return StoredTrees(file, hash_text(_join_trees(together)), means)

    models = {name: serialize_refits(result, describe) for name, result in scores.models.items()}
    calibrators = serialize_refits(scores.calibrator, lambda together, _: together.models)
    return {
        MODELS_FILE: ModelsMetadata(EXIT_FEATURES, models),
        CALIBRATOR_FILE: CalibratorMetadata(CALIBRATOR_INPUTS, calibrators, scores.licences),
    }


def _join_trees(together: FittedModels) -> str:
    return join_trees([model.trees for model in together.models])


@dataclass(frozen=True)
class StoredModels:
    """Refits of both layers, read back: scores for positions that the stage did not know.

    Attributes
    ----------
    exit_models, calibrators
        Refits of the same moments.
    licences
        One a refit.
    """

    exit_models: Mapping[ExitModelName, tuple[Refit[FittedModels], ...]]
    calibrators: tuple[Refit[FittedCalibrators], ...]
    licences: tuple[ExitLicence, ...]

    def licensed(self, signal_ms: Ints) -> Bools:
        """Whether the rules may act on the scores of each position, shape (positions,).

        Parameters
        ----------
        signal_ms
            Shape (positions,), open times of the bars of the signals: the close of
            that bar decides which refit speaks of a position, all its life.
        """
        flags = np.array([*(licence.licensed for licence in self.licences), False])
        licensed: Bools = flags[find_fold(self.calibrators, signal_ms + BAR_MS)]  # -1 is the last
        return licensed

    def score(self, rows: ExitRows, signal_ms: Ints, max_holding_bars: int) -> Floats:
        """Exit probability of each row, shape (rows,); NaN where a layer lacks a model.

        Parameters
        ----------
        signal_ms
            As in `licensed`.
        max_holding_bars
            As when the models were fitted.
        """
        fold = find_fold(self.calibrators, signal_ms + BAR_MS)[rows.position]

        def score_fold(number: int) -> tuple[Ints, Floats]:
            part = np.flatnonzero(fold == number)
            return part, self.score_features(number, rows.features[part], max_holding_bars)

        scores, folds = np.full(len(rows), np.nan), np.unique(fold[fold >= 0]).tolist()
        for part, probability in map_in_threads(score_fold, folds, "exit scores"):
            scores[part] = probability
        return scores

    def score_features(
        self, fold: int, features: npt.NDArray[np.float32], max_holding_bars: int
    ) -> Floats:
        """Exit probability of rows of one refit, shape (rows,); NaN where a layer lacks a model.

        Parameters
        ----------
        features
            Shape (rows, len(EXIT_FEATURES)).
        """
        calibrator = self.calibrators[fold].model
        if calibrator is None:
            return np.full(features.shape[0], np.nan)
        predictions = predict(self._models(fold), features)
        return calibrator.predict(build_calibrator_inputs(predictions, max_holding_bars))

    def _models(self, fold: int) -> dict[ExitModelName, FittedModels]:
        refits = {name: self.exit_models[name][fold] for name in EXIT_MODELS}
        return {name: one.model for name, one in refits.items() if one.model is not None}


def collect_models(scores: ExitScores) -> StoredModels:
    """The models of a run that is still in memory; `read_models` gives the same back."""
    refits = {name: result.refits for name, result in scores.models.items()}
    return StoredModels(refits, scores.calibrator.refits, scores.licences)


def read_models(folder: Path) -> StoredModels:
    """Read data/exits/models as the stage wrote it.

    Raises
    ------
    PipelineError
        Where a file is missing or holds no JSON.
    DataError
        Where one is not what the stage wrote.
    """
    paths = folder / MODELS_FILE, folder / CALIBRATOR_FILE
    stored, calibrators = (
        read_result(paths[0], ModelsMetadata),
        read_result(paths[1], CalibratorMetadata),
    )
    _require(paths[0], stored.inputs, EXIT_FEATURES)
    _require(paths[0], sorted(stored.exit_models), sorted(EXIT_MODELS))
    _require(paths[1], calibrators.inputs, CALIBRATOR_INPUTS)

    def restore_models(name: ExitModelName, trees: StoredTrees) -> FittedModels:
        means, file = trees.train_mean, folder / trees.file
        models = read_trees(file, trees.sha256, "lgb", means, paths[0], _FIX)
        return CrossFittedModel(
            tuple(ExitModel(name, one, mean) for mean, one in models), AVERAGES[name]
        )

    def restore_calibrators(models: tuple[Logistic, ...]) -> FittedCalibrators:
        for model in models:
            for numbers in (model.mean, model.sd, model.coefficient):
                _require(paths[1], range(len(numbers)), range(len(CALIBRATOR_INPUTS)))
        return CrossFittedModel(models, "log_odds")

    refits = {
        name: restore_refits(
            stored.exit_models[name], partial(restore_models, name), paths[0], _FIX
        )
        for name in EXIT_MODELS
    }
    above = restore_refits(calibrators.refits, restore_calibrators, paths[1], _FIX)
    moments = [refit.refit_ms for refit in above]
    for name in EXIT_MODELS:
        _require(paths[0], [refit.refit_ms for refit in refits[name]], moments)
    fitted_at = [refit.fitted_at for refit in calibrators.refits]
    _require(paths[1], [licence.fitted_at for licence in calibrators.licences], fitted_at)
    return StoredModels(refits, above, calibrators.licences)


def _require(path: Path, found: Sequence[Any], expected: Sequence[Any]) -> None:
    if list(found) != list(expected):
        raise data_error(str(path), f"{list(expected)}", f"{list(found)}", _FIX)
