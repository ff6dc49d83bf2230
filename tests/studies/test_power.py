"""The power study: bounds that know what they should and no more, whole runs on small markets."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dipmaster.confidence import Events
from dipmaster.core import store
from dipmaster.core.errors import DataError
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params.confidence import BoostedTrees
from studies.exits_in_process import compute_exits
from studies.phases_in_process import evaluate_all_phases
from studies.power import __main__ as power
from studies.power.bounds import (
    MarketRows,
    collect_truth,
    enlarge,
    score_from_others,
)
from studies.power.figures import VERDICTS, find_profitable_reversions
from studies.power.market import PowerCase, score_case
from studies.power.tables import SCORES, PowerResult, build_record
from studies.scores_in_process import score_market
from tests.studies.test_phase_1_markets import SMALL

pytestmark = pytest.mark.slow

TREES = BoostedTrees(
    seed=1,
    rounds=10,
    learning_rate=0.1,
    depth=2,
    min_leaf=5,
    column_frac=1.0,
    l2=1.0,
    max_bins=255,
)
# Large, frequent jumps: who knows which of them revert must win more than who guesses.
PLANTED = SMALL | {
    "ingest.simulated.days": 90,
    "ingest.simulated.jumps_per_day": 4.0,
    "ingest.simulated.informativeness.bars": 0.0,
    "confidence.trees.rounds": 40,
}


def draw_rows(seed: int, n: int = 400) -> MarketRows:
    """A market in which the first of two inputs tells who wins, three times in four."""
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((n, 2))
    won = (rng.random(n) < np.where(inputs[:, 0] > 0.0, 0.75, 0.25)).astype(np.float64)
    return MarketRows(("told", "noise"), inputs, won, np.ones(n), np.ones(n, np.bool_))


def test_pooled_bound_never_learns_from_the_markets_own_rows() -> None:
    """Own outcomes, weights and settled rows change nothing; those of another market do."""
    rows = {seed: draw_rows(seed) for seed in (1, 2, 3)}
    scores = score_from_others(rows, 1, TREES)
    own = replace(
        rows[1], won=1.0 - rows[1].won, weight=9.0 * rows[1].weight, settled=~rows[1].settled
    )
    assert np.array_equal(score_from_others({**rows, 1: own}, 1, TREES), scores)
    other = replace(rows[2], won=1.0 - rows[2].won)
    assert not np.array_equal(score_from_others({**rows, 2: other}, 1, TREES), scores)


def test_pooled_bound_is_calibrated_on_rows_its_models_left_out() -> None:
    """Deep trees on noise: in-sample odds would be far too sure, left-out ones are flat."""
    rows = {seed: draw_rows(seed) for seed in (1, 2, 3)}
    rng = np.random.default_rng(4)
    noise = {seed: replace(one, won=rng.permutation(one.won)) for seed, one in rows.items()}
    deep = TREES.model_copy(update={"rounds": 100, "depth": 6, "min_leaf": 1})
    assert np.ptp(score_from_others(noise, 1, deep)) < 0.1
    large = {seed: draw_rows(seed, 5_000) for seed in rows}
    p = score_from_others(large, 1, TREES)
    assert p[large[1].inputs[:, 0] > 0.5].mean() == pytest.approx(0.75, abs=0.03)


def test_unsettled_rows_are_not_learned_from() -> None:
    rows = {seed: draw_rows(seed) for seed in (1, 2)}
    open_rows = np.arange(400) >= 350
    settled = replace(rows[2], settled=~open_rows)
    spoilt = replace(settled, won=np.where(open_rows, np.nan, settled.won))
    expected = score_from_others({1: rows[1], 2: settled}, 1, TREES)
    assert np.array_equal(score_from_others({1: rows[1], 2: spoilt}, 1, TREES), expected)


def test_one_market_alone_has_no_pooled_bound() -> None:
    with pytest.raises(DataError, match=r"(?s)two or more.*Fix: add a seed"):
        score_from_others({1: draw_rows(1)}, 1, TREES)


def test_enlarged_trees_by_hand() -> None:
    large = enlarge(TREES)
    assert (large.rounds, large.depth, large.min_leaf) == (40, 3, 25)


def test_truth_at_the_candidate_by_hand() -> None:
    """Jumps of -1, -3 and +5 % on bars 1, 3 and 20; signals on bars 2, 14, 15 and 21."""
    times = pd.date_range("2023-01-01", periods=30, freq="5min", tz="UTC").as_unit("ms")
    jump_frac, mark = np.zeros(30), np.zeros(30, np.int8)
    jump_frac[[1, 3, 20]], mark[[1, 3, 20]] = (-0.01, -0.03, 0.05), (1, 2, 1)
    truth = pd.DataFrame(
        {
            "open_time": times,
            "jump_frac": jump_frac,
            "jump_mark": mark,
            "remaining_reversion_frac": np.arange(30.0),
            "sigma_bar": 1.0,
        }
    )
    bars = np.array([2, 14, 15, 21])
    signal_ms = to_epoch_ms(truth["open_time"])[bars]
    events = Events(
        np.arange(4), np.full(4, "A", object), np.zeros(4, np.int64), signal_ms,
        bars, bars, signal_ms, np.zeros(4), np.ones(4, np.bool_),
    )  # fmt: skip
    known = collect_truth({"A": truth}, events)
    assert known["remaining_reversion_frac"].tolist() == [2.0, 14.0, 15.0, 21.0]
    assert known["deepest_fall_frac"].tolist() == [-0.01, -0.03, 0.0, 0.0]
    assert known["deepest_fall_mark"].tolist() == [1.0, 2.0, 0.0, 0.0]
    # Nothing of a later bar is known.
    late = truth.astype({"jump_mark": float})
    late.iloc[15:, 1:] = -9.0
    spoilt = collect_truth({"A": late}, events)
    for name, values in known.items():
        assert spoilt[name][:2].tolist() == values[:2].tolist()
        assert spoilt[name][3] != values[3]
    with pytest.raises(DataError, match="bars and truth of one market"):
        collect_truth({"A": truth[:10]}, events)


def test_profitable_reversions_by_hand() -> None:
    scores = pd.DataFrame({"label": [1, 0, 0, -1]})
    remaining, cost = np.array([0.003, 0.003, 0.001, 0.003]), np.full(4, 0.002)
    profitable = find_profitable_reversions(scores, remaining, cost)
    assert profitable.tolist() == [True, True, False, False]


@pytest.fixture(scope="module")
def planted(project: Path) -> tuple[list[PowerResult], list]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        return power.run_edge([PowerCase(seed, 1.0, 100, True, PLANTED) for seed in (21, 22, 23)])


@pytest.mark.slow
def test_oracle_beats_the_product_on_a_planted_market(planted) -> None:
    """Jumps all revert or not, and no input tells which: only the oracle can know."""
    results, _ = planted
    auc = {
        name: np.array([one.figures[name].auc for one in results], dtype=float) for name in SCORES
    }
    assert (auc["oracle"] > auc["product"]).all()
    assert auc["oracle"].mean() > auc["pooled"].mean()
    for one in results:
        assert one.figures["product"].trades > 0
        assert one.figures["oracle"].reversions == one.figures["pooled"].reversions > 0


@pytest.mark.slow
def test_tables_and_numbers_of_a_run(
    planted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, calibration = planted
    power.print_edge(results, calibration, by_market=True)
    lines = capsys.readouterr().out.splitlines()
    for name in SCORES:
        assert sum(f"| {name} |" in line for line in lines) == 1 + len(results)
    assert lines[1] == "Edge 1, 3 markets (standard errors over markets)"
    assert any(line.startswith("| mean |") for line in lines)
    store.write_json(build_record(1.0, results, calibration), tmp_path / "power.json")
    record = json.loads((tmp_path / "power.json").read_text(encoding="utf-8"))
    assert [market["seed"] for market in record["markets"]] == [21, 22, 23]
    won = record["scores"]["product"]["won"]["value"]
    product = [market["product"] for market in record["markets"]]
    trades = sum(one["trades"] for one in product)
    assert won == pytest.approx(sum(one["won"] for one in product) / trades)


@pytest.mark.slow
def test_the_product_is_the_pipelines(
    project: Path, planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its trades, gates and AUC are those of the evaluation in process, as are the exits'."""
    monkeypatch.chdir(project)
    results, _ = planted
    case, figures = results[0].case, results[0].figures["product"]
    market, params = score_market(case.params), case.params
    _, exit_inputs = compute_exits(market, market.scores, params)
    record, evaluation = evaluate_all_phases(market, market.scores, params, exit_inputs)
    _, selection, exits, *_ = evaluation.phases
    sample, gates = selection.evaluation.sample, selection.evaluation.gates
    assert figures.trades == sample.trades
    assert figures.net_bps == pytest.approx(1e4 * sample.return_frac.sum())
    assert sum(figures.verdicts.values()) == len(gates.rows)
    for verdict in VERDICTS:
        assert figures.verdicts[verdict] == gates.count(verdict)
    assert figures.auc == pytest.approx(record["models"]["confidence"]["auc"]["value"])
    candidate = evaluation.context.eligible_entries.candidate
    off = exit_inputs.plans["hold_net_frac"].to_numpy()
    change = (exits.standalone.net_frac - off)[candidate]
    assert results[0].exit_models.candidates == candidate.size
    assert results[0].exit_models.value == pytest.approx(1e4 * change.mean())


@pytest.mark.slow
def test_figures_do_not_depend_on_the_number_of_workers(
    project: Path, planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setenv("DIPMASTER_WORKERS", "1")
    results, _ = planted
    market = score_case(replace(results[0].case, exits=False))
    assert repr(market.product) == repr(results[0].figures["product"])
    assert repr(market.oracle) == repr(results[0].figures["oracle"])


@pytest.mark.parametrize("seeds", [["301"], ["301", "301"]])
def test_one_seed_is_refused(seeds: list[str], monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["power", "--seeds", *seeds])
    with pytest.raises(SystemExit):
        power.parse_options()
    assert "two or more different seeds" in capsys.readouterr().err
