"""Phase 2: phase 1's entries with plans, trails and scores of their own; off, it is phase 1."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dipmaster import backtest
from dipmaster.backtest import EXIT_NAMES
from dipmaster.core.panel import epoch_ms
from dipmaster.core.params import AdaptiveExits
from dipmaster.core.store import read_params
from dipmaster.evaluation.phase_evaluation import inconclusive
from dipmaster.evaluation.phase_orders import judge_phase
from dipmaster.evaluation.phases.exits.integrity import exit_checks
from dipmaster.evaluation.phases.exits.orders import left_adaptively, way_out
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from tests.evaluation.phase_2_world import ALL_OFF, BARS, Formula, World, changed, world_of

SEEN = ("candidate_id", "entry_time", "exit_time", "exit_type", "net_pnl")


@pytest.fixture(scope="module")
def exits(project) -> AdaptiveExits:
    """The roadmap's rules, all on but the boundary, whatever params.yaml says today."""
    return changed(
        read_params("exits").exits, dynamic_target__enabled=True, trailing__enabled=True,
        decision__full=True, decision__partial=True, boundary_from_phase2=False,
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
    orders = after.orders
    for name in ("candidate_id", "signal_index", "size_frac", "stop_frac", "cap_bars",
                 "priority", "confidence", "regime"):  # fmt: skip
        assert np.array_equal(getattr(orders, name), getattr(before.orders, name)), name
    assert not np.array_equal(orders.candidate_id, np.sort(orders.candidate_id))
    planned = inputs.plans["target_frac"].to_numpy()
    assert np.array_equal(orders.target_frac, planned[orders.candidate_id])
    assert np.unique(orders.target_frac).size > 5
    assert after.targets == {
        "win_rate": 0.82, "sharpe": 1.2, "profit_factor": 1.4, "max_drawdown": 0.03
    }  # fmt: skip


def test_scores_are_aligned_to_the_sorted_orders(world, exits) -> None:
    """Each order has its own candidate's rows, looked up one by one."""
    inputs = world.inputs(exits)
    phase = world.second(exits, inputs)
    by_row = inputs.rows.set_index(["candidate_id", "bars_held"])["exit_probability"]
    score = phase.rules.score.score
    assert score.shape == (len(phase.orders), exits.cap_bars)
    rng = np.random.default_rng(1)
    some = rng.choice(len(phase.orders), 40, replace=False)
    for order in some:
        own = by_row.loc[phase.orders.candidate_id[order]]
        found = np.full(exits.cap_bars, np.nan)
        found[own.index.to_numpy()] = own.to_numpy()
        assert np.array_equal(score[order], found, equal_nan=True)
    assert np.isfinite(score).any()
    assert np.isnan(score[:, -1]).all()


def test_switched_off_it_is_phase_1_trade_for_trade(world, exits) -> None:
    off = changed(exits, **ALL_OFF)
    before, after = world.traded(world.first(off)), world.traded(world.second(off))
    assert len(before.trades) > 100
    for name in ("trades", "fills", "equity"):
        pd.testing.assert_frame_equal(getattr(after, name), getattr(before, name), check_exact=True)
    assert after.skipped == before.skipped


@pytest.mark.parametrize("switch", list(ALL_OFF))
def test_each_switch_alone_changes_something(world, exits, switch: str) -> None:
    """So the test above holds every one of them."""
    other = changed(exits, **(ALL_OFF | {switch: not ALL_OFF[switch]}))
    one, two = (world.traded(phase).trades for phase in (world.first(other), world.second(other)))
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
        set(world.traded(world.second(params)).fills["exit_type"])
        for params in (exits, changed(exits, **{off: False}))
    )
    assert word in on
    assert word not in without
    assert other in without


def test_the_ledger_proves_itself(world, exits) -> None:
    inputs = world.inputs(exits)
    ledger = world.traded(world.second(exits, inputs))
    assert {"optimal_timing", "profit_taking", "trailing_stop", "target"} <= set(
        ledger.fills["exit_type"]
    )
    assert all(check.holds for check in exit_checks(ledger, world.candidates, inputs, exits))


def test_random_entries_leave_as_candidates_of_medium_strength_do(world, exits) -> None:
    """Their bars scored anew give what the stored rows of those candidates give."""
    inputs = world.inputs(exits)
    medium = np.flatnonzero(inputs.plans["signal_strength"] == 1)
    assert medium.size > 50
    symbol, bar = (place[medium] for place in world.places)
    alone = left_adaptively(world.market, inputs.models, world.execution, exits)
    own = way_out(inputs, inputs.score(exits.cap_bars), exits).at(medium)
    expected = backtest.outcomes(
        world.panel, symbol, bar, world.execution, own.rules, own.target_frac, exits.stop_frac,
        exits.cap_bars,
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
    alone = left_adaptively(world.market, models, world.execution, exits)
    whole = alone(symbol, bar)
    some = rng.permutation(200)[:50]
    assert np.array_equal(alone(symbol[some], bar[some]), whole[some], equal_nan=True)
    assert np.isnan(whole[:2]).all()
    assert np.isfinite(whole[2:]).sum() > 180


def test_random_entries_are_judged_under_the_phases_exits(world, exits) -> None:
    """The pool of phase 2 is not that of fixed exits, and nothing else is asked of it."""
    around = MatchingCovariates(
        np.zeros((2, BARS), np.int8), np.tile(np.arange(BARS) % 37 / 1e3, (2, 1))
    )
    after, before = world.second(exits), world.first(exits)
    ledger = world.traded(after)
    pools = []
    for alone in (after.alone, before.alone):
        phase = replace(after, alone=alone)
        found = judge_phase(
            phase, ledger, world.panel, around, world.period, world.execution, world.gates
        )
        pools.append(found.chance.pool.return_frac)
        assert [row.phase for row in found.gates.rows] == [2] * 5
    assert pools[0].shape == pools[1].shape
    assert not np.array_equal(*pools)


def test_phase_2_abstains_with_phase_1(world, exits) -> None:
    why = "0 of 9 candidates have a score"
    late = epoch_ms(world.candidates["open_time"]) >= world.period.out_of_sample_ms
    nobody = world.admission.assign(admitted=np.where(late, 0, world.admission["admitted"]))
    silent = replace(world, admission=nobody, abstained=why)
    phase = silent.second(exits)
    around = MatchingCovariates(
        np.zeros((2, BARS), np.int8), np.tile(np.arange(BARS) % 37 / 1e3, (2, 1))
    )
    ledger = silent.traded(phase)
    found = judge_phase(
        phase, ledger, world.panel, around, world.period, world.execution, world.gates
    )
    assert {row.verdict for row in found.gates.rows} == {"INCONCLUSIVE"}
    assert inconclusive(found, world.gates) == f"phase 2 abstained: {why}"


def test_the_future_changes_no_closed_trade(world, exits) -> None:
    """Bars and columns after t are other ones; rows, scores and trades follow; the past stays."""
    whole = world.traded(world.second(exits)).trades
    middle = whole.iloc[len(whole) // 2]
    for time in (middle["signal_time"], middle["entry_time"], middle["exit_time"]):
        bar = int(world.panel.index_of(epoch_ms(pd.Series([time])))[0])
        after = world.later(bar)
        other = after.traded(after.second(exits)).trades
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
    fills = world.traded(world.second(exits, silent)).fills
    assert not set(fills["exit_type"]) & {"optimal_timing", "profit_taking"}
    never = Formula(world.period.last_ms)
    symbol, bar = world.places
    models_off = changed(exits, decision__full=False, decision__partial=False)
    with_none, without = (
        left_adaptively(world.market, never, world.execution, params)(symbol, bar)
        for params in (exits, models_off)
    )
    assert np.array_equal(with_none, without, equal_nan=True)
