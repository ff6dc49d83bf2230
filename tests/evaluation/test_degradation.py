"""Through the runner: models that know which sale costs money fail the phase, others do not."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from dipmaster.backtest import Ledger
from dipmaster.evaluation import run
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phase import Checks, Phase
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.exits import ExitsPhase
from dipmaster.evaluation.phases.exits.inputs import ExitInputs
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.statistics.gates import PhaseGates
from dipmaster.evaluation.statistics.rules import Ruling
from dipmaster.exits import build_exit_labels, build_exit_rows, build_positions, simulate_hold
from tests.evaluation.phase_2_world import World, changed, world_of
from tests.made.params import read_params

PASSED = PhaseGates((), Ruling("PASS", "all gates pass"))


@pytest.fixture(scope="module")
def world(project, period, gates) -> World:
    """Eight blocks out of sample."""
    blocks = replace(period, block_days=5)
    return world_of(blocks, read_params("execution").execution, gates)


@pytest.fixture(scope="module")
def exits(project) -> Any:
    return changed(read_params("exits").exits, decision__full=True, decision__partial=True)


def knowing_inputs(world: World, exits: Any, best: int) -> ExitInputs:
    """What is read where the score is .95 on bars whose sale is (1) or is not (0) the best."""
    inputs = world.inputs(exits)
    positions = build_positions(
        *world.places, inputs.plans["target_frac"].to_numpy(np.float64), exits
    )
    rows = build_exit_rows(world.market, positions, world.execution, exits)
    paths = simulate_hold(world.market, positions, world.execution, exits)
    labels = build_exit_labels(world.market, positions, rows, paths, world.execution)
    score = np.where(labels.exit_beats_holding == best, 0.95, 0.0)
    return replace(inputs, rows=inputs.rows.assign(exit_probability=score))


@dataclass(frozen=True)
class Unchecked(ExitsPhase):
    """Phase 2 without the checks that need scores and folds."""

    def integrity_checks(self, context: Any, completed: Any, ledger: Ledger) -> Checks:
        return {}


class Later(Phase):
    """A phase after it that leaves by the same models and adds nothing."""

    number, name = 3, "later"


def judged(
    world: World, exits: Any, inputs: ExitInputs, later: tuple[Phase, ...] = (), **found: Any
) -> PhaseEvaluation:
    """The last phase, whose gates all pass, judged by the runner."""
    context, phases = world.context(exits), (BaselinePhase(), SelectionPhase(), Unchecked(inputs))
    completed = run.complete_phases(context, (*phases, *later))
    nothing: Any = None
    one = replace(PhaseEvaluation(2, nothing, nothing, {}, PASSED, ()), **found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "evaluate_phase", lambda *given: one)
        return run.judge_phase(context, completed).evaluation


@pytest.mark.parametrize("best", [0, 1])
def test_a_phase_fails_where_its_models_sell_what_should_be_held(world, exits, best: int) -> None:
    found = judged(world, exits, knowing_inputs(world, exits, best))
    assert found.gates.ruling.verdict == ("PASS" if best else "FAIL")
    assert bool(found.degradation) != bool(best)
    if not best:
        assert found.degradation.reason.startswith("the exit models reduce net return by ")
        assert found.degradation.change_mean_net_bps.high < 0.0
        assert found.gates.ruling.reason == found.degradation.reason


def test_who_is_not_asked(world, exits) -> None:
    """One that abstained, one with a broken ledger, a later phase, models that are off."""
    inputs = knowing_inputs(world, exits, 0)
    broken = (Check("adds up", False, "", 1),)
    for stays in ({"abstained": "nothing reached it"}, {"integrity_checks": broken}):
        found = judged(world, exits, inputs, **stays)
        assert (found.gates, found.degradation) == (PASSED, None)
    later = judged(world, exits, inputs, (Later(),))
    assert (later.gates, later.degradation) == (PASSED, None)
    off = changed(exits, decision__full=False, decision__partial=False)
    assert judged(world, off, inputs).gates is PASSED
