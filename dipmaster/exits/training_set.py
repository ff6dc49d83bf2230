"""Rows and labels to who may learn from what, and when: no position is ever split."""

from dataclasses import dataclass

import numpy as np

from dipmaster.backtest import TradeOutcomes
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Split
from dipmaster.core.params.exits import ExitModels
from dipmaster.core.time_units import BAR_MS
from dipmaster.exits.arrays import ExitLabels, ExitRows
from dipmaster.learning.schedule import CaseWords, TrainingSchedule, purge_period_ms, refit_times

MONTHS_BETWEEN_REFITS = 3


@dataclass(frozen=True)
class ExitTrainingSet:
    """Rows, their labels, and what fits need to know of their positions.

    Attributes
    ----------
    signal_ms
        Shape (positions,), open times of the bars of the signals.
    schedule
        Of all rows; a case is a position, by the candidate's id.
    """

    rows: ExitRows
    labels: ExitLabels
    signal_ms: Ints
    max_holding_bars: int
    schedule: TrainingSchedule

    def label(self, name: str) -> Floats:
        """A label of every row as a number, NaN where it is not known."""
        values = getattr(self.labels, name).astype(np.float64)
        return np.where(values < 0.0, np.nan, values)


def build_training_set(
    rows: ExitRows,
    labels: ExitLabels,
    hold: TradeOutcomes,
    candidate_id: Ints,
    signal_ms: Ints,
    grid_ms: Ints,
    max_holding_bars: int,
    split: Split,
    models: ExitModels,
) -> ExitTrainingSet:
    """Join what is known of rows and of positions; refits each quarter, by layer.

    Labels of a position are known at the close of the bar in which the rules alone end it;
    where it never opened, of its signal's bar.

    Parameters
    ----------
    candidate_id, signal_ms
        Shape (positions,), as `hold`, of `simulate_hold`.
    grid_ms
        Open times of the panel's bars.
    """
    bars_ms = int(grid_ms[0]), int(grid_ms[-1])
    days = {"models": split.models_from_day, "calibrator": split.stack_from_day}
    exit_bar = np.where(hold.tradable, hold.exit_index, 0)
    known_ms = np.where(hold.tradable, grid_ms[exit_bar], signal_ms) + BAR_MS
    schedule = TrainingSchedule(
        signal_ms=signal_ms[rows.position],
        known_ms=known_ms[rows.position],
        case_id=candidate_id[rows.position],
        refits_ms={k: refit_times(*bars_ms, day, MONTHS_BETWEEN_REFITS) for k, day in days.items()},
        purge_ms=purge_period_ms(max_holding_bars),
        min_train=models.min_train,
        words=CaseWords("positions", "with the outcome", "without"),
        age=rows.held,
        max_rows=models.max_rows,
    )
    return ExitTrainingSet(rows, labels, signal_ms, max_holding_bars, schedule)
