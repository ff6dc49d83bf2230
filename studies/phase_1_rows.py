"""A seed and an edge to the figures of phase 1, for each way to combine the models."""

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
from studies.in_process import Record, Scored, changed_params, evaluated, scored_market
from studies.layer_signs import WAYS, rise_if_missing, share_below_zero

REPEATED = (
    "gates.bootstrap_reps",
    "gates.random_entry.draws",
    "confidence.judging.bootstrap_reps",
)


@dataclass(frozen=True)
class Case:
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
class Row:
    """One market scored in one way, from the boundary on; None and NaN where not computable.

    Attributes
    ----------
    way
        Of `layer_signs.WAYS`.
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
    below_zero
        By input of the layer: share of its refits with a negative coefficient.
    rises
        By component: mean change of the score if it were missing.
    """

    case: Case
    way: str
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
    below_zero: Mapping[str, float]
    rises: Mapping[str, float]

    @property
    def passes(self) -> int:
        """Gates of phase 1 that say PASS."""
        return sum(row.verdict == "PASS" for row in self.gates.values())


def rows_of(case: Case) -> list[Row]:
    """Simulate, score, trade and judge one market, in every way that is asked for."""
    shorter = dict.fromkeys(REPEATED, case.reps) | {"confidence.judging.permutations": 1}
    params = changed_params({**shorter, **case.changes})
    market = scored_market(params, seed=case.seed, edge=case.edge)
    first, *others = WAYS
    scores = {first: market.scores}
    for way in others if case.free else ():
        limit = params.volatility.regime.no_new_trades_daily_frac
        scores[way] = refit_upper_layers(WAYS[way], market.scores, params.confidence, limit)
    return [_row(case, way, market, found, params) for way, found in scores.items()]


def _row(case: Case, way: str, market: Scored, scores: Scores, params: Params) -> Row:
    record, result = evaluated(market, scores, params)
    context, phase = result.context, result.phases[-1]
    p, events = scores.confidence, scores.events
    known = (events.signal_ms >= context.period.out_of_sample_ms) & (events.label >= 0)
    judged = np.flatnonzero(known & np.isfinite(p))
    reached = judged[context.admission["passes_threshold"].to_numpy()[judged] == 1]
    evaluation = phase.evaluation
    sample = evaluation.sample
    said = select_out_of_sample(phase.ledger.trades, context.period)["confidence"].to_numpy()
    return Row(
        case=case,
        way=way,
        record=record,
        log_loss=log_loss_statistic(p[judged], events.won[judged]).value(),
        reached=reached.size,
        reached_won=int(events.won[reached].sum()),
        reached_bps=1e4 * float(events.net_frac[reached].sum()),
        trades=sample.trades,
        won=int(sample.won.sum()),
        p_sum=float(said.sum()),
        surprise=np.bincount(sample.block, weights=sample.won - said).astype(np.float64),
        gates={row.metric: row for row in evaluation.gates.rows},
        below_zero=share_below_zero(scores),
        rises={name: rise_if_missing(scores, name, judged) for name in LAYER_INPUTS[1:]},
    )
