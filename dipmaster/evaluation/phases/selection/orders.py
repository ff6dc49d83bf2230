"""Scores and admissions to the orders of phase 1, and why there may be none."""

import numpy as np
import pandas as pd

from dipmaster.backtest import Entries
from dipmaster.core.panel import to_epoch_ms
from dipmaster.evaluation.phase import Abstention
from dipmaster.evaluation.statistics.period import Period


def select_admitted(
    entries: Entries, scores: pd.DataFrame, filter_results: pd.DataFrame
) -> Entries:
    """The entries that were admitted, the highest confidence first, with confidence and regime.

    Parameters
    ----------
    scores, filter_results
        Tables SCORES and FILTER_RESULTS, row by row the candidates.
    """
    admitted = filter_results["admitted"].to_numpy() == 1
    orders = entries.take(admitted[entries.candidate_id])
    confidence = filter_results["confidence"].to_numpy(dtype=np.float64)
    return orders.with_scores(confidence, scores["regime"].to_numpy(np.int8))


def find_abstention(
    candidates: pd.DataFrame, filter_results: pd.DataFrame, period: Period, unscored: str
) -> Abstention:
    """Why no candidate out of sample was admitted, and where the last one was lost.

    Parameters
    ----------
    unscored
        Why there is no score, where the confidence stage says so.

    Returns
    -------
    Abstention
        Lost at "candidates" (there was none), "score", "threshold", or "steps" behind it.
    """
    late = filter_results[to_epoch_ms(candidates["open_time"]) >= period.out_of_sample_ms]
    if (late["admitted"] == 1).any():
        return Abstention()
    if not late["confidence"].notna().any():
        why = f"0 of {len(late)} candidates have a score" + (f": {unscored}" if unscored else "")
        return Abstention(why, "candidates" if late.empty else "score")
    reached = int((late["passes_threshold"] == 1).sum())
    why = f"{reached} of {len(late)} candidates reached the threshold"
    if not reached:
        return Abstention(why, "threshold")
    return Abstention(f"{why}, none of them was admitted", "steps")
