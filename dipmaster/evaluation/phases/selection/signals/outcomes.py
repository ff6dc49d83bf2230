"""Scores, admissions and trades to arrays: candidates with their label, block and fate."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms, to_timestamps
from dipmaster.evaluation.statistics.period import Period


@dataclass(frozen=True)
class LabelledCandidates:
    """Candidates of one period, in order of time; every array has shape (candidates,).

    Attributes
    ----------
    known
        Whether the baseline trade took place; what did not is neither won nor lost.
    won
        Whether it netted more than nothing; False where not known.
    net_frac
        Its net return; NaN where not known.
    day, block
        Calendar, all symbols together; block codes are 0, 1, 2 ... of this period.
    month
        UTC month as a number, for folds.
    regime
        0 low, 1 normal, 2 high, -1 not known.
    confidence
        Calibrated score; NaN where there is none.
    traded
        Whether the phase traded it.
    """

    known: Bools
    won: Bools
    net_frac: Floats
    day: Ints
    block: Ints
    month: Ints
    regime: Ints
    confidence: Floats
    traded: Bools

    @property
    def size(self) -> int:
        """Number of candidates."""
        return int(self.known.size)

    def only(self, selected: Bools) -> "LabelledCandidates":
        """Keep some of the candidates."""
        return LabelledCandidates(
            *(getattr(self, name)[selected] for name in self.__dataclass_fields__)
        )


def label_candidates(
    scores: pd.DataFrame, filter_results: pd.DataFrame, traded: Bools, period: Period
) -> LabelledCandidates:
    """All candidates of the tables.

    Parameters
    ----------
    scores, filter_results
        Tables SCORES and FILTER_RESULTS, row by row the same candidates.
    traded
        Shape (candidates,), whether the phase opened a position on it.

    Raises
    ------
    DataError
        Where the rows differ, or something was traded that was not admitted.
    """
    _demand_fit(scores, filter_results, traded)
    label = scores["label"].to_numpy(dtype=np.int64)
    times = to_epoch_ms(scores["open_time"])
    day = period.day_of(times)
    block = np.where(day >= 0, period.block_of(day), day // period.block_days)
    return LabelledCandidates(
        known=label >= 0,
        won=label == 1,
        net_frac=scores["net_frac"].to_numpy(dtype=np.float64),
        day=day,
        block=np.unique(block, return_inverse=True)[1].astype(np.int64),
        month=_month(times),
        regime=scores["regime"].to_numpy(dtype=np.int64),
        confidence=scores["confidence"].to_numpy(dtype=np.float64),
        traded=traded,
    )


def is_out_of_sample(scores: pd.DataFrame, period: Period) -> Bools:
    """Which candidates fired at or after the out-of-sample start."""
    late: Bools = to_epoch_ms(scores["open_time"]) >= period.out_of_sample_ms
    return late


def _month(times_ms: Ints) -> Ints:
    times = to_timestamps(times_ms)
    return np.asarray(times.year * 12 + times.month - 1, dtype=np.int64)


def _demand_fit(scores: pd.DataFrame, filter_results: pd.DataFrame, traded: Bools) -> None:
    same = np.array_equal(
        scores["candidate_id"].to_numpy(), filter_results["candidate_id"].to_numpy()
    )
    if not same or traded.shape != (len(scores),):
        raise data_error(
            "signal quality",
            f"scores, filter_results and trades of the same {len(scores)} candidates, row by row",
            f"{len(filter_results)} filter results and {traded.size} of trades, or another order",
            "run the stages from `confidence` on again",
        )
    stray = int(np.sum(traded & (filter_results["admitted"].to_numpy() != 1)))
    if stray:
        raise data_error(
            "signal quality",
            "trades of admitted candidates only",
            f"{stray} trades of others",
            "give the trades of the phase that these admissions were made for",
        )
