"""Judged phases to the one verdict."""

from collections.abc import Sequence

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics.rules import Ruling

COUNTED = tuple(range(1, FINAL_PHASE + 1))  # phase 0 never counts


def judge_overall(evaluations: Sequence[PhaseEvaluation]) -> Ruling:
    """Rule on the roadmap: the final phase's verdict, once every phase up to it is built.

    1. Phase 0 is held against the final targets for information and never counts.
    2. While a phase from 1 to the final one is not built: INCONCLUSIVE.
    3. Else the verdict is the final phase's. Phases are cumulative settings of one
       strategy, so the final phase is the strategy; the targets of those before it are
       stations, and missing one does not fail the whole. But none fails in silence: the
       reason names every earlier phase that FAILs.
    4. Except: what a phase adds and is shown to cost money (`Phase.degradation`) is still
       in the final strategy. It is judged once, for the phase that adds it, and fails the
       whole, unless the final phase has no verdict to lose.

    Parameters
    ----------
    evaluations
        Of all phases that were evaluated, in any order.
    """
    built = {one.phase: one for one in evaluations}
    missing = [phase for phase in COUNTED if phase not in built]
    if missing:
        return Ruling(
            "INCONCLUSIVE",
            f"{_not_built(missing)} not built; phase 0 is held against the final targets for "
            "information and never counts",
        )
    *earlier, final = (built[phase] for phase in COUNTED)
    failed = [f"phase {one.phase} fails: {one.gates.ruling.reason}" for one in earlier
              if one.gates.ruling.verdict == "FAIL"]  # fmt: skip
    degraded = any(one.degradation for one in earlier)
    verdict = final.gates.ruling.verdict
    words = "; ".join([f"phase {final.phase}: {final.gates.ruling.reason}", *failed])
    return Ruling("FAIL" if degraded and verdict == "PASS" else verdict, words)


def _not_built(missing: Sequence[int]) -> str:
    if len(missing) == 1:
        return f"phase {missing[0]} is"
    return f"phases {missing[0]} to {missing[-1]} are"
