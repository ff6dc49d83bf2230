"""One market to a record: credit, verdict of every phase, and what delay costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from dipmaster.altdata.layer import EvidenceScores
from dipmaster.confidence import build_scores_table, evaluate_scores
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Params
from dipmaster.evaluation.context import build_context
from dipmaster.evaluation.phase import JudgedPhase
from dipmaster.evaluation.phases.alternative_data.inputs import EvidenceInputs, score_again
from dipmaster.evaluation.reading import build_inputs
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.verdict import judge_overall
from dipmaster.market.simulator import simulate_market
from dipmaster.market.simulator.simulate import SimulatedMarket
from dipmaster.results.serialisation import to_json
from studies.changed_params import override_params
from studies.evidence_in_process import build_evidence_inputs, compute_evidence
from studies.exits_in_process import compute_exits
from studies.phases_in_process import evaluate_all_phases
from studies.scores_in_process import ScoredMarket, score_bars

REPS = 500  # of every bootstrap and draw, where params.yaml has up to 2,000
FEWER: Mapping[str, Any] = {
    "gates.bootstrap_reps": REPS,
    "gates.random_entry.draws": 200,
    "confidence.evaluation.bootstrap_reps": 100,
    "confidence.evaluation.permutations": 1,
    "exits.models.evaluation.bootstrap_reps": 100,
    "exits.models.evaluation.permutations": 1,
    "alternative_data.model.evaluation.feed_permutations": 1,
    "alternative_data.model.evaluation.lags_minutes": [0],
}  # figures beside the verdicts; nothing that rules on credit but the number of resamples


Trade = Literal["always", "where admitted", "never"]


@dataclass(frozen=True)
class Phase4Case:
    """One market.

    Attributes
    ----------
    changes
        Other values of params.yaml, by path.
    trade
        Whether phases are traded and judged: always, only where phase 4 admits a candidate
        (where it admits none it abstains), or never.
    delays_minutes
        Evidence published so much later, scored and traded again.
    """

    seed: int
    changes: Mapping[str, Any] = field(default_factory=dict)
    trade: Trade = "always"
    delays_minutes: tuple[int, ...] = ()


def compute_record(case: Phase4Case) -> dict[str, Any]:
    """Simulate, score and rescore one market; trade it where asked to, or where it trades.

    Returns
    -------
    dict
        Credit and both log losses; `admitted`, candidates out of sample that phase 4 orders;
        by phase its trades, gates and verdict; by delay the same of phase 4.
    """
    params = override_params({**FEWER, **case.changes, "ingest.simulated.seed": case.seed})
    simulated = simulate_market(params.ingest.simulated)
    market = score_bars(simulated.bars, params.ingest.raw.half_spread_bps, params)
    fitted, data, inputs_at = compute_evidence(market, simulated, market.scores, params)
    evidence = build_evidence_inputs(fitted, data, inputs_at, market, params)
    admitted = count_admitted(market, evidence, params)
    record = {
        "seed": case.seed,
        "credit": to_json(evidence.record.credit),
        "comparison": to_json(evidence.record.comparison),
        "permutations": to_json(evidence.record.permutations),
        "admitted": admitted,
    }
    if case.trade == "never" or (case.trade == "where admitted" and not admitted):
        return {**record, "overall": None, "phases": {}, "delays": {}}
    return {**record, **_trade(market, simulated, evidence, fitted, case, params)}


def _trade(
    market: ScoredMarket,
    simulated: SimulatedMarket,
    evidence: EvidenceInputs,
    fitted: EvidenceScores,
    case: Phase4Case,
    params: Params,
) -> dict[str, Any]:
    _, exits = compute_exits(market, market.scores, params)
    _, result = evaluate_all_phases(market, market.scores, params, exits, evidence)
    period = result.context.period
    delays = {"0": describe_delay(fitted, result.phases[-1], period)}
    for minutes in case.delays_minutes:
        late = override_params({**FEWER, **case.changes, **_delay(minutes)})
        scores, data, inputs_at = compute_evidence(market, simulated, market.scores, late)
        again = build_evidence_inputs(scores, data, inputs_at, market, late)
        _, outcome = evaluate_all_phases(market, market.scores, late, exits, again)
        delays[str(minutes)] = describe_delay(scores, outcome.phases[-1], period)
    return {
        "overall": judge_overall(result.evaluations).verdict,
        "phases": {str(one.phase.number): describe_phase(one) for one in result.phases},
        "delays": delays,
    }


def _delay(minutes: int) -> dict[str, int]:
    """Later publication; the credit of it is not asked for."""
    return {
        "alternative_data.delay_minutes": minutes,
        "alternative_data.model.evaluation.permutations": 1,
    }


def count_admitted(market: ScoredMarket, evidence: EvidenceInputs, params: Params) -> int:
    """Candidates out of sample that the signal filter admits on the scores with evidence."""
    figures = evaluate_scores(
        market.scores, market.bars_ms, params.split, params.confidence.evaluation
    )
    table = build_scores_table(market.scores)
    inputs = build_inputs(
        market.panel, market.candidates, table, market.features, None, figures, None
    )
    context = score_again(build_context(inputs, params), evidence)
    late = to_epoch_ms(market.candidates["open_time"]) >= context.period.out_of_sample_ms
    return int((late & (context.filter_results["admitted"].to_numpy() == 1)).sum())


def describe_phase(judged: JudgedPhase) -> dict[str, Any]:
    """Trades, gates and verdict of a phase."""
    evaluation = judged.evaluation
    return {
        "trades": evaluation.sample.trades,
        "verdict": evaluation.gates.ruling.verdict,
        "reason": evaluation.gates.ruling.reason,
        "abstained": evaluation.abstained,
        "gates": {
            row.metric: {
                "value": row.value,
                "low": row.low,
                "high": row.high,
                "verdict": row.verdict,
            }
            for row in evaluation.gates.rows
        },
    }


def describe_delay(scores: EvidenceScores, judged: JudgedPhase, period: Period) -> dict[str, Any]:
    """Log loss of the confidence with evidence out of sample, and what phase 4 made of it."""
    signal_ms = scores.schedule.signal_ms
    rows = np.flatnonzero(
        np.isfinite(scores.won)
        & np.isfinite(scores.confidence)
        & (signal_ms >= period.out_of_sample_ms)
    )
    p, won = scores.confidence[rows], scores.won[rows]
    gates = {row.metric: row.value for row in judged.evaluation.gates.rows}
    return {
        "candidates": rows.size,
        "log_loss": float(np.mean(-np.log(np.where(won > 0.0, p, 1.0 - p)))),
        "trades": judged.evaluation.sample.trades,
        "return_sum_frac": float(judged.evaluation.sample.return_frac.sum()),
        "sharpe": gates["sharpe"],
        "win_rate": gates["win_rate"],
    }
