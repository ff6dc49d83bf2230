"""Whether there are enough candidates: for any verdict on scores."""

from dipmaster.core.params.confidence import ConfidenceEvaluation
from dipmaster.learning.evaluation.minimum_data import describe_shortage
from dipmaster.learning.evaluation.sample import EvaluationSample


def describe_missing_candidates(sample: EvaluationSample, params: ConfidenceEvaluation) -> str:
    """Why the sample is too small for any verdict; empty where it is not."""
    return describe_shortage(
        (len(sample), params.min_candidates, "candidates"),
        (len(set(sample.block.tolist())), params.min_blocks, "blocks with candidates"),
    )
