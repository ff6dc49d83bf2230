"""Stated probabilities of success to their product, and verdicts of many markets to shares."""

from collections.abc import Mapping
from math import prod
from pathlib import Path

from dipmaster.learning.evaluation.clustered import clopper_pearson
from dipmaster.outcomes.stated import OVERALL_SUCCESS_FRAC, SUCCESS_FRAC
from dipmaster.results.common import Interval, Verdict
from dipmaster.results.outcomes import SuccessProbability, SuccessShare, VerdictStudy
from dipmaster.results.serialisation import read_result

FILE = Path(__file__).with_name("verdicts_by_seed.json")
"""Written by ``python -m studies.phase_verdicts``."""

WHOLE = 0  # the "phase" of all phases together
PASS: Verdict = "PASS"


def read_study(path: Path = FILE) -> VerdictStudy:
    """Read the verdicts of the study that is committed with the code."""
    return read_result(path, VerdictStudy)


def multiply_stated(stated: Mapping[int, float] = SUCCESS_FRAC) -> float:
    """Probability that all phases succeed if they are independent."""
    return prod(stated.values())


def measure_success(study: VerdictStudy, alpha: float) -> SuccessProbability:
    """Share of markets on which each phase, and the whole, passed.

    Parameters
    ----------
    alpha
        One-sided level of each exact bound.
    """
    verdicts = list(study.seeds.values())
    by_phase = {
        phase: [one.phases[str(phase)] for one in verdicts if str(phase) in one.phases]
        for phase in SUCCESS_FRAC
    }
    return SuccessProbability(
        by_phase=tuple(
            _share(phase, stated, by_phase[phase], alpha) for phase, stated in SUCCESS_FRAC.items()
        ),
        overall=_share(WHOLE, OVERALL_SUCCESS_FRAC, [one.overall for one in verdicts], alpha),
        product_frac=multiply_stated(),
        command=study.command,
        commit=study.commit,
        params=study.params,
    )


def _share(phase: int, stated: float, verdicts: list[Verdict], alpha: float) -> SuccessShare:
    passed, markets = verdicts.count(PASS), len(verdicts)
    return SuccessShare(
        phase=phase,
        stated_frac=stated,
        passed=passed,
        markets=markets,
        share=_bound(passed, markets, alpha),
    )


def _bound(passed: int, markets: int, alpha: float) -> Interval:
    if not markets:
        return Interval(None, None, None, "the study has no market with this phase")
    return Interval(passed / markets, *clopper_pearson(passed / markets, float(markets), alpha))
