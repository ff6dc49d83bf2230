"""A seed and an edge to the figures of phase 1, for each fit variant of the layer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dipmaster.confidence import Scores, refit_upper_layers
from dipmaster.confidence.scores import LAYER_INPUTS
from dipmaster.core.kernels import Floats
from dipmaster.core.params import Params
from dipmaster.evaluation.statistics.sample import select_out_of_sample
from dipmaster.learning.evaluation.losses import log_loss_statistic
from dipmaster.results.gates import GateRow
from studies.in_process import (
    Record,
    ScoredMarket,
    evaluate_all_phases,
    override_params,
    score_market,
)
from studies.layer_signs import FIT_VARIANTS, change_if_missing, negative_shares

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
    free
        Whether its candidates are scored again with free coefficients.
    reps
        Of every bootstrap and draw.
    changes
        Other values of params.yaml, by path.
    """

    seed: int
    edge: float
    free: bool
    reps: int
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Phase1Row:
    """One market scored with one fit variant, out of sample; None and NaN where not computable.

    Attributes
    ----------
    variant
        Of `layer_signs.FIT_VARIANTS`.
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
    negative_shares
        By input of the layer: share of its refits with a negative coefficient.
    score_changes
        By component: mean change of the score if it were missing.
    """

    case: Phase1Case
    variant: str
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
    negative_shares: Mapping[str, float]
    score_changes: Mapping[str, float]

    @property
    def passes(self) -> int:
        """Gates of phase 1 that PASS."""
        return sum(row.verdict == "PASS" for row in self.gates.values())


def compute_rows(case: Phase1Case) -> list[Phase1Row]:
    """Simulate, score, trade and evaluate one market, with every fit variant asked for."""
    fewer_reps = dict.fromkeys(REPETITION_PARAMS, case.reps) | {
        "confidence.evaluation.permutations": 1
    }
    params = override_params({**fewer_reps, **case.changes})
    market = score_market(params, seed=case.seed, edge=case.edge)
    first, *other_variants = FIT_VARIANTS
    scores = {first: market.scores}
    for variant in other_variants if case.free else ():
        limit = params.volatility.regime.no_new_trades_daily_frac
        scores[variant] = refit_upper_layers(
            FIT_VARIANTS[variant], market.scores, params.confidence, limit
        )
    return [
        _compute_row(case, variant, market, variant_scores, params)
        for variant, variant_scores in scores.items()
    ]


def _compute_row(
    case: Phase1Case, variant: str, market: ScoredMarket, scores: Scores, params: Params
) -> Phase1Row:
    record, result = evaluate_all_phases(market, scores, params)
    context, phase = result.context, result.phases[-1]
    p, events = scores.confidence, scores.events
    known = (events.signal_ms >= context.period.out_of_sample_ms) & (events.label >= 0)
    scored_rows = np.flatnonzero(known & np.isfinite(p))
    above_threshold = scored_rows[
        context.admission["passes_threshold"].to_numpy()[scored_rows] == 1
    ]
    evaluation = phase.evaluation
    sample = evaluation.sample
    traded_confidence = select_out_of_sample(phase.ledger.trades, context.period)[
        "confidence"
    ].to_numpy()
    return Phase1Row(
        case=case,
        variant=variant,
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
        negative_shares=negative_shares(scores),
        score_changes={
            name: change_if_missing(scores, name, scored_rows) for name in LAYER_INPUTS[1:]
        },
    )
