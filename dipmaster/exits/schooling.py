"""Rows and labels to who may learn from what, and when: no position is ever split."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params import Split
from dipmaster.core.params.confidence import MinTrain
from dipmaster.core.params.exits import ExitModels
from dipmaster.core.time_units import BAR_MS
from dipmaster.exits.layout import Labels, Paths, Rows
from dipmaster.exits.thinning import even_weights, thinned
from dipmaster.learning.schedule import refit_times
from dipmaster.learning.unfit import Unfit
from dipmaster.learning.walk_forward import Walk, predicted

M = TypeVar("M")
QUARTER = 3  # months between refits


@dataclass(frozen=True)
class Schooling:
    """Rows, their labels, and what the walks need to know of their positions.

    Attributes
    ----------
    candidate_id, signal_ms
        Shape (positions,): ids, and open times of the bars of the signals.
    known_ms
        Shape (positions,), close of the bar in which the rules alone end it; that of
        the signal where it never opened.
    heads_ms, calibrator_ms
        Refits of the two levels.
    purge_ms
        Least time between the signal of a training row's position and a refit.
    """

    rows: Rows
    labels: Labels
    candidate_id: Ints
    signal_ms: Ints
    known_ms: Ints
    cap_bars: int
    heads_ms: Ints
    calibrator_ms: Ints
    purge_ms: int
    min_train: MinTrain
    max_rows: int

    def label(self, name: str) -> Floats:
        """A label of every row as a number, NaN where it is not known."""
        found = getattr(self.labels, name).astype(np.float64)
        return np.where(found < 0.0, np.nan, found)

    def lesson(self, train: Ints) -> tuple[Ints, Floats]:
        """Rows of a fit, thinned to `max_rows`, and their weights, all the same."""
        kept = thinned(train, self.rows.held, self.candidate_id[self.rows.position], self.max_rows)
        return kept, even_weights(self.rows.position[kept])

    def walk(
        self,
        refits_ms: Ints,
        label: Floats,
        present: Bools,
        fit: Callable[[Ints, Floats], M | Unfit],
        predict: Callable[[M, Ints], Floats],
        words: str,
        *,
        classes: bool = True,
    ) -> Walk[M]:
        """Walk over all rows by the signals of their positions.

        Parameters
        ----------
        label
            Shape (rows,), NaN where there is none.
        present
            Shape (rows,), rows whose inputs are there.
        fit
            Kept rows and their weights to a model.
        predict
            Model and rows to values.
        words
            Of the progress bar.
        classes
            The label is 1 or 0, and so many positions of each are demanded.
        """
        position, least = self.rows.position, self.min_train
        return predicted(
            self.signal_ms[position],
            self.known_ms[position],
            refits_ms,
            self.purge_ms,
            lambda train: fit(*self.lesson(train)),
            predict,
            lambda train: too_few(position[train], label[train] if classes else None, least),
            usable=present & np.isfinite(label),
            predictable=present,
            label=words,
        )


def schooling_of(
    rows: Rows,
    labels: Labels,
    paths: Paths,
    candidate_id: Ints,
    signal_ms: Ints,
    grid_ms: Ints,
    cap_bars: int,
    split: Split,
    models: ExitModels,
) -> Schooling:
    """Join what is known of rows and of positions; refits each quarter, by level.

    Parameters
    ----------
    candidate_id, signal_ms
        Shape (positions,), as `paths`.
    grid_ms
        Open times of the panel's bars.
    """
    first, last = int(grid_ms[0]), int(grid_ms[-1])
    heads, calibrator = (
        refit_times(first, last, day, QUARTER)
        for day in (split.models_from_day, split.stack_from_day)
    )
    ended = np.where(paths.opened, paths.exit_index, 0)
    return Schooling(
        rows=rows,
        labels=labels,
        candidate_id=candidate_id,
        signal_ms=signal_ms,
        known_ms=np.where(paths.opened, grid_ms[ended], signal_ms) + BAR_MS,
        cap_bars=cap_bars,
        heads_ms=heads,
        calibrator_ms=calibrator,
        purge_ms=(cap_bars + 1) * BAR_MS,
        min_train=models.min_train,
        max_rows=models.max_rows,
    )


def too_few(position: Ints, label: Floats | None, least: MinTrain) -> str:
    """Why the positions of training rows are too few for a fit, "" where they are not.

    A position counts for a class where one of its rows is of it.

    Parameters
    ----------
    position
        Shape (rows,).
    label
        Shape (rows,), 1.0 and 0.0; None: no classes.
    """
    known = np.unique(position).size
    if known < least.candidates:
        return f"too few positions: {known} with a known label, {least.candidates} needed"
    if label is None:
        return ""
    best, not_best = (np.unique(position[label == value]).size for value in (1.0, 0.0))
    if min(best, not_best) < least.per_class:
        return (
            f"too few positions of one class: {best} with the outcome, {not_best} without, "
            f"{least.per_class} of each needed"
        )
    return ""
