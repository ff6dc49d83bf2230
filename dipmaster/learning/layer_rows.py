"""Rows of one layer, and how fits take them: enough, thinned, weighted, cut into runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.learning.cross_fitting import (
    NOTHING_LEFT_OUT,
    CrossFittedModel,
    CrossFitting,
    LeftOutPredictions,
    RunSplit,
    split_into_runs,
)
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.predictor import Fit, Model
from dipmaster.learning.schedule import TrainingSchedule


@dataclass(frozen=True)
class LayerRows:
    """Rows of one layer, and how a fit takes them."""

    schedule: TrainingSchedule
    layer: str
    inputs: Any
    target: Floats
    classes: bool
    class_target: Floats | None
    row_weight: Floats | None

    def find_predictable(self, missing_inputs: bool, serve: Bools | None) -> Bools:
        """Rows whose inputs are there, of those to be served; shape (rows,)."""
        size = self.target.size
        complete = np.ones(size, np.bool_) if missing_inputs else find_complete_rows(self.inputs)
        return complete if serve is None else complete & serve

    def describe_shortage(self, train: Ints) -> str:
        """Why training rows do not allow a fit, "" where they do."""
        counted = self.target if self.class_target is None else self.class_target
        reason = self.schedule.describe_shortage(train, counted if self.classes else None)
        return reason or ("" if train.size else "no row with a known label")

    def sample(self, train: Ints) -> tuple[Ints, Floats]:
        """Training rows that a fit takes, and their weights; `row_weight` leaves their sum."""
        rows, weight = self.schedule.training_sample(train)
        if self.row_weight is None:
            return rows, weight
        weighted = weight * self.row_weight[rows]
        total = weighted.sum()
        return rows, weighted * (weight.sum() / total) if total > 0.0 else weighted

    def fit(
        self, fit: Fit[Model], train: Ints, left_out: LeftOutPredictions | None
    ) -> Model | FitFailure:
        """Fit one model, on the rows' inputs or on what the layer below left out of them."""
        reason = self.describe_shortage(train)
        if reason:
            return FitFailure(reason)
        rows, weight = self.sample(train)
        inputs = self.inputs[rows] if left_out is None else left_out.at(rows)
        return fit(inputs, self.target[rows], weight)

    def cross_fit(
        self,
        fit: Fit[Model],
        train: Ints,
        cross_fitting: CrossFitting,
        below: LeftOutPredictions | None = None,
    ) -> tuple[CrossFittedModel[Model] | FitFailure, LeftOutPredictions]:
        """Fit one model without each run; what each predicts for the run it has not seen.

        All training rows of a run are predicted, those as well that a thinned fit leaves away.
        """
        reason = self.describe_shortage(train)
        if reason:
            return FitFailure(reason), NOTHING_LEFT_OUT
        sampled, sampled_weight = self.sample(train)
        weight, taken = np.zeros(train.size), np.zeros(train.size, np.bool_)
        place = np.searchsorted(train, sampled)
        weight[place], taken[place] = sampled_weight, True
        inputs = self.inputs[train] if below is None else below.at(train)
        left_out, models = np.full(train.size, np.nan), list[Model]()
        for run, split in enumerate(self._split(train, cross_fitting.runs), start=1):
            learn = split.train[taken[split.train]]
            reason = self.describe_shortage(train[learn])
            model = (
                FitFailure(reason)
                if reason
                else fit(inputs[learn], self.target[train[learn]], weight[learn])
            )
            if isinstance(model, FitFailure):
                words = f"{model.reason} (without run {run} of {cross_fitting.runs})"
                return FitFailure(words), NOTHING_LEFT_OUT
            left_out[split.left_out] = model.predict(inputs[split.left_out])
            models.append(model)
        together = CrossFittedModel(tuple(models), cross_fitting.average)
        return together, LeftOutPredictions(train, left_out)

    def _split(self, rows: Ints, runs: int) -> Iterator[RunSplit]:
        schedule = self.schedule
        return split_into_runs(
            schedule.signal_ms[rows],
            schedule.known_ms[rows],
            schedule.case_id[rows],
            runs,
            schedule.purge_ms,
        )


def find_complete_rows(inputs: Any) -> Bools:
    """Rows without a missing value, shape (rows,)."""
    finite = np.isfinite(inputs)
    return np.asarray(finite if finite.ndim == 1 else finite.all(axis=1), dtype=np.bool_)
