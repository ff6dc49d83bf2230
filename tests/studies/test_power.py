"""The power study: bounds that know what they should and no more, figures by hand, errors."""

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
from studies.power import __main__ as power
from studies.power.bounds import (
    MarketRows,
    collect_truth,
    enlarge,
    score_from_others,
)
from studies.power.exit_models import ExitModelsCost
from studies.power.figures import ScoreFigures, find_profitable_reversions
from studies.power.market import PowerCase
from studies.power.summary import (
    RATIOS,
    Figure,
    compare_with_wins,
    count_verdicts,
    measure_calibration,
    pool_exit_models,
    pool_ratio,
)
from studies.power.tables import SCORES, PowerResult, build_record, render_exit_models
from tests.studies.test_phase_1_markets import SMALL

TREES = BoostedTrees(
    seed=1, rounds=10, learning_rate=0.1, depth=2, min_leaf=5, column_frac=1.0, l2=1.0
)
# Large, frequent jumps: who knows which of them revert must win more than who guesses.
PLANTED = SMALL | {
    "ingest.simulated.days": 90,
    "ingest.simulated.jumps_per_day": 4.0,
    "ingest.simulated.informativeness.bars": 0.0,
    "confidence.trees.rounds": 40,
}
RATIO = {ratio.name: ratio for ratio in RATIOS}


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


FIRST = ScoreFigures(
    candidates=10, auc=0.6, log_loss=0.65, trades=4, won=3, p_sum=3.2, gain=30.0, loss=10.0,
    net_bps=20.0, sharpe=2.0, planted_recall=0.2, reversions=10, reversions_traded=2,
    surprise=np.array([0.5, -0.3]), verdicts={"PASS": 1, "FAIL": 0, "INCONCLUSIVE": 4},
)  # fmt: skip
SECOND = replace(
    FIRST, auc=0.7, trades=1, won=1, p_sum=0.8, gain=10.0, loss=0.0, sharpe=1.0,
    surprise=np.array([-0.2]),
)  # fmt: skip
SILENT = replace(
    FIRST, trades=0, won=0, p_sum=0.0, gain=0.0, loss=0.0, net_bps=0.0, sharpe=None,
    reversions_traded=0, surprise=np.zeros(0), verdicts={"PASS": 0, "FAIL": 0, "INCONCLUSIVE": 5},
)  # fmt: skip


def test_a_mean_has_its_usual_error() -> None:
    figure = pool_ratio(RATIO["AUC"], [FIRST, SECOND, replace(FIRST, auc=0.5)])
    assert figure.value == pytest.approx(0.6)
    assert figure.error == pytest.approx(0.1 / np.sqrt(3))


def test_markets_together_by_hand() -> None:
    markets = [FIRST, SECOND, SILENT]
    assert pool_ratio(RATIO["won"], markets).value == pytest.approx(4 / 5)
    assert pool_ratio(RATIO["mean p"], markets).value == pytest.approx(4 / 5)
    assert pool_ratio(RATIO["traded"], markets).value == pytest.approx(5 / 3)
    assert pool_ratio(RATIO["Sharpe"], markets).value == pytest.approx(1.0)
    assert pool_ratio(RATIO["reversions traded"], markets).value == pytest.approx(4 / 30)
    # Without the first market nothing was lost: a factor, but no error of it.
    factor = pool_ratio(RATIO["profit factor"], markets)
    assert factor.value == pytest.approx(4.0)
    assert factor.error is None
    # Jackknife of 4 wins of 5 trades: 1 of 1 and 3 of 4 with one market left out.
    assert pool_ratio(RATIO["won"], markets).error == pytest.approx(np.sqrt(2 * 0.125**2 / 2))
    assert compare_with_wins(markets) == pytest.approx(0.0, abs=1e-12)
    assert compare_with_wins([FIRST]) == pytest.approx(0.2 / np.hypot(0.5, 0.3))
    assert count_verdicts(markets) == {"PASS": 2, "FAIL": 0, "INCONCLUSIVE": 13}


def test_nothing_traded_has_no_win_rate() -> None:
    for name in ("won", "mean p", "profit factor"):
        assert pool_ratio(RATIO[name], [SILENT, SILENT]) == Figure(None, None)
    assert pool_ratio(RATIO["Sharpe"], [SILENT, SILENT]).value == 0.0
    assert compare_with_wins([SILENT]) is None


def test_calibration_by_regime_finds_a_slope() -> None:
    """Log odds said are twice those seen, in the low regime alone."""
    rng = np.random.default_rng(5)

    def draw() -> pd.DataFrame:
        odds, regime = rng.normal(0.0, 1.5, 20_000), rng.integers(0, 2, 20_000)
        true_odds = np.where(regime == 0, odds / 2, odds)
        label = rng.random(20_000) < 1.0 / (1.0 + np.exp(-true_odds))
        p = 1.0 / (1.0 + np.exp(-odds))
        return pd.DataFrame({"regime": regime, "confidence": p, "label": label.astype(int)})

    markets = [draw() for _ in range(4)]
    low, normal, high, everything = measure_calibration(markets)
    assert low.slope.value == pytest.approx(0.5, abs=0.03)
    assert normal.slope.value == pytest.approx(1.0, abs=0.05)
    assert 0.0 < low.slope.error < 0.03
    assert (high.n, high.mean_p, high.slope.value) == (0, None, None)
    assert everything.n == low.n + normal.n == 80_000


def test_exit_models_of_many_markets() -> None:
    costs = [ExitModelsCost(100, value, value - 1, value + 1, value < -1) for value in (-2.0, 1.0)]
    mean, low, high = pool_exit_models(costs)
    assert mean == pytest.approx(-0.5)
    assert (high - low) / 2 == pytest.approx(12.706 * 1.5, rel=1e-3)
    results = [PowerResult(PowerCase(7 + i, 0.8, 9), {}, cost) for i, cost in enumerate(costs)]
    lines = render_exit_models(results).splitlines()
    assert lines[2] == "| 7 | 100 | -2.00 [-3.00, -1.00] | yes |"
    assert lines[-1].startswith("| mean |  | -0.50 [")
    assert lines[-1].endswith("| 1 of 2 |")


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
def test_the_product_is_the_pipelines(project: Path, planted, monkeypatch) -> None:
    """Its trades, gates and AUC are those of the evaluation in process."""
    from studies.in_process import evaluate_all_phases, score_market

    monkeypatch.chdir(project)
    results, _ = planted
    case, figures = results[0].case, results[0].figures["product"]
    market = score_market(case.params)
    record, evaluation = evaluate_all_phases(market, market.scores, case.params)
    phase = evaluation.phases[-1].evaluation
    assert figures.trades == phase.sample.trades
    assert figures.net_bps == pytest.approx(1e4 * phase.sample.return_frac.sum())
    assert sum(figures.verdicts.values()) == len(phase.gates.rows)
    assert figures.verdicts["PASS"] == phase.gates.count("PASS")
    assert figures.auc == pytest.approx(record["models"]["confidence"]["auc"]["value"])


@pytest.mark.parametrize("seeds", [["301"], ["301", "301"]])
def test_one_seed_is_refused(seeds: list[str], monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["power", "--seeds", *seeds])
    with pytest.raises(SystemExit):
        power.parse_options()
    assert "two or more different seeds" in capsys.readouterr().err
