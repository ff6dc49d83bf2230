"""Fitted models of the second layer to files and back: the library's own format and JSON.

``evidence_<date>.txt`` holds the trees of a refit, one model a run of time; ``evidence.json`` and
``calibrator.json`` what stands beside them, with every refit, those without a model with the
reason. What is read back scores the same to the last bit.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dipmaster.altdata.layer.evidence_model import NAMES, EvidenceModel
from dipmaster.altdata.layer.scores import EvidenceScores
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats
from dipmaster.learning.calibrators import PlattCalibrator
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
from dipmaster.learning.refits import Refit, find_refit
from dipmaster.results.serialisation import read_result

LAYER_FILE, CALIBRATOR_FILE = "evidence.json", "calibrator.json"
_FIX = "remove data/alt_data and run `dvc repro`"

FittedModels = CrossFittedModel[EvidenceModel]


@dataclass(frozen=True)
class StoredPair:
    """What stands beside the trees of one model."""

    logistic: Logistic
    fill: tuple[float, ...]


@dataclass(frozen=True)
class StoredPairs:
    """The models of a refit: their trees are in a file of their own; a pair a run."""

    file: str
    sha256: str
    pairs: tuple[StoredPair, ...]


@dataclass(frozen=True)
class LayerMetadata:
    """Content of `LAYER_FILE`."""

    inputs: tuple[str, ...]
    refits: tuple[StoredRefit[StoredPairs], ...]


@dataclass(frozen=True)
class LayerCalibratorMetadata:
    """Content of `CALIBRATOR_FILE`."""

    refits: tuple[StoredRefit[PlattCalibrator], ...]


@dataclass(frozen=True)
class StoredLayer:
    """Every refit of the second layer and of its calibrator, of the same moments."""

    models: tuple[Refit[FittedModels], ...]
    calibrators: tuple[Refit[PlattCalibrator], ...]

    def score(self, base: Floats, values: Floats, decided_ms: int) -> Floats:
        """Calibrated probability of candidates of one moment, shape (candidates,).

        NaN where the layer says nothing: no model, no score of phase 1.

        Parameters
        ----------
        base
            Shape (candidates,), log odds of phase 1.
        values
            Shape (candidates, `LAYER_INPUTS`), some evidence in every row.
        decided_ms
            Close of the candidates' bar.
        """
        layer, calibrator = (find_refit(one, decided_ms) for one in (self.models, self.calibrators))
        out = np.full(base.size, np.nan)
        known = np.flatnonzero(np.isfinite(base))
        if layer is None or layer.model is None or calibrator is None or calibrator.model is None:
            return out
        p = layer.model.predict(np.column_stack([base, values])[known])
        out[known] = calibrator.model.predict(p)
        return out


def serialize_models(scores: EvidenceScores) -> dict[str, str]:
    """Files of the trees, path under data/alt_data/models to content."""
    return {
        name_tree_file("evidence", refit.refit_ms): _join_trees(refit.model)
        for refit in scores.layer.refits
        if refit.model is not None
    }


def serialize_metadata(scores: EvidenceScores) -> dict[str, Any]:
    """Files of everything beside the trees, path to content for JSON."""

    def describe(together: FittedModels, refit_ms: int) -> StoredPairs:
        pairs = tuple(StoredPair(one.logistic, one.fill) for one in together.models)
        file = name_tree_file("evidence", refit_ms)
        return StoredPairs(file, hash_text(_join_trees(together)), pairs)

    return {
        LAYER_FILE: LayerMetadata(NAMES, serialize_refits(scores.layer, describe)),
        CALIBRATOR_FILE: LayerCalibratorMetadata(serialize_refits(scores.calibrator)),
    }


def _join_trees(together: FittedModels) -> str:
    return join_trees([model.trees for model in together.models])


def read_models(folder: Path) -> StoredLayer:
    """Read data/alt_data/models as the stage wrote it.

    Raises
    ------
    PipelineError
        Where a file is missing or holds no JSON.
    DataError
        Where one is not what the stage wrote.
    """
    path, above = folder / LAYER_FILE, folder / CALIBRATOR_FILE
    stored = read_result(path, LayerMetadata)
    if stored.inputs != NAMES:
        raise data_error(str(path), f"{NAMES}", f"{stored.inputs}", _FIX)

    def restore(pairs: StoredPairs) -> FittedModels:
        file = folder / pairs.file
        models = read_trees(file, pairs.sha256, "lgb", pairs.pairs, path, _FIX)
        together = (EvidenceModel(pair.logistic, pair.fill, one) for pair, one in models)
        return CrossFittedModel(tuple(together), "log_odds")

    calibrators = read_result(above, LayerCalibratorMetadata).refits
    return StoredLayer(
        restore_refits(stored.refits, restore, path, _FIX),
        restore_refits(calibrators, lambda model: model, above, _FIX),
    )
