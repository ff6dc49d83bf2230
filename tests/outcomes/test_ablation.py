"""Phases left out: traded again by another path, and what must be left of nothing."""

from dataclasses import replace

import numpy as np
import pandas as pd

from dipmaster.evaluation.phase import Phase
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.exits import ExitsPhase
from dipmaster.evaluation.phases.sizing import SizingPhase
from dipmaster.evaluation.run import complete_phases
from dipmaster.outcomes.ablation import list_not_left_out, pair_with_ablated, trade_without
from tests.evaluation.sizing.conftest import Selection


class EmptyPhase(Phase):
    """Adds nothing."""

    number = 4
    name = "empty"


def same(one, two) -> None:
    for table in ("trades", "fills", "equity"):
        pd.testing.assert_frame_equal(
            getattr(one.ledger, table), getattr(two.ledger, table), check_exact=True
        )


def phases(sized):
    return {
        0: BaselinePhase(),
        1: Selection(),
        2: ExitsPhase(sized.world.inputs(sized.exits)),
        3: SizingPhase(sized.inputs),
    }


def test_without_the_last_phase_it_is_the_one_before(context, traded) -> None:
    same(trade_without(context, traded, 3), traded[2])


def test_without_exits_the_orders_are_sized_on_the_exits_of_phase_1(context, traded, sized) -> None:
    """As if there had never been a phase 2."""
    given = phases(sized)
    expected = complete_phases(context, (given[0], given[1], given[3]))[-1]
    found = trade_without(context, traded, 2)
    same(found, expected)
    assert found.exit_policy is traded[1].exit_policy
    assert not found.ledger.trades.equals(traded[3].ledger.trades)


def test_without_selection_every_candidate_is_ordered_and_sized(context, traded) -> None:
    found = trade_without(context, traded, 1)
    ordered = set(found.orders.entries.candidate_id.tolist())
    everything = set(traded[0].orders.entries.candidate_id.tolist())
    admitted = set(traded[3].orders.entries.candidate_id.tolist())
    assert admitted < ordered <= everything
    confidence = context.filter_results["confidence"].to_numpy()
    entries = found.orders.entries
    np.testing.assert_array_equal(entries.confidence, confidence[entries.candidate_id])
    assert found.exit_policy.target_frac.tolist() == traded[3].exit_policy.target_frac.tolist()


def test_a_filter_that_admits_everything_contributes_nothing(context, sized) -> None:
    table = context.filter_results.assign(admitted=np.int8(1), passes_threshold=np.int8(1))
    lenient = replace(context, filter_results=table)
    completed = complete_phases(lenient, tuple(phases(sized).values()))
    same(trade_without(lenient, completed, 1), completed[-1])


def test_a_phase_that_adds_nothing_contributes_nothing(context, sized, traded) -> None:
    completed = complete_phases(context, (*phases(sized).values(), EmptyPhase()))
    same(trade_without(context, completed, 4), traded[3])
    same(completed[-1], traded[3])


def test_every_phase_but_the_first_is_left_out_once(context, traded) -> None:
    pairs = pair_with_ablated(context, traded)
    assert [pair.phase for pair in pairs] == [1, 2, 3]
    assert {pair.after.trades for pair in pairs} == {pairs[0].after.trades}
    assert [one.phase for one in list_not_left_out(traded)] == [0]
