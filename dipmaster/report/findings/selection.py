"""Findings on the filter of candidates: steps that remove nearly all, regimes never traded."""

from itertools import pairwise

from dipmaster.report.findings.finding import Evidence
from dipmaster.report.inputs import ReportInputs

NEARLY_ALL_FRAC = 0.9  # of the candidates that reach a step
STEP_NAMES = {
    "scored": "need of a score",
    "threshold": "confidence threshold",
    "checks": "check of volume, RSI, news and liquidity",
    "volatility": "volatility limit",
    "confirmation": "confirmation by the longer bars",
    "traded": "limit of the account",
}


def threshold_rejects_nearly_all(inputs: ReportInputs) -> Evidence | None:
    """The step of the filter that removes nearly all candidates that reach it."""
    funnel = inputs.validation.funnel
    if funnel is None:
        return None
    rows = funnel.out_of_sample
    steps = [
        (before.left - row.left, before.left, row) for before, row in pairwise(rows) if before.left
    ]
    removed, reached, step = max(steps, key=lambda one: one[0] / one[1], default=(0, 1, rows[0]))
    if removed < NEARLY_ALL_FRAC * reached:
        return None
    name = STEP_NAMES.get(step.step, step.step)
    return {"removed": removed, "reached": reached, "step": step, "name": name}


def regime_never_traded(inputs: ReportInputs) -> Evidence | None:
    """Regimes with candidates of which the filter admits none, where it admits some elsewhere."""
    funnel = inputs.validation.funnel
    if funnel is None or not any(row.admitted for row in funnel.by_regime):
        return None
    regimes = [row for row in funnel.by_regime if row.scored and not row.admitted]
    return {"regimes": regimes} if regimes else None
