"""Fitted models to files and back: the libraries' own formats and JSON; nothing is pickled.

``<family>/lgb_<date>.txt`` and ``<family>/xgb_<date>.json`` hold the trees of a refit, one
model a run of time (`model_store.join_models`), ``<family>/models.json`` what stands beside
them, ``calibrators.json`` and ``reference.json`` the rest. A file holds every refit, those
without a model with the reason. What is read back scores the same to the last bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dipmaster.confidence.ensemble import Ensemble
from dipmaster.confidence.families import Family, FamilyModel, FamilyName
from dipmaster.confidence.scores import Scores
from dipmaster.confidence.stored_models import StoredScoreModels
from dipmaster.learning.calibrators import Calibrator, CalibratorKind
from dipmaster.learning.cross_fitting import CrossFittedModel
from dipmaster.learning.model_store import (
    StoredRefit,
    hash_text,
    join_trees,
    name_tree_file,
    read_trees,
    restore_refits,
    serialize_refits,
)
from dipmaster.learning.tree_models import LIBRARIES, Library
from dipmaster.results.serialisation import read_result, to_json

CALIBRATORS_FILE = "calibrators.json"
_FIX = "remove data/confidence and run `dvc repro`"

FittedModels = CrossFittedModel[FamilyModel]


@dataclass(frozen=True)
class StoredFamilyTrees:
    """The models of one library and refit in ``models.json``: trees are in a file of their own.

    Attributes
    ----------
    residual_sd_frac
        One a run; None of a classifier.
    """

    file: str
    sha256: str
    residual_sd_frac: tuple[float | None, ...]


@dataclass(frozen=True)
class FamilyMetadata:
    """Content of ``<family>/models.json``."""

    family: FamilyName
    inputs: tuple[str, ...]
    signs: tuple[int, ...]
    models: Mapping[Library, tuple[StoredRefit[StoredFamilyTrees], ...]]


@dataclass(frozen=True)
class CalibratorsMetadata:
    """Content of `CALIBRATORS_FILE`, by kind."""

    beta: tuple[StoredRefit[Calibrator], ...]
    isotonic: tuple[StoredRefit[Calibrator], ...]
    platt: tuple[StoredRefit[Calibrator], ...]


def serialize_models(scores: Scores) -> dict[str, str]:
    """Files of the tree models, path under data/confidence/models to content."""
    return {
        name_tree_file(f"{name}/{library}", refit.refit_ms, library): _join_trees(
            refit.model, library
        )
        for name, ensemble in scores.base.ensembles.items()
        for library, result in ensemble.models.items()
        for refit in result.refits
        if refit.model is not None
    }


def serialize_metadata(scores: Scores) -> dict[str, Any]:
    """Files of everything above the trees, path to content for JSON."""
    base = scores.base
    reference = serialize_refits(
        base.reference, lambda model, _: {**to_json(model.regression), "medians": model.medians}
    )
    calibrators = {kind: serialize_refits(result) for kind, result in scores.calibrators.items()}
    files: dict[str, Any] = {
        CALIBRATORS_FILE: CalibratorsMetadata(**calibrators),
        "reference.json": {"inputs": base.matrix.names, "refits": reference},
    }
    models = {f"{name}/models.json": _describe(one) for name, one in base.ensembles.items()}
    return files | models


def _describe(ensemble: Ensemble) -> FamilyMetadata:
    family = ensemble.family
    models = {
        library: serialize_refits(
            ensemble.models[library],
            lambda model, refit_ms, library=library: _describe_trees(  # type: ignore[misc]
                family.name, library, model, refit_ms
            ),
        )
        for library in LIBRARIES
    }
    return FamilyMetadata(family.name, family.inputs, family.signs, models)


def _describe_trees(
    family: FamilyName, library: Library, together: FittedModels, refit_ms: int
) -> StoredFamilyTrees:
    file = name_tree_file(f"{family}/{library}", refit_ms, library)
    sds = tuple(model.residual_sd_frac for model in together.models)
    return StoredFamilyTrees(file, hash_text(_join_trees(together, library)), sds)


def _join_trees(together: FittedModels, library: Library) -> str:
    return join_trees([model.trees for model in together.models], library)


def read_models(folder: Path, family: FamilyName, kind: CalibratorKind) -> StoredScoreModels:
    """Read data/confidence/models as the stage wrote it.

    Parameters
    ----------
    family, kind
        Of params: the family and the calibrator that serve.

    Raises
    ------
    PipelineError
        Where a file is missing or holds no JSON.
    DataError
        Where one is not what the stage wrote.
    """
    path = folder / family / "models.json"
    stored = read_result(path, FamilyMetadata)

    def restore(library: Library, trees: StoredFamilyTrees) -> FittedModels:
        sds, file = trees.residual_sd_frac, folder / trees.file
        models = read_trees(file, trees.sha256, library, sds, path, _FIX)
        return CrossFittedModel(tuple(FamilyModel(one, sd) for sd, one in models), "log_odds")

    refits = {
        library: restore_refits(
            stored.models[library],
            lambda trees, library=library: restore(library, trees),  # type: ignore[misc]
            path,
            _FIX,
        )
        for library in LIBRARIES
    }
    calibrators = folder / CALIBRATORS_FILE
    kinds = read_result(calibrators, CalibratorsMetadata)
    above = restore_refits(getattr(kinds, kind), _unchanged, calibrators, _FIX)
    return StoredScoreModels(Family(stored.family, stored.inputs, stored.signs), refits, above)


def _unchanged(calibrator: Calibrator) -> Calibrator:
    return calibrator
