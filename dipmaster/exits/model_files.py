"""Fitted models to files and back: LightGBM's text and JSON, nothing is pickled.

``heads/<model>_<date>.txt`` holds the trees of a refit, ``heads.json`` and
``calibrator.json`` every refit of their layer, those without a model with the
reason. What is read back predicts the same for a row, to the last bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.parallel import in_threads
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.core.time_units import BAR_MS
from dipmaster.exits.arrays import ExitRows
from dipmaster.exits.calibrator import CALIBRATOR_INPUTS, calibrator_inputs, predict
from dipmaster.exits.exit_models import EXIT_MODELS, ExitModel, ExitModelName
from dipmaster.exits.scores import ExitScores
from dipmaster.learning.logistic import Logistic
from dipmaster.learning.model_store import (
    StoredRefit,
    digest,
    name_tree_file,
    parse_refit_times,
    read_verified_text,
    serialize_refits,
)
from dipmaster.learning.tree_models import read_lightgbm
from dipmaster.results import read_result

MODELS_FILE, CALIBRATOR_FILE = "heads.json", "calibrator.json"
_FIX = "remove data/exits and run `dvc repro`"
_Models = Mapping[ExitModelName, ExitModel]


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
    heads: Mapping[ExitModelName, tuple[StoredRefit[StoredTrees], ...]]


@dataclass(frozen=True)
class CalibratorMetadata:
    """Content of `CALIBRATOR_FILE`."""

    inputs: tuple[str, ...]
    refits: tuple[StoredRefit[Logistic], ...]


def serialize_models(scores: ExitScores) -> dict[str, str]:
    """Files of the trees, path under data/exits/models to content."""
    return {
        name_tree_file(f"heads/{name}", refit.refit_ms): refit.model.trees.to_text()
        for name, result in scores.models.items()
        for refit in result.refits
        if refit.model is not None
    }


def serialize_metadata(scores: ExitScores) -> dict[str, Any]:
    """Files that tell every refit, path to content for JSON."""

    def describe(model: ExitModel, refit_ms: int) -> StoredTrees:
        file = name_tree_file(f"heads/{model.name}", refit_ms)
        return StoredTrees(file, digest(model.trees.to_text()), model.train_mean)

    models = {name: serialize_refits(result, describe) for name, result in scores.models.items()}
    calibrator = CalibratorMetadata(CALIBRATOR_INPUTS, serialize_refits(scores.calibrator))
    return {
        MODELS_FILE: ModelsMetadata(EXIT_FEATURES, models),
        CALIBRATOR_FILE: calibrator,
    }


@dataclass(frozen=True)
class StoredModels:
    """Models of both layers, read back: scores for positions that the stage did not know.

    Attributes
    ----------
    exit_models_ms, calibrator_ms
        Refits, rising.
    exit_models
        One entry a refit; None where one of the three is missing.
    calibrators
        One entry a refit; None where there is no model.
    """

    exit_models_ms: Ints
    exit_models: tuple[_Models | None, ...]
    calibrator_ms: Ints
    calibrators: tuple[Logistic | None, ...]

    def score(self, rows: ExitRows, signal_ms: Ints, max_holding_bars: int) -> Floats:
        """Exit probability of each row, shape (rows,); NaN where a layer has no model.

        Parameters
        ----------
        signal_ms
            Shape (positions,), open times of the bars of the signals: the close of
            that bar decides which models speak of a position, all its life.
        max_holding_bars
            As when the models were fitted.
        """
        decided = signal_ms[rows.position] + BAR_MS
        fold = np.searchsorted(self.exit_models_ms, decided, side="right") - 1
        upper_fold = np.searchsorted(self.calibrator_ms, decided, side="right") - 1
        spans = [
            (np.flatnonzero((fold == lower) & (upper_fold == upper)), models, calibrator)
            for lower, models in enumerate(self.exit_models)
            for upper, calibrator in enumerate(self.calibrators)
            if models is not None and calibrator is not None
        ]

        def score_span(span: tuple[Ints, _Models, Logistic]) -> Floats:
            part, models, calibrator = span
            predictions = predict(models, rows.features[part])
            return calibrator.predict(calibrator_inputs(predictions, max_holding_bars))

        scores = np.full(len(rows), np.nan)
        values = in_threads(score_span, spans, "exit scores")
        for span, probability in zip(spans, values, strict=True):
            scores[span[0]] = probability
        return scores


def collect_models(scores: ExitScores) -> StoredModels:
    """The models of a run that is still in memory; `read_models` gives the same back."""
    layers = [scores.models[name].refits for name in EXIT_MODELS]
    calibrators = scores.calibrator.refits
    return StoredModels(
        exit_models_ms=np.array([refit.refit_ms for refit in layers[0]], np.int64),
        exit_models=tuple(
            _complete([refit.model for refit in refits]) for refits in zip(*layers, strict=True)
        ),
        calibrator_ms=np.array([refit.refit_ms for refit in calibrators], np.int64),
        calibrators=tuple(refit.model for refit in calibrators),
    )


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
    stored = read_result(paths[0], ModelsMetadata)
    calibrators = read_result(paths[1], CalibratorMetadata)
    _require(paths[0], stored.inputs, EXIT_FEATURES)
    _require(paths[0], sorted(stored.heads), sorted(EXIT_MODELS))
    _require(paths[1], calibrators.inputs, CALIBRATOR_INPUTS)
    layers = [stored.heads[name] for name in EXIT_MODELS]
    times = [parse_refit_times(refits, paths[0], _FIX) for refits in layers]
    for other in times[1:]:
        _require(paths[0], other.tolist(), times[0].tolist())
    for refit in calibrators.refits:
        for numbers in () if (m := refit.model) is None else (m.mean, m.sd, m.coefficient):
            _require(paths[1], range(len(numbers)), range(len(CALIBRATOR_INPUTS)))

    def read(name: ExitModelName, trees: StoredTrees | None) -> ExitModel | None:
        if trees is None:
            return None
        text = read_verified_text(folder / trees.file, trees.sha256, _FIX)
        return ExitModel(name, read_lightgbm(text), trees.train_mean)

    models = tuple(
        _complete([read(n, refit.model) for n, refit in zip(EXIT_MODELS, refits, strict=True)])
        for refits in zip(*layers, strict=True)
    )
    calibrator_ms = parse_refit_times(calibrators.refits, paths[1], _FIX)
    return StoredModels(
        times[0], models, calibrator_ms, tuple(refit.model for refit in calibrators.refits)
    )


def _require(path: Path, found: Sequence[Any], expected: Sequence[Any]) -> None:
    if list(found) != list(expected):
        raise data_error(str(path), f"{list(expected)}", f"{list(found)}", _FIX)


def _complete(models: Sequence[ExitModel | None]) -> _Models | None:
    fitted = {model.name: model for model in models if model is not None}
    return fitted if len(fitted) == len(EXIT_MODELS) else None
