"""Candidates to the bars that models learn from: a looser rule beside the strategy's own.

A bar of the looser rule is no candidate, is never traded and is counted nowhere; like a
candidate it depends on closed bars only.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dipmaster.core.params import Signal
from dipmaster.core.params.confidence import TrainingRule
from dipmaster.core.tables import CANDIDATES
from dipmaster.features.candidates import find_candidates


def add_training_bars(
    candidates: pd.DataFrame,
    features: Mapping[str, pd.DataFrame],
    signal: Signal,
    rule: TrainingRule | None,
) -> pd.DataFrame:
    """Candidates, then the bars of the looser rule that are none.

    Parameters
    ----------
    candidates
        Table CANDIDATES.
    features
        Symbol to a frame with `open_time` and `CANDIDATE_COLUMNS`. As stored, in single
        precision, will do: no trade hangs on them.
    rule
        None: only candidates.

    Returns
    -------
    DataFrame
        Columns of CANDIDATES, ids that go on rising; the candidates in their order, then the
        others by (open_time, symbol).
    """
    if rule is None:
        return candidates
    looser = find_candidates(features, signal.model_copy(update=rule.model_dump()))
    bars = pd.MultiIndex.from_frame(looser[["symbol", "open_time"]])
    known = bars.isin(pd.MultiIndex.from_frame(candidates[["symbol", "open_time"]]))
    table = pd.concat([candidates, looser[~known]], ignore_index=True)
    table["candidate_id"] = np.arange(len(table), dtype=np.int64)
    return CANDIDATES.check(table, "training bars")
