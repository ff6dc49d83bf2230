"""A seed and an edge to the figures of phase 1."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.evaluation.statistics.sample import select_out_of_sample
from dipmaster.learning.evaluation.losses import log_loss_statistic
from dipmaster.results.gates import GateRow
from studies.changed_params import override_params
from studies.phases_in_process import Record, evaluate_all_phases
from studies.scores_in_process import keep_outcomes, score_market
from studies.shuffled_outcomes import shuffle_outcomes

REPETITION_PARAMS = (
    "gates.bootstrap_reps",
    "gates.random_entry.draws",
    "confidence.evaluation.bootstrap_reps",
)


@dataclass(frozen=True)
class Phase1Case:
    """One market.

    Attributes
    ----------
    reps
        Of every bootstrap and draw.
    changes
        Other values of params.yaml, by path.
    shuffled
        Whether the models learn from outcomes of `shuffle_outcomes`.
    """

    seed: int
    edge: float
    reps: int
    changes: Mapping[str, Any] = field(default_factory=dict)
    shuffled: bool = False


@dataclass(frozen=True)
class Phase1Row:
    """One market scored and traded, out of sample; None where not computable.

    Attributes
    ----------
    record
        As confidence.json.
    log_loss
        Of the confidence.
    reached, reached_won, reached_bps
        Candidates at the threshold of their regime, how many won, their summed net.
    p_sum
        Sum of the confidence of the trades of phase 1.
    surprise
        Won less confidence, summed over the trades of each calendar block.
    gates
        Of phase 1, by metric.
    """

    case: Phase1Case
    record: Record
    log_loss: float | None
    reached: int
    reached_won: int
    reached_bps: float
    trades: int
    won: int
    p_sum: float
    surprise: Floats
    gates: Mapping[str, GateRow]

    @property
    def passes(self) -> int:
        """Gates of phase 1 that PASS."""
        return sum(row.verdict == "PASS" for row in self.gates.values())


def compute_row(case: Phase1Case) -> Phase1Row:
    """Simulate, score, trade and evaluate one market."""
    fewer_reps = dict.fromkeys(REPETITION_PARAMS, case.reps) | {
        "confidence.evaluation.permutations": 1
    }
    params = override_params({**fewer_reps, **case.changes})
    change_outcomes = shuffle_outcomes if case.shuffled else keep_outcomes
    market = score_market(params, change_outcomes, seed=case.seed, edge=case.edge)
    scores = market.scores
    record, result = evaluate_all_phases(market, scores, params)
    context, phase = result.context, result.phases[-1]
    p, events = scores.confidence, scores.events
    known = (events.signal_ms >= context.period.out_of_sample_ms) & (events.label >= 0)
    scored_rows = np.flatnonzero(known & np.isfinite(p))
    above_threshold = scored_rows[
        context.filter_results["passes_threshold"].to_numpy()[scored_rows] == 1
    ]
    evaluation = phase.evaluation
    sample = evaluation.sample
    traded_confidence = select_out_of_sample(phase.ledger.trades, context.period)[
        "confidence"
    ].to_numpy()
    return Phase1Row(
        case=case,
        record=record,
        log_loss=log_loss_statistic(p[scored_rows], events.won[scored_rows]).value(),
        reached=above_threshold.size,
        reached_won=int(events.won[above_threshold].sum()),
        reached_bps=1e4 * float(events.net_frac[above_threshold].sum()),
        trades=sample.trades,
        won=int(sample.won.sum()),
        p_sum=float(traded_confidence.sum()),
        surprise=np.bincount(sample.block, weights=sample.won - traded_confidence).astype(
            np.float64
        ),
        gates={row.metric: row for row in evaluation.gates.rows},
    )
