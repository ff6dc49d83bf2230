"""Through the ladder: models that know which sale costs money fail the phase, others do not."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dipmaster.backtest.entries import places_of
from dipmaster.core.store import read_params
from dipmaster.evaluation import run
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics.gates import PhaseGates
from dipmaster.evaluation.statistics.rules import Ruling
from dipmaster.exits import labels_of, paths_of, positions_of, rows_of
from tests.evaluation.phase_2_world import World, changed, world_of

PASSED = PhaseGates((), Ruling("PASS", "all gates pass"))


@pytest.fixture(scope="module")
def world(project, period, gates) -> World:
    """Eight blocks out of sample."""
    blocks = replace(period, block_days=5)
    return world_of(blocks, read_params("execution").execution, gates)


@pytest.fixture(scope="module")
def exits(project) -> Any:
    return changed(read_params("exits").exits, decision__full=True, decision__partial=True)


def seen_of(world: World, exits: Any, best: int) -> Any:
    """What is read where the score is .95 on bars whose sale is (1) or is not (0) the best."""
    inputs = world.inputs(exits)
    places = places_of(world.candidates, world.panel)
    positions = positions_of(*places, inputs.plans["target_frac"].to_numpy(np.float64), exits)
    rows = rows_of(world.market, positions, world.execution, exits)
    paths = paths_of(world.market, positions, world.execution, exits)
    labels = labels_of(world.market, positions, rows, paths, world.execution)
    said = np.where(labels.exit_is_best == best, 0.95, 0.0)
    knowing = replace(inputs, rows=inputs.rows.assign(exit_probability=said))
    return SimpleNamespace(exits=knowing, candidates=world.candidates, panel=world.panel)


def guarded(world: World, exits: Any, seen: Any, **evaluation: Any) -> PhaseEvaluation:
    """A phase whose gates all pass, looked at by the ladder."""
    nothing: Any = None
    one = PhaseEvaluation(2, nothing, nothing, {}, PASSED, ())
    params: Any = SimpleNamespace(exits=exits, execution=world.execution, gates=world.gates)
    return run._guarded(replace(one, **evaluation), seen, world.period, params)


@pytest.mark.parametrize("best", [0, 1])
def test_a_phase_fails_where_its_models_sell_what_should_be_held(world, exits, best: int) -> None:
    found = guarded(world, exits, seen_of(world, exits, best))
    assert found.gates.ruling.verdict == ("PASS" if best else "FAIL")
    assert bool(found.harm) != bool(best)
    if not best:
        assert found.harm.startswith("the exit models make trades worse: -")
        assert found.gates.ruling.reason == found.harm


def test_who_is_not_asked(world, exits) -> None:
    """An earlier phase, one that abstained, one with a broken ledger, models that are off."""
    seen = seen_of(world, exits, 0)
    broken = (Check("adds up", False, ""),)
    for stays in ({"phase": 1}, {"abstained": "nothing reached it"}, {"checks": broken}):
        found = guarded(world, exits, seen, **stays)
        assert (found.gates, found.harm) == (PASSED, "")
    off = changed(exits, decision__full=False, decision__partial=False)
    assert guarded(world, off, seen).gates is PASSED
