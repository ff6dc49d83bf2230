"""The one verdict: nothing before the final phase is there, then the final phase's."""

from typing import Any, get_args

import pytest

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics.rules import Ruling
from dipmaster.evaluation.verdict import judge_overall
from dipmaster.results.common import Verdict
from tests.made.judged import evaluation


def built(*phases: int) -> list[PhaseEvaluation]:
    return [evaluation(phase, "PASS") for phase in phases]


def everything(**verdicts: Any) -> list[PhaseEvaluation]:
    """Phases 0 to 4, PASS unless it is said, e.g. ``phase_1="FAIL"``."""
    phases = range(FINAL_PHASE + 1)
    return [evaluation(phase, verdicts.get(f"phase_{phase}", "PASS")) for phase in phases]


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (0, "phases 1 to 4 are not built"),
        (1, "phases 2 to 4 are not built"),
        (2, "phases 3 and 4 are not built"),
        (3, "phase 4 is not built"),
    ],
)
def test_it_waits_for_the_phases(last: int, reason: str) -> None:
    assert judge_overall(built(*range(last + 1))) == Ruling("INCONCLUSIVE", reason)


@pytest.mark.parametrize("last", range(FINAL_PHASE))
def test_a_phase_that_fails_is_named_before_all_are_built(last: int) -> None:
    phases = [*built(*range(last)), evaluation(last, "PASS", "it costs money")]
    ruling = judge_overall(phases)
    named = ruling.reason.endswith(f"; phase {last} fails: it costs money")
    assert (ruling.verdict, named) == ("INCONCLUSIVE", last > 0)


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_with_all_phases_it_is_the_final_ones(verdict: str) -> None:
    assert judge_overall(everything(phase_4=verdict)) == Ruling(verdict, "phase 4: because of 4")


@pytest.mark.parametrize("verdict", get_args(Verdict))
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
    [
        ("PASS", "FAIL"),
        ("FAIL", "FAIL"),
        ("INCONCLUSIVE", "INCONCLUSIVE"),
        ("INSUFFICIENT DATA", "INSUFFICIENT DATA"),
    ],
)
def test_what_costs_money_is_still_in_the_final_strategy(final: str, verdict: str) -> None:
    phases = everything(phase_4=final)
    phases[2] = evaluation(2, "PASS", "the exit models reduce net return")
    ruling = judge_overall(phases)
    assert ruling.verdict == verdict
    why = "; what reduces net return is part of the final strategy" if final == "PASS" else ""
    assert ruling.reason == (
        f"phase 4: because of 4; phase 2 fails: the exit models reduce net return{why}"
    )
