"""Evidence and the log odds of phase 1 to the confidence of phase 4: a second layer.

What channels say at a candidate (`inputs`), joined at the close of its bar, goes with phase 1's
log odds into models that are cross-fitted at phase 1's refits (`walk`, `evidence_model`) and
calibrated. `evaluation` measures what that added, `credit` rules on it.
"""

from dipmaster.altdata.layer.credit import judge_credit
from dipmaster.altdata.layer.evaluation import evaluate_layer
from dipmaster.altdata.layer.inputs import FEEDS, LAYER_INPUTS, LayerInputs, build_layer_inputs
from dipmaster.altdata.layer.model_files import serialize_metadata, serialize_models
from dipmaster.altdata.layer.price_context import (
    PAST_DAY,
    LargestFalls,
    find_largest_falls,
    measure_past_day,
)
from dipmaster.altdata.layer.scores import (
    EvidenceScores,
    build_evidence_scores_table,
    build_inputs_table,
    fit_evidence_scores,
)

__all__ = [
    "FEEDS",
    "LAYER_INPUTS",
    "PAST_DAY",
    "EvidenceScores",
    "LargestFalls",
    "LayerInputs",
    "build_evidence_scores_table",
    "build_inputs_table",
    "build_layer_inputs",
    "evaluate_layer",
    "find_largest_falls",
    "fit_evidence_scores",
    "judge_credit",
    "measure_past_day",
    "serialize_metadata",
    "serialize_models",
]
