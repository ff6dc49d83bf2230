"""Fitted models to files and back: LightGBM's text and JSON, nothing is pickled.

``exit_models/<model>_<date>.txt`` holds the trees of a refit, ``exit_models.json`` and
``calibrator.json`` every refit of their layer, those without a model with the
reason. What is read back predicts the same for a row, to the last bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.core.time_units import BAR_MS
from dipmaster.exits.arrays import ExitRows
from dipmaster.exits.calibrator import CALIBRATOR_INPUTS, build_calibrator_inputs, predict
from dipmaster.exits.exit_models import EXIT_MODELS, ExitModel, ExitModelName
from dipmaster.exits.scores import ExitScores
from dipmaster.learning.logistic import Logistic
from dipmaster.learning.model_store import (
    StoredRefit,
    hash_text,
    name_tree_file,
    read_verified_text,
    restore_refits,
    serialize_refits,
)
from dipmaster.learning.refits import Refit, find_fold
from dipmaster.learning.tree_models import read_lightgbm
from dipmaster.results import read_result

MODELS_FILE, CALIBRATOR_FILE = "exit_models.json", "calibrator.json"
_FIX = "remove data/exits and run `dvc repro`"


@dataclass(frozen=True)
class StoredTrees:
    """A fitted exit model in `MODELS_FILE`: its trees are in a file of their own."""

    file: str
    sha256: str
    train_mean: float


@dataclass(frozen=True)
class ModelsMetadata:
    """Content of `MODELS_FILE`."""

    inputs: tuple[str, ...]
    exit_models: Mapping[ExitModelName, tuple[StoredRefit[StoredTrees], ...]]


@dataclass(frozen=True)
class CalibratorMetadata:
    """Content of `CALIBRATOR_FILE`."""

    inputs: tuple[str, ...]
    refits: tuple[StoredRefit[Logistic], ...]


def serialize_models(scores: ExitScores) -> dict[str, str]:
    """Files of the trees, path under data/exits/models to content."""
    return {
        name_tree_file(f"exit_models/{name}", refit.refit_ms): refit.model.trees.to_text()
        for name, result in scores.models.items()
        for refit in result.refits
        if refit.model is not None
    }


def serialize_metadata(scores: ExitScores) -> dict[str, Any]:
    """Files that tell every refit, path to content for JSON."""

    def describe(model: ExitModel, refit_ms: int) -> StoredTrees:
        file = name_tree_file(f"exit_models/{model.name}", refit_ms)
        return StoredTrees(file, hash_text(model.trees.to_text()), model.train_mean)

    models = {name: serialize_refits(result, describe) for name, result in scores.models.items()}
    calibrator = CalibratorMetadata(CALIBRATOR_INPUTS, serialize_refits(scores.calibrator))
    return {MODELS_FILE: ModelsMetadata(EXIT_FEATURES, models), CALIBRATOR_FILE: calibrator}


@dataclass(frozen=True)
class StoredModels:
    """Refits of both layers, read back: scores for positions that the stage did not know."""

    exit_models: Mapping[ExitModelName, tuple[Refit[ExitModel], ...]]
    calibrators: tuple[Refit[Logistic], ...]

    def score(self, rows: ExitRows, signal_ms: Ints, max_holding_bars: int) -> Floats:
        """Exit probability of each row, shape (rows,); NaN where a layer lacks a model.

        Parameters
        ----------
        signal_ms
            Shape (positions,), open times of the bars of the signals: the close of
            that bar decides which models speak of a position, all its life.
        max_holding_bars
            As when the models were fitted.
        """
        decided = signal_ms[rows.position] + BAR_MS
        lower = find_fold(self.exit_models["profit"], decided)
        upper = find_fold(self.calibrators, decided)
        spans = [
            (np.flatnonzero((lower == low) & (upper == high)), self._models(low), calibrator.model)
            for low in np.unique(lower[lower >= 0]).tolist()
            for high, calibrator in enumerate(self.calibrators)
        ]

        def score_span(
            span: tuple[Ints, dict[ExitModelName, ExitModel], Logistic | None],
        ) -> Floats:
            part, models, calibrator = span
            if calibrator is None or len(models) < len(EXIT_MODELS):
                return np.full(part.size, np.nan)
            predictions = predict(models, rows.features[part])
            return calibrator.predict(build_calibrator_inputs(predictions, max_holding_bars))

        scores = np.full(len(rows), np.nan)
        values = map_in_threads(score_span, spans, "exit scores")
        for span, probability in zip(spans, values, strict=True):
            scores[span[0]] = probability
        return scores

    def _models(self, fold: int) -> dict[ExitModelName, ExitModel]:
        refits = {name: self.exit_models[name][fold] for name in EXIT_MODELS}
        return {name: one.model for name, one in refits.items() if one.model is not None}


def collect_models(scores: ExitScores) -> StoredModels:
    """The models of a run that is still in memory; `read_models` gives the same back."""
    refits = {name: result.refits for name, result in scores.models.items()}
    return StoredModels(refits, scores.calibrator.refits)


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

    def read_trees(name: ExitModelName, trees: StoredTrees) -> ExitModel:
        text = read_verified_text(folder / trees.file, trees.sha256, _FIX)
        return ExitModel(name, read_lightgbm(text), trees.train_mean)

    def check_size(model: Logistic) -> Logistic:
        for numbers in (model.mean, model.sd, model.coefficient):
            _require(paths[1], range(len(numbers)), range(len(CALIBRATOR_INPUTS)))
        return model

    refits = {
        name: restore_refits(stored.exit_models[name], partial(read_trees, name), paths[0], _FIX)
        for name in EXIT_MODELS
    }
    for name in EXIT_MODELS:
        moments = [[refit.refit_ms for refit in refits[one]] for one in (name, "profit")]
        _require(paths[0], *moments)
    return StoredModels(refits, restore_refits(calibrators.refits, check_size, paths[1], _FIX))


def _require(path: Path, found: Sequence[Any], expected: Sequence[Any]) -> None:
    if list(found) != list(expected):
        raise data_error(str(path), f"{list(expected)}", f"{list(found)}", _FIX)
