"""Who may learn from what, and when: candidates, and the wider rows that trees learn from too.

Trees gain from bars that nearly are candidates. Everything that is told in probabilities
(calibrator, reference, components, every count and gate) sees candidates only.
"""

from dataclasses import dataclass

import numpy as np

from dipmaster.confidence.correlation import compute_uniqueness
from dipmaster.confidence.events import Events
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import Panel
from dipmaster.core.params import Confidence, Split
from dipmaster.learning.schedule import CaseWords, TrainingSchedule, purge_period_ms, refit_times

LAYER = "models"  # all layers are fitted at the same moments
CANDIDATES = CaseWords("candidates", "won", "did not")
TRAINING_ROWS = CaseWords("training rows", "won", "did not")


@dataclass(frozen=True)
class TrainingSet:
    """Rows that models learn from; every array over rows begins with the candidates.

    Attributes
    ----------
    rows
        The candidates in the order of their table, then bars of the wider rule.
    rows_schedule
        Of all rows; a weight is the uniqueness of a label among all of them.
    events
        The candidates alone.
    schedule
        Of the candidates alone, weights among them.
    """

    rows: Events
    rows_schedule: TrainingSchedule
    events: Events
    schedule: TrainingSchedule

    @property
    def has_wider_rows(self) -> bool:
        """Whether there are rows that are no candidates."""
        return self.rows.count > self.events.count

    def count_candidates(self, rows: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> int:
        """How many of some rows are candidates."""
        return int(np.count_nonzero(rows < self.events.count))


def build_training_set(
    rows: Events,
    candidates: int,
    panel: Panel,
    params: Confidence,
    split: Split,
    max_holding_bars: int,
) -> TrainingSet:
    """Weights and refits of candidates and of all rows.

    Parameters
    ----------
    rows
        Candidates first.
    candidates
        How many they are.
    """
    bars_ms = int(panel.open_time[0]), int(panel.open_time[-1])

    def build(events: Events, words: CaseWords) -> TrainingSchedule:
        uniqueness = compute_uniqueness(events, panel, params.correlation_days)
        return build_training_schedule(
            events, uniqueness, bars_ms, split, max_holding_bars, params, words
        )

    events = rows.first(candidates)
    schedule = build(events, CANDIDATES)
    wider = rows.count > candidates
    rows_schedule = build(rows, TRAINING_ROWS) if wider else schedule
    return TrainingSet(rows, rows_schedule, events, schedule)


def build_training_schedule(
    events: Events,
    uniqueness: Floats,
    bars_ms: tuple[int, int],
    split: Split,
    max_holding_bars: int,
    params: Confidence,
    words: CaseWords = CANDIDATES,
) -> TrainingSchedule:
    """When models are fitted, and what of some rows they may learn from.

    Parameters
    ----------
    uniqueness
        Weight of each label, NaN where there is none.
    bars_ms
        Open times of the market's first and last bar.
    """
    refits_ms = refit_times(*bars_ms, split.models_from_day, params.cross_fitting.refit_months)
    return TrainingSchedule(
        signal_ms=events.signal_ms,
        known_ms=events.known_ms,
        case_id=events.candidate_id,
        refits_ms={LAYER: refits_ms},
        purge_ms=purge_period_ms(max_holding_bars),
        min_train=params.min_train,
        words=words,
        weight=uniqueness,
    )
