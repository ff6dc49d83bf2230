"""Training rows cut into runs of time: what learns on top of a model sees no row that it saw.

Inside one refit the training rows are cut into runs. Of each run the model is fitted on
the others and predicts it; these left-out predictions teach whatever comes on top, a calibrator
for instance, and all models together serve. scikit-learn calls this ``CalibratedClassifierCV``
with ``ensemble=True``; here the splits are those of Lopez de Prado (2018, chapter 7), purged in
time on both sides, and one calibrator learns from all runs together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple

import numpy as np
from scipy.special import expit

from dipmaster.core.kernels import Floats, Ints
from dipmaster.learning.logistic import log_odds
from dipmaster.learning.predictor import Model

Average = Literal["log_odds", "mean"]


@dataclass(frozen=True)
class CrossFitting:
    """How a refit is cross-fitted.

    Attributes
    ----------
    runs
        Of time, at least 2; as many models serve together.
    average
        Of the models: of their log odds, for probabilities, or of their values.
    """

    runs: int
    average: Average = "log_odds"


@dataclass(frozen=True)
class CrossFittedModel(Generic[Model]):
    """The models of one refit, each fitted without one run; together they are one.

    Attributes
    ----------
    models
        In the order in time of the run that each has not seen.
    """

    models: tuple[Model, ...]
    average: Average

    def predict(self, inputs: Any, /) -> Floats:
        """Mean of what the models predict, shape (rows,)."""
        return average_predictions([model.predict(inputs) for model in self.models], self.average)


class LeftOutPredictions(NamedTuple):
    """What the models of one refit predicted for training rows which they had not seen.

    Attributes
    ----------
    rows
        Rising indices; empty where the refit has no model.
    values
        Shape (rows,), or (rows, inputs) where several are brought together.
    """

    rows: Ints
    values: Floats

    def at(self, rows: Ints) -> Floats:
        """Values of some of the rows, rising."""
        return np.asarray(self.values[np.searchsorted(self.rows, rows)])


NOTHING_LEFT_OUT = LeftOutPredictions(np.empty(0, np.int64), np.empty(0))


class RunSplit(NamedTuple):
    """Places among the training rows: those of a run, and those that its model learns from."""

    train: Ints
    left_out: Ints


def split_into_runs(
    signal_ms: Ints, known_ms: Ints, case_id: Ints, runs: int, purge_ms: int
) -> Iterator[RunSplit]:
    """Cut training rows into runs of time with the same number of cases; rows of a case stay.

    A row stays out of a model where its span from signal to known label comes within
    `purge_ms` of the span of the run which that model has not seen: before it, because a
    label that was still open shares bars with the run; after it, because the run's labels
    share bars with the row.

    Parameters
    ----------
    signal_ms, known_ms, case_id
        Shape (training rows,), as in `TrainingSchedule`.
    runs
        At least 2. A run without a row is left away.
    """
    order = np.argsort(signal_ms, kind="stable")
    cases, first_place = np.unique(case_id[order], return_index=True)
    # The cases in order of their first signal, and of each row the place of its case in it.
    rank = np.empty(cases.size, np.int64)
    rank[np.argsort(first_place)] = np.arange(cases.size)
    run = rank[np.searchsorted(cases, case_id)] * runs // max(cases.size, 1)
    for number in range(runs):
        left_out = np.flatnonzero(run == number)
        if left_out.size:
            first, last = signal_ms[left_out].min(), known_ms[left_out].max()
            apart = (known_ms <= first - purge_ms) | (signal_ms >= last + purge_ms)
            yield RunSplit(np.flatnonzero(apart), left_out)


def average_predictions(predictions: list[Floats], average: Average) -> Floats:
    """Mean over models, shape (rows,): of log odds for probabilities, else of the values."""
    if average == "mean":
        return np.asarray(np.mean(predictions, axis=0))
    return np.asarray(expit(np.mean([log_odds(p) for p in predictions], axis=0)))
