"""The one verdict: nothing before the final phase is there, then the final phase's."""

from typing import Any

import pytest

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation, with_degradation
from dipmaster.evaluation.statistics.gates import PhaseGates
from dipmaster.evaluation.statistics.rules import Ruling
from dipmaster.evaluation.verdict import judge_overall


def evaluation(phase: int, verdict: Any = "INCONCLUSIVE", degradation: str = "") -> PhaseEvaluation:
    nothing: Any = None
    gates = PhaseGates((), Ruling(verdict, f"because of {phase}"))
    one = PhaseEvaluation(phase, nothing, nothing, {}, gates, ())
    return with_degradation(one, degradation)


def built(*phases: int) -> list[PhaseEvaluation]:
    return [evaluation(phase, "PASS") for phase in phases]


def everything(**verdicts: Any) -> list[PhaseEvaluation]:
    """Phases 0 to 4, PASS unless it is said, e.g. ``phase_1="FAIL"``."""
    phases = range(FINAL_PHASE + 1)
    return [evaluation(phase, verdicts.get(f"phase_{phase}", "PASS")) for phase in phases]


def test_it_waits_for_the_phases() -> None:
    assert judge_overall(built(0)).reason == (
        "phases 1 to 4 are not built; phase 0 is held against the final targets for "
        "information and never counts"
    )
    assert judge_overall(built(0, 1)).reason.startswith("phases 2 to 4 are not built")
    assert judge_overall(built(0, 1, 2)).reason.startswith("phases 3 to 4 are not built")
    assert judge_overall(built(0, 1, 2, 3)).reason.startswith("phase 4 is not built")
    for last in range(FINAL_PHASE):
        assert judge_overall(built(*range(last + 1))).verdict == "INCONCLUSIVE"


@pytest.mark.parametrize("verdict", ["PASS", "FAIL", "INCONCLUSIVE"])
def test_with_all_phases_it_is_the_final_ones(verdict: str) -> None:
    assert judge_overall(everything(phase_4=verdict)) == Ruling(verdict, "phase 4: because of 4")


@pytest.mark.parametrize("verdict", ["PASS", "FAIL", "INCONCLUSIVE"])
def test_phase_0_never_counts(verdict: str) -> None:
    assert judge_overall(everything(phase_0=verdict)) == judge_overall(everything())


def test_no_earlier_phase_fails_in_silence() -> None:
    ruling = judge_overall(everything(phase_1="FAIL", phase_3="FAIL", phase_2="INCONCLUSIVE"))
    assert ruling == Ruling(
        "PASS",
        "phase 4: because of 4; phase 1 fails: because of 1; phase 3 fails: because of 3",
    )


@pytest.mark.parametrize(
    ("final", "verdict"),
    [("PASS", "FAIL"), ("FAIL", "FAIL"), ("INCONCLUSIVE", "INCONCLUSIVE")],
)
def test_what_costs_money_is_still_in_the_final_strategy(final: str, verdict: str) -> None:
    phases = everything(phase_4=final)
    phases[2] = evaluation(2, "PASS", "the exit models make trades worse")
    ruling = judge_overall(phases)
    assert ruling.verdict == verdict
    assert ruling.reason.endswith("; phase 2 fails: the exit models make trades worse")
