"""Phases 1 and 2 in one process: the figures of the stages, tables by hand."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from dipmaster.confidence import build_scores_table
from dipmaster.core import catalog, store
from dipmaster.core.errors import PipelineError
from dipmaster.core.tables import BARS, SCORES
from dipmaster.market.description import describe_market
from dipmaster.market.simulator import simulate_market
from dipmaster.results.serialisation import to_json, write_result
from stages import alt_data, confidence, exits, features, validate, volatility
from studies.changed_params import override_params
from studies.evidence_in_process import build_evidence_inputs, compute_evidence
from studies.exits_in_process import compute_exits
from studies.phase_1_markets import PHASE_1_COLUMNS, render_table, summarize
from studies.phase_1_rows import Phase1Case, Phase1Row, compute_row
from studies.phases_in_process import evaluate_all_phases
from studies.scores_in_process import score_bars
from tests.made.params import read_values
from tests.stages.small_market import put_channels

pytestmark = pytest.mark.slow

SMALL = {
    "ingest.simulated.coins": 3,
    "ingest.simulated.days": 75,
    "signal.z_min": 0.5,
    "confidence.min_train": {"candidates": 30, "per_class": 5},
    "confidence.trees.rounds": 12,
    "confidence.trees.min_leaf": 8,
    "confidence.cross_fitting": {"runs": 3, "refit_months": 1},
    "confidence.correlation_days": 10,
    "confidence.evaluation.block_days": 2,
    "confidence.evaluation.bootstrap_reps": 100,
    "confidence.evaluation.bins": 4,
    "confidence.thresholds": {
        "low_volatility": 0.3, "normal_volatility": 0.3, "high_volatility": 0.3,
    },
    "exits.models.min_train": {"candidates": 30, "per_class": 5},
    "exits.models.trees.rounds": 12,
    "exits.models.evaluation.block_days": 2,
    "exits.models.evaluation.bootstrap_reps": 100,
    "exits.models.evaluation.bins": 4,
    "exits.models.evaluation.permutations": 1,
    "volatility.garch.window_days": 7,
    "volatility.garch.min_days": 3,
    "volatility.har.window_days": 14,
    "volatility.har.min_days": 1,
    "volatility.range_window_days": 4,
    "volatility.evaluation.min_days": 2,
    "volatility.evaluation.block_days": 4,
    "volatility.evaluation.bootstrap_reps": 100,
    "split.burn_in_days": 62,
    "split.models_from_day": 14,
    "gates.block_days": 2,
    "gates.bootstrap_reps": 100,
    "gates.random_entry.draws": 100,
    "gates.min_trades": 10,
    "sizing.rule": "inverse_volatility",
    "alternative_data.model.runs": 3,
    "alternative_data.model.min_train": {"candidates": 30, "per_class": 5},
    "alternative_data.model.trees.rounds": 12,
    "alternative_data.model.trees.min_leaf": 8,
    "alternative_data.model.evaluation.block_days": 2,
    "alternative_data.model.evaluation.bootstrap_reps": 100,
    "alternative_data.model.evaluation.permutations": 19,
    "alternative_data.model.evaluation.feed_permutations": 9,
}  # fmt: skip


def as_json(value: object) -> object:
    """What a reader of the JSON finds."""
    return json.loads(json.dumps(store.to_json_value(value)))


def test_figures_are_those_of_the_stages(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scores, exits, their records, ledgers and gates, from the stages' files and in process."""
    monkeypatch.chdir(project)
    params = override_params(SMALL)
    dials = params.ingest.simulated.model_copy(update={"seed": 21})
    simulated = simulate_market(dials)
    bars = simulated.bars
    market = score_bars(bars, params.ingest.raw.half_spread_bps, params)
    exit_models, exit_inputs = compute_exits(market, market.scores, params)
    fitted, coverage, inputs_at = compute_evidence(market, simulated, market.scores, params)
    evidence = build_evidence_inputs(fitted, coverage, inputs_at, market, params)
    record, result = evaluate_all_phases(market, market.scores, params, exit_inputs, evidence)

    raw = read_values() | params.values()
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(as_json(raw)), encoding="utf-8")
    for symbol, frame in bars.items():
        store.write_table(frame, BARS, catalog.BARS / f"{symbol}.parquet")
    write_result(describe_market("simulated", bars, (), 0.0), catalog.MARKET)
    store.write_json({"known": False}, catalog.TRUTH / "about.json")
    store.write_json({"charged": dict.fromkeys(bars, False)}, catalog.FUNDING_ABOUT)
    put_channels(simulated)
    for stage in (features, volatility, confidence, exits, alt_data, validate):
        stage.main()

    written = store.read_table(catalog.CONFIDENCE / "scores.parquet", SCORES)
    pd.testing.assert_frame_equal(
        build_scores_table(market.scores), written, check_dtype=False, check_exact=True
    )
    assert as_json(record) == store.read_json(catalog.CONFIDENCE_METRICS)
    assert as_json(to_json(exit_models)) == store.read_json(catalog.EXITS_METRICS)
    for name, in_memory in (("plans", exit_inputs.plans), ("rows", exit_inputs.rows)):
        stored = store.read_table(catalog.EXITS / f"{name}.parquet")[list(in_memory.columns)]
        pd.testing.assert_frame_equal(in_memory, stored, check_dtype=False, check_exact=True)
    assert as_json(to_json(evidence.record)) == store.read_json(catalog.ALTERNATIVE_METRICS)
    stored = store.read_table(catalog.EVIDENCE_SCORES)
    pd.testing.assert_frame_equal(evidence.scores, stored, check_dtype=False, check_exact=True)
    assert (stored["uses_evidence"] == 1).sum() > 50
    assert len(result.ledgers) == 5
    for phase, ledger in result.ledgers.items():
        trades = store.read_table(Path(f"data/validate/trades_phase_{phase}.parquet"))
        assert ledger.trades["net_pnl"].tolist() == trades["net_pnl"].tolist()
    assert min(evaluation.sample.trades for evaluation in result.evaluations) > 0
    rows = [to_json(row) for evaluation in result.evaluations for row in evaluation.gates.rows]
    assert as_json(rows) == store.read_json(Path("reports/metrics/gates.json"))


@pytest.fixture(scope="module")
def market_row(project: Path) -> Phase1Row:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        return compute_row(Phase1Case(21, 0.8, 100, SMALL))


def test_table_of_a_market(market_row: Phase1Row) -> None:
    assert market_row.trades > 0
    lines = render_table(PHASE_1_COLUMNS, [market_row]).splitlines()
    assert len(lines) == 3
    assert {line.count("|") for line in lines} == {len(PHASE_1_COLUMNS) + 1}
    assert lines[2].startswith("| 0.8 | 21 | ")


def test_markets_together_by_hand(market_row: Phase1Row) -> None:
    """Three trades, two won, p .7, .8, .9; another market without a trade."""
    gate = next(iter(market_row.gates.values()))
    gates = {"win_rate": replace(gate, verdict="PASS"), "sharpe": replace(gate, verdict="FAIL")}
    second_row = replace(
        market_row, reached=4, reached_won=3, reached_bps=20.0, trades=3, won=2, p_sum=2.4,
        surprise=np.array([0.3, 0.0, -0.7]), gates=gates,
    )  # fmt: skip
    without_trades = replace(
        second_row, reached=0, reached_won=0, reached_bps=0.0, trades=0, won=0, p_sum=0.0,
        surprise=np.zeros(0), gates={"win_rate": gates["sharpe"]},
    )  # fmt: skip
    words = summarize([second_row, without_trades])
    assert "abstained on 1 of 2 markets; 1 of 3 gates PASS" in words
    assert "at the threshold 4, won 0.750, net 5.0 bps" in words
    error = np.sqrt(0.3**2 + 0.7**2) / 3
    assert f"won 0.667, mean p 0.800: won less p -0.133 (standard error {error:.3f}" in words
    assert summarize([without_trades]).endswith(
        "at the threshold 0, won -, net - bps; nothing traded"
    )


def test_a_value_that_is_not_there_cannot_be_changed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    assert override_params({"gates.random_entry.draws": 123}).gates.random_entry.draws == 123
    with pytest.raises(PipelineError, match=r"no gates\.reps"):
        override_params({"gates.reps": 3})
