"""Admitted ledger to checks: what was traded had been admitted, on scores made before.

They use the ledger, the candidates and what the confidence stage wrote, not the code
that admits or scores.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params.confidence import ConfidenceThresholds
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.integrity import Check
from dipmaster.learning.evaluation.minimum_data import count_of
from dipmaster.results.confidence.record import ScoreFold

LAYERS = ("models", "calibrator")  # every confidence has gone through them


def check_admission(
    trades: pd.DataFrame,
    candidates: pd.DataFrame,
    scores: pd.DataFrame,
    filter_results: pd.DataFrame,
    thresholds: ConfidenceThresholds | None,
    folds: Sequence[ScoreFold],
) -> tuple[Check, ...]:
    """Checks of a phase that trades admitted candidates, burn-in included.

    Parameters
    ----------
    trades
        Table TRADES.
    candidates, scores, filter_results
        Tables CANDIDATES, SCORES and FILTER_RESULTS, row by row the same candidates.
    thresholds
        What each regime demands; None where the threshold is switched off.
    folds
        Every fit of the confidence stage.
    """
    row = trades["candidate_id"].to_numpy(dtype=np.int64)
    subset = _are_candidates(trades, candidates, row)
    if not subset.passed:  # nothing else can be looked up
        return (subset,)
    return (
        subset,
        _were_admitted(filter_results, row),
        _reach_thresholds(trades, scores, row, thresholds),
        _fitted_before(scores, row, folds),
        _known_when_fitted(scores, folds),
    )


def _are_candidates(trades: pd.DataFrame, candidates: pd.DataFrame, row: Ints) -> Check:
    name = "every trade belongs to one candidate, and no candidate is traded twice"
    if not ((row >= 0) & (row < len(candidates))).all():
        return Check(name, False, "a trade without a candidate", row.size)
    traded = candidates.iloc[row]
    same = traded["symbol"].to_numpy(dtype=str) == trades["symbol"].to_numpy(dtype=str)
    same &= to_epoch_ms(traded["open_time"]) == to_epoch_ms(trades["signal_time"])
    strangers, twice = int((~same).sum()), row.size - np.unique(row).size
    opened, among = count_of(row.size, "trades"), count_of(len(candidates), "candidates")
    detail = f"{opened} of {among}, {strangers} of another bar"
    return Check(name, strangers == 0 and twice == 0, f"{detail}, {twice} traded twice", row.size)


def _were_admitted(filter_results: pd.DataFrame, row: Ints) -> Check:
    admitted = filter_results["admitted"].to_numpy()[row] == 1
    return Check(
        "every candidate traded had passed the filter",
        bool(admitted.all()),
        f"{int(admitted.sum())} of {row.size}",
        row.size,
    )


def _reach_thresholds(
    trades: pd.DataFrame, scores: pd.DataFrame, row: Ints, thresholds: ConfidenceThresholds | None
) -> Check:
    name = "the confidence of each trade is the stored score and reaches its threshold"
    confidence = trades["confidence"].to_numpy(dtype=np.float64)
    same = confidence == scores["confidence"].to_numpy(dtype=np.float64)[row]
    if thresholds is None:
        return Check(name, bool(same.all()), "the threshold is switched off", row.size)
    reached = confidence >= _demanded(trades, thresholds)
    below = int((~reached).sum())
    detail = f"{count_of(row.size, 'trades')}, {below} below"
    return Check(name, bool((same & reached).all()), detail, row.size)


def _demanded(trades: pd.DataFrame, thresholds: ConfidenceThresholds) -> Floats:
    three = {
        "low": thresholds.low_volatility,
        "normal": thresholds.normal_volatility,
        "high": thresholds.high_volatility,
    }
    strictest = max(three.values())
    return np.array([three.get(str(regime), strictest) for regime in trades["regime"]])


def _fitted_before(scores: pd.DataFrame, row: Ints, folds: Sequence[ScoreFold]) -> Check:
    """The fits that each row names."""
    name = "each score traded comes from models fitted before its signal"
    traded = scores.iloc[row]
    close = to_epoch_ms(traded["open_time"]) + BAR_MS
    unsound = {layer: _unsound(traded[f"{layer}_fitted"], layer, close, folds) for layer in LAYERS}
    late = np.any(list(unsound.values()), axis=0)
    which = ", ".join(layer for layer, rows in unsound.items() if rows.any())
    detail = f"{count_of(row.size, 'trades')}, {int(late.sum())} without such a fit"
    return Check(name, not late.any(), f"{detail} ({which})" if which else detail, row.size)


def _unsound(
    fitted: "pd.Series[pd.Timestamp]", layer: str, close: Ints, folds: Sequence[ScoreFold]
) -> Bools:
    """Rows whose fit is missing, later than the close, or not among those on record."""
    there = fitted.notna().to_numpy()
    moment = to_epoch_ms(fitted.fillna(pd.Timestamp(0, tz="UTC")))
    on_record = [_ms(fold) for fold in folds if fold.layer == layer and not fold.reason]
    wrong: Bools = ~there | (moment > close) | ~np.isin(moment, on_record)
    return wrong


def _known_when_fitted(scores: pd.DataFrame, folds: Sequence[ScoreFold]) -> Check:
    """Only how many: which candidates a fit learned from is not on record."""
    labelled: Bools = scores["label"].to_numpy() >= 0
    closed = np.sort(to_epoch_ms(scores["exit_time"][labelled])) + BAR_MS
    fits = [fold for fold in folds if not fold.reason]
    early = sum(fold.candidates > np.searchsorted(closed, _ms(fold), side="right") for fold in fits)
    return Check(
        "no model was fitted on more candidates than had a known outcome by then",
        not early,
        f"{count_of(len(fits), 'fits')}, {int(early)} with more",
        len(fits),
    )


def _ms(fold: ScoreFold) -> int:
    return int(pd.Timestamp(fold.fitted_at).timestamp() * 1000)
