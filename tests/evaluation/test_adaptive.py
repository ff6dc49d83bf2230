"""Phase 2: phase 1's entries with plans, trails and scores of their own; off, it is phase 1."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster import backtest
from dipmaster.backtest import EXIT_NAMES
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import AdaptiveExits
from dipmaster.evaluation.phase import Abstention
from dipmaster.evaluation.phase_evaluation import (
    EntryUniverse,
    describe_inconclusive,
    evaluate_phase,
)
from dipmaster.evaluation.phases.exits import ExitsPhase
from dipmaster.evaluation.phases.exits.integrity import check_exits
from dipmaster.evaluation.phases.exits.policy import adaptive_exit_returns
from dipmaster.evaluation.standalone import build_standalone_trades
from dipmaster.exits import ExitRows
from tests.evaluation.phase_2_world import ALL_OFF, BARS, Formula, World, changed, world_of
from tests.made.params import read_params

pytestmark = pytest.mark.slow

SEEN = ("candidate_id", "entry_time", "exit_time", "exit_type", "net_pnl")


@pytest.fixture(scope="module")
def exits(project) -> AdaptiveExits:
    """The roadmap's rules, all on but the quarter-hour exit, whatever params.yaml says today."""
    return changed(
        read_params("exits").exits, dynamic_target__enabled=True, trailing__enabled=True,
        decision__full=True, decision__partial=True, quarter_hour_exit_from_phase_2=False,
        dynamic_target__min_past=20,
    )  # fmt: skip


@pytest.fixture(scope="module")
def world(project, period, gates) -> World:
    entry = gates.random_entry.model_copy(update={"pool": 300, "draws": 100})
    some = {"bootstrap_reps": 100, "block_days": 10, "min_blocks": 4, "random_entry": entry}
    return world_of(period, read_params("execution").execution, gates.model_copy(update=some))


def test_orders_are_phase_1s_with_targets_of_their_plans(world, exits) -> None:
    inputs = world.inputs(exits)
    before, after = world.first(exits), world.second(exits, inputs)
    orders = after.orders.entries
    for name in ("candidate_id", "signal_index", "size_frac", "stop_frac", "max_holding_bars",
                 "priority", "confidence", "regime"):  # fmt: skip
        assert np.array_equal(getattr(orders, name), getattr(before.orders.entries, name)), name
    assert not np.array_equal(orders.candidate_id, np.sort(orders.candidate_id))
    planned = inputs.plans["target_frac"].to_numpy()
    assert np.array_equal(orders.target_frac, planned[orders.candidate_id])
    assert np.unique(orders.target_frac).size > 5
    assert after.phase.targets(world.gates) == {
        "win_rate": 0.82, "sharpe": 1.2, "profit_factor": 1.4, "max_drawdown": 0.03
    }  # fmt: skip


def test_scores_are_aligned_to_the_sorted_orders(world, exits) -> None:
    """Each order has its own candidate's rows, looked up one by one."""
    inputs = world.inputs(exits)
    phase = world.second(exits, inputs)
    rows = inputs.rows.set_index(["candidate_id", "bars_held"])
    by_row = rows["exit_probability"].where(rows["licensed"] == 1)
    assert (rows["licensed"] == 0).any()
    candidate = phase.orders.entries.candidate_id
    score = phase.exit_policy.at(candidate).rules.score.score
    assert score.shape == (len(candidate), exits.max_holding_bars)
    rng = np.random.default_rng(1)
    some = rng.choice(len(candidate), 40, replace=False)
    for order in some:
        own = by_row.loc[candidate[order]]
        found = np.full(exits.max_holding_bars, np.nan)
        found[own.index.to_numpy()] = own.to_numpy()
        assert np.array_equal(score[order], found, equal_nan=True)
    assert np.isfinite(score).any()
    assert np.isnan(score[:, -1]).all()


def test_switched_off_it_is_phase_1_trade_for_trade(world, exits) -> None:
    off = changed(exits, **ALL_OFF)
    _, before, after = (one.ledger for one in world.completed(off))
    assert len(before.trades) > 100
    for name in ("trades", "fills", "equity"):
        pd.testing.assert_frame_equal(getattr(after, name), getattr(before, name), check_exact=True)
    assert after.rejected == before.rejected


@pytest.mark.parametrize("switch", list(ALL_OFF))
def test_each_switch_alone_changes_something(world, exits, switch: str) -> None:
    """So the test above holds every one of them."""
    other = changed(exits, **(ALL_OFF | {switch: not ALL_OFF[switch]}))
    _, one, two = (phase.ledger.trades for phase in world.completed(other))
    assert not one[list(SEEN)].equals(two[list(SEEN)])


@pytest.mark.parametrize(
    ("off", "word", "other"),
    [
        ("decision__full", "optimal_timing", "profit_taking"),
        ("decision__partial", "profit_taking", "optimal_timing"),
        ("trailing__enabled", "trailing_stop", "optimal_timing"),
    ],
)
def test_a_rule_that_is_off_never_fires(world, exits, off, word, other) -> None:
    on, without = (
        set(world.second(params).ledger.fills["exit_type"])
        for params in (exits, changed(exits, **{off: False}))
    )
    assert word in on
    assert word not in without
    assert other in without


def test_the_ledger_proves_itself(world, exits) -> None:
    inputs = world.inputs(exits)
    ledger = world.second(exits, inputs).ledger
    assert {"optimal_timing", "profit_taking", "trailing_stop", "target"} <= set(
        ledger.fills["exit_type"]
    )
    assert all(check.passed for check in check_exits(ledger, world.candidates, inputs, exits))


def test_random_entries_leave_as_candidates_of_medium_strength_do(world, exits) -> None:
    """Their bars scored anew give what the stored rows of those candidates give."""
    inputs = world.inputs(exits)
    medium = np.flatnonzero(inputs.plans["signal_strength"] == 1)
    assert medium.size > 50
    symbol, bar = (place[medium] for place in world.places)
    alone = adaptive_exit_returns(world.market, inputs.models, world.execution, exits)
    own = ExitsPhase(inputs).exit_policy(world.context(exits), ()).at(medium)
    expected = backtest.simulate_independent_trades(
        world.panel, symbol, bar, world.execution, own.rules, own.target_frac, exits.stop_frac,
        exits.max_holding_bars,
    )  # fmt: skip
    assert np.array_equal(alone(symbol, bar), expected.net_frac, equal_nan=True)
    words = {EXIT_NAMES[kind] for kind in expected.exit_type}
    assert {"optimal_timing", "target"} <= words


def test_each_random_entry_stands_alone(world, exits) -> None:
    """Order and company of the bars count for nothing; a bar without a next one is missing."""
    rng = np.random.default_rng(4)
    symbol, bar = rng.integers(0, 2, 200), rng.integers(0, BARS, 200)
    bar[:2] = BARS - 1, 4999
    models = world.inputs(exits).models
    alone = adaptive_exit_returns(world.market, models, world.execution, exits)
    whole = alone(symbol, bar)
    some = rng.permutation(200)[:50]
    assert np.array_equal(alone(symbol[some], bar[some]), whole[some], equal_nan=True)
    assert np.isnan(whole[:2]).all()
    assert np.isfinite(whole[2:]).sum() > 180


def test_random_entries_are_judged_under_the_phases_exits(world, exits) -> None:
    """The pool of phase 2 is not that of fixed exits, and nothing else is asked of it."""
    _, before, after = world.completed(exits)
    covariates, targets = world.context(exits).inputs.covariates, after.phase.targets(world.gates)
    pools = []
    for simulator in (after.exit_simulator, before.exit_simulator):
        universe = EntryUniverse(world.panel, covariates, simulator)
        found = evaluate_phase(
            2, after.ledger, universe, world.period, targets, world.execution, world.gates
        )
        pools.append(found.random_entry.pool.return_frac)
        assert [row.phase for row in found.gates.rows] == [2] * 5
    assert pools[0].shape == pools[1].shape
    assert not np.array_equal(*pools)


def test_phase_2_abstains_with_phase_1(world, exits) -> None:
    late = to_epoch_ms(world.candidates["open_time"]) >= world.period.out_of_sample_ms
    nobody = world.filter_results.assign(
        admitted=np.where(late, 0, world.filter_results["admitted"])
    )
    silent = replace(world, filter_results=nobody)
    _, before, phase = silent.completed(exits)
    reached = int(world.filter_results["passes_threshold"][late].sum())
    why = f"{reached} of {late.sum()} candidates reached the threshold, none of them was admitted"
    assert phase.orders.abstention == before.orders.abstention == Abstention(why, "steps")
    universe = EntryUniverse(
        world.panel, silent.context(exits).inputs.covariates, phase.exit_simulator
    )
    found = evaluate_phase(
        2, phase.ledger, universe, world.period, phase.phase.targets(world.gates),
        world.execution, world.gates, why,
    )  # fmt: skip
    assert {row.verdict for row in found.gates.rows} == {"INSUFFICIENT DATA"}
    assert describe_inconclusive(found, world.gates) == f"phase 2 abstained: {why}"


def test_the_future_changes_no_closed_trade(world, exits) -> None:
    """Bars and columns after t are other ones; rows, scores and trades follow; the past stays."""
    whole = world.second(exits).ledger.trades
    middle = whole.iloc[len(whole) // 2]
    for time in (middle["signal_time"], middle["entry_time"], middle["exit_time"]):
        bar = int(world.panel.index_of(to_epoch_ms(pd.Series([time])))[0])
        after = world.later(bar)
        other = after.second(exits).ledger.trades
        closed = [
            frame.loc[frame["exit_time"] <= time, list(SEEN)].reset_index(drop=True)
            for frame in (whole, other)
        ]
        assert len(closed[0]) > 20
        pd.testing.assert_frame_equal(*closed, check_exact=True)
        assert not other[list(SEEN)].equals(whole[list(SEEN)])


def test_without_models_only_levels_and_time_decide(world, exits) -> None:
    inputs = world.inputs(exits)
    silent = replace(inputs, rows=inputs.rows.assign(exit_probability=np.nan))
    fills = world.second(exits, silent).ledger.fills
    assert not set(fills["exit_type"]) & {"optimal_timing", "profit_taking"}
    never = Formula(world.period.last_ms)
    symbol, bar = world.places
    models_off = changed(exits, decision__full=False, decision__partial=False)
    with_none, without = (
        adaptive_exit_returns(world.market, never, world.execution, params)(symbol, bar)
        for params in (exits, models_off)
    )
    assert np.array_equal(with_none, without, equal_nan=True)


def test_without_models_is_what_the_stage_stored(world, exits) -> None:
    """Every candidate followed again without models, against plans.parquet; gross is not kept."""
    inputs, context = world.inputs(exits), world.context(exits)
    models_off = changed(exits, decision__full=False, decision__partial=False)
    policy = ExitsPhase(inputs).exit_policy(world.context(models_off), ())
    entries = context.eligible_entries
    again = build_standalone_trades("again", entries, context.simulate_standalone(policy))
    stored = inputs.without_models("stored", entries)
    assert len(stored) == len(entries) > 200
    assert np.unique(stored.exit_type).size > 2
    assert np.isnan(stored.gross_frac).all()
    for name in ("candidate", "day", "block", "entry_index", "exit_index", "exit_type",
                 "net_frac", "open_at_end"):  # fmt: skip
        assert np.array_equal(getattr(stored, name), getattr(again, name)), name


def test_the_baselines_standalone_trade_is_the_label(world, exits) -> None:
    """What labels are made of and what evaluation simulates is one trade."""
    zero = world.completed(exits)[0].standalone
    label = backtest.triple_barrier_labels(world.candidates, world.panel, world.execution, exits)
    assert np.array_equal(zero.net_frac, label.net_frac, equal_nan=True)
    assert np.array_equal(zero.exit_index, label.exit_index)


def test_random_entries_are_scored_only_while_open(world, exits) -> None:
    """Fewer rows than stored ones; that none of the others counts is the test of medium ones."""

    class Counting:
        def score(self, rows: ExitRows, signal_ms: np.ndarray, max_holding_bars: int) -> np.ndarray:
            asked.append(len(rows))
            return formula.score(rows, signal_ms, max_holding_bars)

        def licensed(self, signal_ms: np.ndarray) -> np.ndarray:
            return formula.licensed(signal_ms)

    asked: list[int] = []
    formula: Any = Formula(world.period.first_ms)
    models: Any = Counting()
    counted, plain = (
        adaptive_exit_returns(world.market, one, world.execution, exits)(*world.places)
        for one in (models, formula)
    )
    assert np.array_equal(counted, plain, equal_nan=True)
    assert 0 < sum(asked) < 0.9 * len(world.inputs(exits).rows)
