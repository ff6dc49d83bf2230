"""Scores of one market to its evaluated phases in one process, without DVC or files.

Phases 0 and 1 need nothing else; 2 and 3 take what `exits_in_process` makes, 4 what
`evidence_in_process` makes.
"""

from typing import Any

from dipmaster.confidence import Scores, build_scores_table, evaluate_scores
from dipmaster.core.params import Params
from dipmaster.evaluation.phase import Phase
from dipmaster.evaluation.phases.alternative_data import AlternativeDataPhase
from dipmaster.evaluation.phases.alternative_data.inputs import EvidenceInputs
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.exits import ExitsPhase
from dipmaster.evaluation.phases.exits.inputs import ExitInputs
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.phases.sizing import SizingPhase
from dipmaster.evaluation.phases.sizing.inputs import build_sizing_inputs
from dipmaster.evaluation.reading import build_inputs
from dipmaster.evaluation.run import EvaluationResult, evaluate_phases
from dipmaster.results.serialisation import to_json
from studies.scores_in_process import ScoredMarket

Record = dict[str, Any]


def evaluate_all_phases(
    market: ScoredMarket,
    scores: Scores,
    params: Params,
    exit_inputs: ExitInputs | None = None,
    evidence: EvidenceInputs | None = None,
) -> tuple[Record, EvaluationResult]:
    """Evaluate the scores out of sample, and trade and evaluate all phases on them.

    Parameters
    ----------
    scores
        The market's own, or its candidates scored in another way.
    exit_inputs
        Of `exits_in_process.compute_exits`; without it phase 1 is the last.
    evidence
        Of `evidence_in_process.build_evidence_inputs`; without it phase 3 is the last.
    """
    evaluation = params.confidence.evaluation
    figures = evaluate_scores(scores, market.bars_ms, params.split, evaluation)
    # Truth and volatility's own report serve figures beside the gates, which are not asked for.
    table, features = build_scores_table(scores), market.features
    inputs = build_inputs(market.panel, market.candidates, table, features, None, figures, None)
    phases: tuple[Phase, ...] = (BaselinePhase(), SelectionPhase())
    if exit_inputs is not None:
        sizing = build_sizing_inputs(market.panel, market.candidates, market.volatility)
        phases = (*phases, ExitsPhase(exit_inputs), SizingPhase(sizing))
        if evidence is not None:
            phases = (*phases, AlternativeDataPhase(evidence))
    return to_json(figures), evaluate_phases(inputs, params, phases)
