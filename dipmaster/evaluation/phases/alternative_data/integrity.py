"""Ledger to checks: the evidence behind each trade had been published, and fits made, before it.

They use the ledger, the candidates and what the stage `alt-data` wrote, not the code that joins
or scores. What the scores were admitted and sized by is checked by the phases that do it.
"""

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phases.alternative_data.inputs import EvidenceInputs
from dipmaster.learning.evaluation.minimum_data import count_of

STEPS = {"evidence": "layer_fitted", "calibrator": "calibrator_fitted"}


def check_evidence(
    trades: pd.DataFrame, evidence: EvidenceInputs, before: pd.DataFrame
) -> tuple[Check, ...]:
    """Checks of a phase that trades on evidence, burn-in included.

    Parameters
    ----------
    trades
        Table TRADES.
    before
        Table SCORES of phase 1.
    """
    row = trades["candidate_id"].to_numpy(dtype=np.int64)
    traded = evidence.scores.iloc[row]
    return (
        _published_before(evidence.scores),
        _fitted_before(traded, evidence),
        _stands_without_evidence(evidence.scores, before),
    )


def _published_before(scores: pd.DataFrame) -> Check:
    """Of every candidate, traded or not: what is used late is learned from as well."""
    known = scores[scores["published"].notna()]
    late = int((to_epoch_ms(known["published"]) > _close_ms(known)).sum())
    return Check(
        "the evidence on each candidate had been published by the close of its bar",
        late == 0,
        f"{count_of(len(known), 'candidates')} with evidence, {late} with some that was published "
        "later",
        len(known),
    )


def _fitted_before(traded: pd.DataFrame, evidence: EvidenceInputs) -> Check:
    used = traded[traded["uses_evidence"] == 1]
    close = _close_ms(used)
    wrong = np.zeros(len(used), dtype=np.bool_)
    for layer, column in STEPS.items():
        on_record = [_ms(one.fitted_at) for one in evidence.fits if one.layer == layer]
        wrong |= _unsound(used[column], close, on_record)
    late = int(wrong.sum())
    return Check(
        "each score with evidence comes from fits made before its signal",
        late == 0,
        f"{len(used)} of {len(traded)} trades on evidence, {late} without such fits",
        len(used),
    )


def _unsound(fitted: "pd.Series[pd.Timestamp]", close: Ints, on_record: list[int]) -> Bools:
    there = fitted.notna().to_numpy()
    moment = to_epoch_ms(fitted.fillna(pd.Timestamp(0, tz="UTC")))
    wrong: Bools = ~there | (moment > close) | ~np.isin(moment, on_record)
    return wrong


def _stands_without_evidence(scores: pd.DataFrame, before: pd.DataFrame) -> Check:
    """Bit for bit."""
    silent = (scores["uses_evidence"] == 0).to_numpy()
    after, phase_1 = (one["confidence"].to_numpy(dtype=np.float64) for one in (scores, before))
    same = (after == phase_1) | (np.isnan(after) & np.isnan(phase_1))
    changed = int((silent & ~same).sum())
    return Check(
        "a candidate without evidence keeps the confidence of phase 1",
        changed == 0,
        f"{count_of(int(silent.sum()), 'candidates')}, {changed} with another",
        int(silent.sum()),
    )


def _close_ms(scores: pd.DataFrame) -> Ints:
    return to_epoch_ms(scores["open_time"]) + BAR_MS


def _ms(time: str) -> int:
    return int(pd.Timestamp(time).timestamp() * 1000)
