"""Fitted models to files in the libraries' own formats and JSON; nothing is pickled.

``<family>/lgb_<date>.txt`` and ``<family>/xgb_<date>.json`` hold the trees of a refit, one
model a run of time (`model_store.join_models`), ``<family>/models.json`` what stands beside
them, ``calibrators.json`` and ``reference.json`` the rest. A file holds every refit, those
without a model with the reason.
"""

from typing import Any

from dipmaster.confidence.ensemble import Ensemble
from dipmaster.confidence.scores import Scores
from dipmaster.learning.model_store import join_models, name_tree_file, serialize_refits
from dipmaster.results import to_json

Record = dict[str, Any]


def serialize_models(scores: Scores) -> dict[str, str]:
    """Files of the tree models, path under data/confidence/models to content."""
    return {
        name_tree_file(f"{name}/{library}", refit.refit_ms, library): join_models(
            [model.trees.to_text() for model in refit.model.models], library
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
    files = {
        "calibrators.json": {
            kind: serialize_refits(result) for kind, result in scores.calibrators.items()
        },
        "reference.json": {"inputs": base.matrix.names, "refits": reference},
    }
    models = {f"{name}/models.json": _describe(one) for name, one in base.ensembles.items()}
    return files | models


def _describe(ensemble: Ensemble) -> Record:
    models = {
        library: serialize_refits(
            result,
            lambda model, _: {"residual_sd_frac": [one.residual_sd_frac for one in model.models]},
        )
        for library, result in ensemble.models.items()
    }
    return {
        "family": ensemble.family.name,
        "inputs": ensemble.family.inputs,
        "signs": ensemble.family.signs,
        "models": models,
    }
