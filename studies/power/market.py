"""A seed and an edge to one market: simulated, scored by the product and by both bounds."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.confidence import Scores, build_scores_table, evaluate_scores
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution, Params
from dipmaster.evaluation.context import build_context
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.reading import DROPS, EvaluationInputs, build_inputs
from dipmaster.market.simulator import simulate_market
from studies.changed_params import override_params
from studies.phase_1_rows import REPETITION_PARAMS as PHASE_1_REPETITIONS
from studies.power.bounds import (
    MarketRows,
    collect_rows,
    collect_truth,
    fit_oracle,
    score_from_others,
)
from studies.power.exit_models import ExitModelsCost, measure_exit_models
from studies.power.figures import (
    BoundPhase,
    ScoreFigures,
    evaluate_confidence,
    find_profitable_reversions,
    select_scored,
)
from studies.scores_in_process import ScoredMarket, score_bars

REPETITION_PARAMS = (*PHASE_1_REPETITIONS, "exits.models.evaluation.bootstrap_reps")
SHUFFLES = {"confidence.evaluation.permutations": 1, "exits.models.evaluation.permutations": 1}


@dataclass(frozen=True)
class PowerCase:
    """One market to score.

    Attributes
    ----------
    reps
        Of every bootstrap and draw.
    exits
        Whether the exit models are fitted and measured as well.
    changes
        Other values of params.yaml, by path.
    """

    seed: int
    edge: float
    reps: int
    exits: bool = False
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def params(self) -> Params:
        """params.yaml with these values."""
        reps = dict.fromkeys(REPETITION_PARAMS, self.reps)
        dials = {"ingest.simulated.seed": self.seed, "ingest.simulated.edge": self.edge}
        return override_params({**reps, **SHUFFLES, **self.changes, **dials})


@dataclass(frozen=True)
class PowerMarket:
    """One market, scored by the product and the oracle.

    Attributes
    ----------
    inputs
        What phases are evaluated on; the scores are the product's.
    profitable
        Of `find_profitable_reversions`.
    rows
        What other markets' pooled bounds learn from.
    scored
        Regime, confidence and label of the product's candidates out of sample.
    exit_models
        None where not asked for.
    """

    case: PowerCase
    inputs: EvaluationInputs
    profitable: Bools
    rows: MarketRows
    oracle: ScoreFigures
    product: ScoreFigures
    scored: pd.DataFrame
    exit_models: ExitModelsCost | None


def score_case(case: PowerCase) -> PowerMarket:
    """Simulate one market, and trade it on the product's scores and on the oracle's."""
    params = case.params
    simulated = simulate_market(params.ingest.simulated)
    market = score_bars(simulated.bars, params.ingest.raw.half_spread_bps, params)
    known = collect_truth(simulated.truth, market.scores.events)
    inputs = _build_inputs(market, simulated.truth, params)
    profitable = find_profitable_reversions(
        inputs.scores,
        known["remaining_reversion_frac"],
        cost_round_trips(inputs.panel, market.scores, params.execution),
    )
    oracle = fit_oracle(market.scores, known, params.confidence)
    product = inputs.scores["confidence"].to_numpy(dtype=np.float64)
    period = build_context(inputs, params).period
    scored = select_scored(inputs.scores, period.out_of_sample_ms)
    result = PowerMarket(
        case,
        inputs,
        profitable,
        collect_rows(market.scores, inputs.scores["uniqueness"].to_numpy(dtype=np.float64)),
        evaluate_confidence(inputs, oracle, profitable, BoundPhase(), params),
        evaluate_confidence(inputs, product, profitable, SelectionPhase(), params),
        scored[["regime", "confidence", "label"]],
        measure_exit_models(market, inputs, params) if case.exits else None,
    )
    report_progress(case, "oracle and product")
    return result


def score_pooled(market: PowerMarket, rows: Mapping[int, MarketRows]) -> ScoreFigures:
    """Trade one market on what the others teach.

    Parameters
    ----------
    rows
        By seed, all of the same edge.
    """
    params = market.case.params
    confidence = score_from_others(rows, market.case.seed, params.confidence.trees)
    figures = evaluate_confidence(
        market.inputs, confidence, market.profitable, BoundPhase(), params
    )
    report_progress(market.case, "pooled")
    return figures


def cost_round_trips(panel: Panel, scores: Scores, execution: Execution) -> Floats:
    """Fees, slippage and half-spreads of buying and selling, as a fraction; (candidates,).

    The spread is that at the signal's bar: the one at the exit is not known yet.
    """
    events = scores.events
    half_spread = panel.half_spread_bps[events.symbol_index, panel.index_of(events.signal_ms)]
    one_side_bps = execution.taker_fee_bps + execution.slippage_bps + half_spread
    cost: Floats = 2e-4 * one_side_bps
    return cost


def report_progress(case: PowerCase, what: str) -> None:
    """One line to stderr."""
    print(f"edge {case.edge:g}, seed {case.seed}: {what}", file=sys.stderr, flush=True)


def _build_inputs(
    market: ScoredMarket, truth: Mapping[str, pd.DataFrame], params: Params
) -> EvaluationInputs:
    """As the evaluation reads them from the stages' files, the planted drops included."""
    evaluation = params.confidence.evaluation
    figures = evaluate_scores(market.scores, market.bars_ms, params.split, evaluation)
    drops = {symbol: frame[["open_time", *DROPS]] for symbol, frame in truth.items()}
    table = build_scores_table(market.scores)
    return build_inputs(
        market.panel, market.candidates, table, market.features, drops, figures, None
    )
