"""Fitted models of the second layer to files: the library's own format and JSON.

``evidence_<date>.txt`` holds the trees of a refit, one model a run of time; ``evidence.json`` and
``calibrator.json`` what stands beside them, with every refit, those without a model with the
reason.
"""

from typing import Any

from dipmaster.altdata.layer.evidence_model import NAMES
from dipmaster.altdata.layer.scores import EvidenceScores
from dipmaster.learning.model_store import join_models, name_tree_file, serialize_refits


def serialize_models(scores: EvidenceScores) -> dict[str, str]:
    """Files of the trees, path under data/alt_data/models to content."""
    return {
        name_tree_file("evidence", refit.refit_ms): join_models(
            [model.trees.to_text() for model in refit.model.models]
        )
        for refit in scores.layer.refits
        if refit.model is not None
    }


def serialize_metadata(scores: EvidenceScores) -> dict[str, Any]:
    """Files of everything beside the trees, path to content for JSON."""
    refits = serialize_refits(
        scores.layer,
        lambda model, _: [{"logistic": one.logistic, "fill": one.fill} for one in model.models],
    )
    return {
        "evidence.json": {"inputs": NAMES, "refits": refits},
        "calibrator.json": {"refits": serialize_refits(scores.calibrator)},
    }
