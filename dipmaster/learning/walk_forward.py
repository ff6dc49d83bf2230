"""Rows to predictions out of sample: a purged, expanding walk-forward.

At refit r a model learns from the rows whose label was known by then, and
predicts the rows decided from r on, until the next refit. A level on top of
another (stack, calibrator) is a second walk over the same rows whose inputs are
the first one's predictions: these were made out of sample, so no level ever
sees an in-sample prediction of the level below.

Refits do not see each other, so they run side by side in threads, in any number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.parallel import in_threads
from dipmaster.core.time_units import BAR_MS
from dipmaster.learning.unfit import Unfit

Model = TypeVar("Model")

NEVER_MS = np.iinfo(np.int64).max


class Refit(NamedTuple, Generic[Model]):
    """One refit: when, on how many rows, the model or why there is none.

    Attributes
    ----------
    refit_ms
        Moment of the fit.
    rows
        Number of training rows.
    model
        None where there is none; then nothing is predicted until the next refit.
    reason
        "" where there is a model.
    """

    refit_ms: int
    rows: int
    model: Model | None
    reason: str


@dataclass(frozen=True)
class Walk(Generic[Model]):
    """What a walk-forward leaves.

    Attributes
    ----------
    predictions
        Shape (rows,), NaN where no model predicted.
    fold
        Shape (rows,), index into `models` of the one that predicted, -1 where none did.
    models
        One entry a refit, in time order.
    """

    predictions: Floats
    fold: Ints
    models: tuple[Refit[Model], ...]

    @property
    def fitted_ms(self) -> Ints:
        """When the model was fitted that predicted each row, shape (rows,); -1 where none did."""
        times = np.array([refit.refit_ms for refit in self.models] + [-1], dtype=np.int64)
        return times[self.fold]  # fold -1 is the last entry


def predicted(
    signal_ms: Ints,
    known_ms: Ints,
    refits_ms: Ints,
    purge_ms: int,
    fit: Callable[[Ints], Model | Unfit],
    predict: Callable[[Model, Ints], Floats],
    enough: Callable[[Ints], str] | None = None,
    *,
    usable: Bools | None = None,
    predictable: Bools | None = None,
    label: str = "fitting",
) -> Walk[Model]:
    """Fit at every refit on the past, predict up to the next one.

    Parameters
    ----------
    signal_ms
        Shape (rows,), open time of the signal's bar. The row is decided at the
        bar's close, ``signal_ms + BAR_MS``; its inputs must be known by then.
    known_ms
        Shape (rows,), moment from which the label is known: the CLOSE of the bar
        in which the position ended, which is its open time + BAR_MS. LOOK-AHEAD
        creeps in with the exit bar's open time, or with the label's scheduled
        end where a gap made it end later. Any value where `usable` is False.
    refits_ms
        Rising, from `refit_times`.
    purge_ms
        Least time between a training row's signal and the refit, whatever
        `known_ms` says: (cap + 1) x BAR_MS for positions of at most cap bars.
    fit
        Training rows (rising indices) to a model, or to `Unfit`. LOOK-AHEAD creeps
        in where it reads anything but these rows: a mean, a scale, a bin edge or a
        weight taken over all rows. Runs in threads: no global random state, one
        native thread.
    predict
        Model and rows to values, shape (rows,). Rows together must give what each
        gives alone: a rank among them would look ahead.
    enough
        Training rows to "" or the reason why they are too few.
    usable
        Shape (rows,), rows that may be learnt from: label finite and inputs
        present; default all. For a level on top of another: where the level below
        has predicted.
    predictable
        Shape (rows,), rows that can be predicted: inputs present; default all.
    label
        Words of the progress bar.

    Raises
    ------
    DataError
        Where the refits do not rise.
    """
    if np.any(np.diff(refits_ms) <= 0):
        raise data_error("refits_ms", "rising times", "times that fall or repeat", "sort them")

    def refit(fold: int) -> tuple[Refit[Model], Ints, Floats]:
        until = int(refits_ms[fold + 1]) if fold + 1 < refits_ms.size else NEVER_MS
        moment = int(refits_ms[fold])
        train = training_rows(signal_ms, known_ms, moment, purge_ms, usable)
        ahead = rows_ahead(signal_ms, moment, until, predictable)
        model, reason = _fitted(train, fit, enough)
        values = np.empty(0) if model is None or not ahead.size else predict(model, ahead)
        return Refit(moment, int(train.size), model, reason), ahead, values

    return _joined(int(signal_ms.size), in_threads(refit, range(refits_ms.size), label))


def training_rows(
    signal_ms: Ints, known_ms: Ints, refit_ms: int, purge_ms: int, usable: Bools | None = None
) -> Ints:
    """Rows that a fit at `refit_ms` may learn from, as rising indices.

    ``max(known_ms, signal_ms + purge_ms) <= refit_ms``, and `usable`; parameters
    as in `predicted`.
    """
    allowed = np.maximum(known_ms, signal_ms + purge_ms) <= refit_ms
    return np.flatnonzero(allowed if usable is None else allowed & usable)


def rows_ahead(
    signal_ms: Ints, refit_ms: int, until_ms: int, predictable: Bools | None = None
) -> Ints:
    """Rows decided in [refit_ms, until_ms): at the close of their signal's bar."""
    decided = signal_ms + BAR_MS
    ahead = (decided >= refit_ms) & (decided < until_ms)
    return np.flatnonzero(ahead if predictable is None else ahead & predictable)


def enough_of(won: Bools, rows: int, per_class: int) -> Callable[[Ints], str]:
    """Demand so many training rows, and so many of each class, as `enough` of `predicted`."""

    def reason(train: Ints) -> str:
        wins = int(np.count_nonzero(won[train]))
        if train.size < rows:
            return f"too few candidates: {train.size} with a known label, {rows} needed"
        if min(wins, train.size - wins) < per_class:
            return (
                f"too few candidates of one class: {wins} won, {train.size - wins} did not, "
                f"{per_class} of each needed"
            )
        return ""

    return reason


def _fitted(
    train: Ints, fit: Callable[[Ints], Model | Unfit], enough: Callable[[Ints], str] | None
) -> tuple[Model | None, str]:
    reason = enough(train) if enough is not None else ""
    if not reason and not train.size:
        reason = "no row with a known label"
    if reason:
        return None, reason
    model = fit(train)
    return (None, model.reason) if isinstance(model, Unfit) else (model, "")


def _joined(rows: int, folds: Sequence[tuple[Refit[Model], Ints, Floats]]) -> Walk[Model]:
    predictions = np.full(rows, np.nan)
    fold = np.full(rows, -1, dtype=np.int64)
    for index, (refit, ahead, values) in enumerate(folds):
        if refit.model is not None:
            predictions[ahead] = values
            fold[ahead] = index
    return Walk(predictions, fold, tuple(refit for refit, _, _ in folds))
