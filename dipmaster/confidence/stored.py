"""Fitted models to files in the libraries' own formats and JSON; nothing is pickled.

``<family>/lgb_<date>.txt`` and ``<family>/xgb_<date>.json`` hold the trees of a
refit, ``<family>/stack.json`` the spreads and the stack, ``layer.json``,
``calibrators.json`` and ``reference.json`` the rest. A file holds every refit,
those without a model with the reason.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from dipmaster.confidence.levels import Base
from dipmaster.confidence.scores import LAYER_INPUTS, Scores
from dipmaster.confidence.trees import LIBRARIES
from dipmaster.core.panel import as_times
from dipmaster.core.time_units import ISO_UTC
from dipmaster.learning.walk_forward import Refit, Walk

M = TypeVar("M")
Record = dict[str, Any]
SUFFIX = {"lgb": "txt", "xgb": "json"}


def texts_of(scores: Scores) -> dict[str, str]:
    """Files of the tree models, path under data/confidence/models to content."""
    files = {}
    for name, base in scores.bases.items():
        for library in LIBRARIES:
            for refit in base.walks[library].models:
                if refit.model is not None:
                    day = when(refit.refit_ms)[:10]
                    files[f"{name}/{library}_{day}.{SUFFIX[library]}"] = refit.model.text()
    return files


def records_of(scores: Scores) -> dict[str, Any]:
    """Files of everything above the trees, path to content for JSON."""
    families = {f"{name}/stack.json": _stack(base) for name, base in scores.bases.items()}
    return {
        **families,
        "layer.json": {
            "inputs": list(LAYER_INPUTS),
            "refits": _refits(scores.layer, lambda model: model.record()),
        },
        "calibrators.json": {
            kind: _refits(walk, lambda model: model.record())
            for kind, walk in scores.calibrators.items()
        },
        "reference.json": {
            "inputs": list(scores.matrix.names),
            "refits": _refits(
                scores.reference,
                lambda model: {**model.regression.record(), "medians": list(model.medians)},
            ),
        },
    }


def _stack(base: Base) -> Record:
    spreads: Mapping[str, list[Record]] = {
        library: _refits(base.walks[library], lambda model: {"residual_sd_frac": model.spread})
        for library in LIBRARIES
    }
    return {
        "family": base.family.name,
        "inputs": list(base.family.inputs),
        "signs": list(base.family.signs),
        "models": spreads,
        "stack": _refits(base.stack, lambda model: model.record()),
    }


def _refits(walk: Walk[M], told: Callable[[M], Record]) -> list[Record]:
    def one(refit: Refit[M]) -> Record:
        model = None if refit.model is None else told(refit.model)
        return {
            "fitted_at": when(refit.refit_ms),
            "rows": refit.rows,
            "reason": refit.reason,
            "model": model,
        }

    return [one(refit) for refit in walk.models]


def when(time_ms: int) -> str:
    """A time as outputs write it."""
    return str(as_times(np.array([time_ms], dtype=np.int64))[0].strftime(ISO_UTC))
