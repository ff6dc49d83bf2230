"""Phase 1's log odds and evidence to a probability: a ridge logistic and small trees together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from dipmaster.altdata.layer.inputs import FEEDS, LAYER_INPUTS, find_columns
from dipmaster.core.kernels import Floats
from dipmaster.core.params.alternative import EvidenceModelParams
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import Logistic, fit_logistic, log_odds
from dipmaster.learning.tree_models import Trees, fit_trees

BASE = "log_odds_phase_1"
NAMES = (BASE, *(one.name for one in LAYER_INPUTS))
LINEAR = np.flatnonzero([one.linear for one in LAYER_INPUTS])
_OF_FEED = tuple(find_columns(feed) for feed in FEEDS)
SIGNS = (1, *(one.sign for one in LAYER_INPUTS))


@dataclass(frozen=True)
class EvidenceModel:
    """One fitted pair.

    Attributes
    ----------
    fill
        One a linear input: mean of the training rows that have it, 0 where none has.
    trees
        What they add to phase 1's log odds.
    """

    logistic: Logistic
    fill: tuple[float, ...]
    trees: Trees

    def predict(self, inputs: Floats, /) -> Floats:
        """Mean of both log odds as a probability, shape (rows,).

        Parameters
        ----------
        inputs
            Shape (rows, `NAMES`): phase 1's log odds, then evidence, NaN where it is missing.
        """
        linear = log_odds(self.logistic.predict(build_linear(inputs, self.fill)))
        added = inputs[:, 0] + self.trees.predict_raw(inputs)
        return np.asarray(expit(0.5 * (linear + added)), dtype=np.float64)


def build_linear(inputs: Floats, fill: Sequence[float]) -> Floats:
    """Columns of the logistic: log odds, evidence without gaps, a flag for each silent feed."""
    evidence = inputs[:, 1:]
    there = evidence[:, LINEAR]
    silent = [np.isnan(evidence[:, columns]).all(axis=1) for columns in _OF_FEED]
    filled = np.where(np.isnan(there), np.asarray(fill), there)
    return np.column_stack([inputs[:, 0], filled, np.column_stack(silent).astype(np.float64)])


def fit_evidence_model(
    inputs: Floats, won: Floats, weight: Floats, params: EvidenceModelParams
) -> EvidenceModel | FitFailure:
    """Fit both on rows whose labels are known.

    Parameters
    ----------
    inputs
        Shape (rows, `NAMES`). LOOK-AHEAD of a quieter kind creeps in with in-sample log odds
        of phase 1: give what its models said of rows that they had not seen.
    won
        Shape (rows,), 1.0 and 0.0.
    weight
        Shape (rows,), uniqueness.

    Returns
    -------
    EvidenceModel or FitFailure
        `FitFailure` where all rows are of one class.
    """
    fill = measure_fill(inputs, weight)
    logistic = fit_logistic(build_linear(inputs, fill), won, weight, params.ridge)
    if isinstance(logistic, FitFailure):
        return logistic
    trees = fit_trees(
        "lgb",
        inputs,
        won,
        weight / weight.mean(),
        params.trees,
        NAMES,
        classifier=True,
        signs=SIGNS,
        start=inputs[:, 0],
    )
    return EvidenceModel(logistic, fill, trees)


def measure_fill(inputs: Floats, weight: Floats) -> tuple[float, ...]:
    """Weighted mean of each linear input over the rows that have it; 0 where none has."""
    columns = inputs[:, 1:][:, LINEAR]
    counted = np.where(np.isnan(columns), 0.0, weight[:, None])
    total = counted.sum(axis=0)
    sums = (counted * np.nan_to_num(columns)).sum(axis=0)
    means = np.divide(sums, total, out=np.zeros(LINEAR.size), where=total > 0.0)
    return tuple(means.tolist())
