"""Judged phases to the one verdict."""

from collections.abc import Sequence

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics.rules import Ruling

COUNTED = tuple(range(1, FINAL_PHASE + 1))  # phase 0 never counts


def judge_overall(evaluations: Sequence[PhaseEvaluation]) -> Ruling:
    """Rule on the roadmap: the final phase's verdict, once every phase up to it is built.

    1. Phase 0 is held against the final targets for information and never counts.
    2. While a phase from 1 to the final one is not built: INCONCLUSIVE, since no amount of
       data decides a strategy that is not complete.
    3. Else the verdict is the final phase's, INSUFFICIENT DATA included. Phases are
       cumulative settings of one strategy, so the final phase is the strategy; the targets
       of those before it are stations, and missing one does not fail the whole.
    4. Except: what a phase adds and is shown to reduce net return (`Phase.degradation`) is still
       in the final strategy. It is judged once, for the phase that adds it, and fails the
       whole, unless the final phase has no verdict to lose.
    5. No phase fails in silence: whatever the verdict, its reason names every phase before
       the final one that FAILs.

    Parameters
    ----------
    evaluations
        Of all phases that were evaluated, in any order.
    """
    built = {one.phase: one for one in evaluations}
    missing = [phase for phase in COUNTED if phase not in built]
    earlier = [built[phase] for phase in COUNTED if phase in built and phase != FINAL_PHASE]
    failed = [f"phase {one.phase} fails: {one.gates.ruling.reason}" for one in earlier
              if one.gates.ruling.verdict == "FAIL"]  # fmt: skip
    if missing:
        return Ruling("INCONCLUSIVE", "; ".join([_say_not_built(missing), *failed]))
    final = built[FINAL_PHASE].gates.ruling
    open_gates = final.reason.removeprefix(f"{final.verdict.lower()}: ")
    reason = "; ".join([f"phase {FINAL_PHASE}: {open_gates}", *failed])
    if final.verdict == "PASS" and any(one.degradation for one in earlier):
        return Ruling("FAIL", f"{reason}; what reduces net return is part of the final strategy")
    return Ruling(final.verdict, reason)


def _say_not_built(missing: Sequence[int]) -> str:
    if len(missing) == 1:
        return f"phase {missing[0]} is not built"
    between = "and" if len(missing) == 2 else "to"
    return f"phases {missing[0]} {between} {missing[-1]} are not built"
