"""Bars until the monitor warns when the edge dies, and warnings while the edge stays.

``python -m studies.monitor_delay --seeds 301 306 [--folder FOLDER]``

Each seed is two markets with the same innovations: one whose edge stays, and one whose bars are
those of the first until the middle of the out-of-sample period and those of edge 0 from then on,
prices chained. The whole chain runs on both: models go on learning, and phase 4 goes on trading,
on a market that no longer reverts. A run that was stopped goes on where it was.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.altdata.layer import build_evidence_scores_table
from dipmaster.confidence import build_scores_table, evaluate_scores
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Params
from dipmaster.core.time_units import BAR_MS, DAY_MS, date_to_epoch_ms, out_of_sample_start_ms
from dipmaster.core.wins import is_win
from dipmaster.evaluation.context import build_context
from dipmaster.evaluation.phase import CompletedPhase, Phase
from dipmaster.evaluation.phases.alternative_data import AlternativeDataPhase
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.exits import ExitsPhase
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.phases.sizing import SizingPhase
from dipmaster.evaluation.phases.sizing.inputs import build_sizing_inputs
from dipmaster.evaluation.reading import build_inputs
from dipmaster.evaluation.run import complete_phases
from dipmaster.market.simulator import simulate_market
from dipmaster.market.simulator.simulate import SimulatedMarket
from dipmaster.monitoring import monitor
from dipmaster.monitoring.inputs import MonitoringInputs, WatchedAccount
from dipmaster.monitoring.reading import build_candidates
from dipmaster.monitoring.rollout import Readiness
from studies.changed_params import override_params
from studies.evidence_in_process import build_evidence_inputs, compute_evidence
from studies.exits_in_process import compute_exits
from studies.phase_4.market import FEWER
from studies.resumable import compute_records, hash_code
from studies.scores_in_process import ScoredMarket, score_bars

PRICES = ["open", "high", "low", "close"]
NOT_JUDGED = Readiness("", "", 0, 0, 0, True, 0, 0)


@dataclass(frozen=True)
class DelayCase:
    """One market.

    Attributes
    ----------
    dies
        Whether its edge is 0 from the middle of the out-of-sample period on.
    """

    seed: int
    dies: bool


def compute_record(case: DelayCase) -> dict[str, Any]:
    """Alerts of one market, with bars and trades since the edge died."""
    params = override_params({**FEWER, "ingest.simulated.seed": case.seed})
    death_ms = find_middle(params)
    inputs = build_watched(build_market(params, death_ms if case.dies else None), params)
    return {"seed": case.seed, "dies": case.dies, **describe_alerts(inputs, death_ms, params)}


def describe_alerts(inputs: MonitoringInputs, death_ms: int, params: Params) -> dict[str, Any]:
    """Every alert with the bars and trades from a time until it was first seen."""
    results = monitor(inputs, NOT_JUDGED, params.execution.capital, params.monitoring)
    trades = inputs.accounts[-1].trades
    watched = trades[to_epoch_ms(trades["entry_time"]) >= inputs.out_of_sample_ms]
    exits, later = to_epoch_ms(watched["exit_time"]), watched["exit_time"] >= to_time(death_ms)
    return {
        "trades_before": int((~later).sum()),
        "trades_after": int(later.sum()),
        "win_rate_before": _win_rate(watched[~later]),
        "win_rate_after": _win_rate(watched[later]),
        "alerts": [
            {
                "rule": alert.rule,
                "severity": alert.severity,
                "first_seen": alert.first_seen,
                "bars": _bars_after(alert.first_seen, death_ms),
                "trades": int((later & (exits <= _ms(alert.first_seen))).sum()),
            }
            for alert in results.alerts
        ],
    }


def find_middle(params: Params) -> int:
    """UTC midnight in the middle of the out-of-sample period."""
    market, burn_in = params.ingest.simulated, params.split.burn_in_days
    return date_to_epoch_ms(market.start) + DAY_MS * ((burn_in + market.days) // 2)


def build_market(params: Params, death_ms: int | None) -> SimulatedMarket:
    """The market of the params, its edge gone from a time on.

    Alternative data is the same under both edges: it does not hang on that dial.
    """
    alive = simulate_market(params.ingest.simulated)
    if death_ms is None:
        return alive
    dead = simulate_market(params.ingest.simulated.model_copy(update={"edge": 0.0}))
    bars = {name: join_bars(alive.bars[name], dead.bars[name], death_ms) for name in alive.symbols}
    return replace(alive, bars=bars)


def join_bars(alive: pd.DataFrame, dead: pd.DataFrame, death_ms: int) -> pd.DataFrame:
    """Bars of the first until a time, of the second from then on at the first's prices."""
    later = to_epoch_ms(alive["open_time"]) >= death_ms
    last = int(np.argmax(later)) - 1
    ratio = float(alive["close"].iloc[last] / dead["close"].iloc[last])
    chained = dead.assign(**{name: dead[name] * ratio for name in (*PRICES, "quote_volume")})
    return pd.concat([alive[~later], chained[later]], ignore_index=True)


def build_watched(simulated: SimulatedMarket, params: Params) -> MonitoringInputs:
    """Run the chain to what the monitor looks at; of the accounts the last phase's alone."""
    market = score_bars(simulated.bars, params.ingest.raw.half_spread_bps, params)
    fitted, data, inputs_at = compute_evidence(market, simulated, market.scores, params)
    evidence = build_evidence_inputs(fitted, data, inputs_at, market, params)
    completed = trade(market, AlternativeDataPhase(evidence), params)
    scores = build_scores_table(market.scores)
    no_news = np.full(len(scores), np.nan)
    confidence = build_evidence_scores_table(fitted, no_news)["confidence"]
    number, ledger = completed.phase.number, completed.ledger
    start = date_to_epoch_ms(params.ingest.simulated.start)
    return MonitoringInputs(
        market.panel,
        out_of_sample_start_ms(start, params.split.burn_in_days),
        build_candidates(scores, confidence, market.scores.base.matrix),
        (WatchedAccount(number, ledger.trades, ledger.equity, {}),),
        {},
    )


def trade(market: ScoredMarket, last: Phase, params: Params) -> CompletedPhase:
    """The last phase, traded after those it builds on; nothing is judged."""
    _, exits = compute_exits(market, market.scores, params)
    evaluation = params.confidence.evaluation
    figures = evaluate_scores(market.scores, market.bars_ms, params.split, evaluation)
    table = build_scores_table(market.scores)
    inputs = build_inputs(
        market.panel, market.candidates, table, market.features, None, figures, None
    )
    sizing = build_sizing_inputs(market.panel, market.candidates, market.volatility)
    phases = (BaselinePhase(), SelectionPhase(), ExitsPhase(exits), SizingPhase(sizing), last)
    return complete_phases(build_context(inputs, params), phases)[-1]


def to_time(time_ms: int) -> pd.Timestamp:
    """Milliseconds since 1970 as a UTC time."""
    return pd.Timestamp(time_ms, unit="ms", tz="UTC")


def _win_rate(trades: pd.DataFrame) -> float | None:
    return float(is_win(trades["return_frac"].to_numpy()).mean()) if len(trades) else None


def _ms(stamp: str) -> int:
    return int(pd.Timestamp(stamp).timestamp() * 1000)


def _bars_after(stamp: str, death_ms: int) -> int:
    """Bars from the death to the close of the alert's; below 0 where it came before."""
    return (_ms(stamp) + BAR_MS - death_ms) // BAR_MS


def render(records: Mapping[str, Any]) -> str:
    """A line a market."""
    lines = [
        "| seed | edge | trades before, after | win rate after | warnings |",
        "|---|---|---|---|---|",
    ]
    for record in records.values():
        alerts = "; ".join(
            f"{one['rule']} ({one['severity']}) {one['first_seen'][:10]}, {one['bars']} bars, "
            f"{one['trades']} trades"
            for one in record["alerts"]
        )
        rate = record["win_rate_after"]
        lines.append(
            f"| {record['seed']} | {'dies' if record['dies'] else 'stays'} | "
            f"{record['trades_before']}, {record['trades_after']} | "
            f"{'-' if rate is None else f'{rate:.3f}'} | {alerts or 'none'} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Compute what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs=2, required=True, metavar=("FIRST", "LAST"))
    parser.add_argument("--folder", type=Path, default=Path("build/monitor_delay"))
    options = parser.parse_args()
    cases = {
        f"{'dies' if dies else 'stays'}-{seed}": DelayCase(seed, dies)
        for seed in range(options.seeds[0], options.seeds[1] + 1)
        for dies in (True, False)
    }
    print(render(compute_records(compute_record, cases, options.folder / hash_code())))


if __name__ == "__main__":
    main()
