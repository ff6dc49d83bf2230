"""Rows and labels to who may learn from what, and when: no position is ever split."""

from dataclasses import dataclass

import numpy as np

from dipmaster.backtest import TradeOutcomes
from dipmaster.backtest.costs import BPS
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Split
from dipmaster.core.params.exits import ExitModels
from dipmaster.core.time_units import BAR_MS
from dipmaster.exits.arrays import ExitLabels, ExitRows
from dipmaster.learning.schedule import CaseWords, TrainingSchedule, purge_period_ms, refit_times

LAYER = "models"  # of the schedule: models and calibrator are fitted at the same moments
MONTHS_BETWEEN_REFITS = 3


@dataclass(frozen=True)
class ExitTrainingSet:
    """Rows, their labels, and what fits need to know of their positions.

    Attributes
    ----------
    signal_ms
        Shape (positions,), open times of the bars of the signals.
    stake_cap_frac
        Of a row's stake.
    schedule
        Of all rows; a case is a position, by the candidate's id.
    """

    rows: ExitRows
    labels: ExitLabels
    signal_ms: Ints
    max_holding_bars: int
    stake_cap_frac: float
    schedule: TrainingSchedule

    @property
    def gain_frac(self) -> Floats:
        """What a sale nets over holding, shape (rows,); NaN where one is not known."""
        return self.labels.exit_net_frac - self.labels.hold_net_frac

    @property
    def stake_frac(self) -> Floats:
        """Money at stake between selling and holding, shape (rows,): the capped size of the gain.

        By it rows count: a probability is then the share of the money that says sell.
        """
        return np.minimum(np.abs(self.gain_frac), self.stake_cap_frac)

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
    """Join what is known of rows and of positions; refits each quarter.

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
    exit_bar = np.where(hold.tradable, hold.exit_index, 0)
    known_ms = np.where(hold.tradable, grid_ms[exit_bar], signal_ms) + BAR_MS
    schedule = TrainingSchedule(
        signal_ms=signal_ms[rows.position],
        known_ms=known_ms[rows.position],
        case_id=candidate_id[rows.position],
        refits_ms={LAYER: refit_times(*bars_ms, split.models_from_day, MONTHS_BETWEEN_REFITS)},
        purge_ms=purge_period_ms(max_holding_bars),
        min_train=models.min_train,
        words=CaseWords("positions", "with the outcome", "without"),
        age=rows.held,
        max_rows=models.max_rows,
    )
    stake_cap_frac = models.stake_cap_bps * BPS
    return ExitTrainingSet(rows, labels, signal_ms, max_holding_bars, stake_cap_frac, schedule)
