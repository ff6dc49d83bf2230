"""Heads and calibrator, quarter by quarter: every row to an exit probability out of sample.

The calibrator is a walk of its own over the same rows. What it learns from is what
the heads predicted out of sample, as they did at the time. A position is scored by
the models of the fold in which its signal was decided, all its life.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dipmaster.core import store
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.confidence import Trees
from dipmaster.exits.heads import HEADS, Features, Head, HeadName, fit_head
from dipmaster.exits.schooling import Schooling
from dipmaster.learning.calibrators import clipped, log_odds
from dipmaster.learning.logistic import Logistic, fit_logistic, logistic_of
from dipmaster.learning.unfit import Unfit
from dipmaster.learning.walk_forward import Walk

LABELS: Mapping[HeadName, str] = {
    "profit": "exit_is_best",
    "timing": "bars_to_best",
    "risk": "stopped_first",
}
CALIBRATOR_INPUTS = (
    "ln_p_profit",
    "minus_ln_1_minus_p_profit",
    "log_odds_p_profit_above_knot",
    "log_odds_p_profit_below_knot",
    "timing_of_cap",
    "log_odds_p_risk",
)
_OF_PROFIT = range(4)  # inputs that must not turn the order of the profit head round
KNOT = float(np.log(0.6 / 0.4))  # log odds of .6, and their negative of .4
RIDGE = 1e-6  # only so that separable outcomes have a finite fit


@dataclass(frozen=True)
class Scored:
    """Everything that was fitted and what it said of every row, out of sample.

    Attributes
    ----------
    heads
        By name.
    calibrator
        Logistic regressions on `CALIBRATOR_INPUTS`; its predictions are the exit
        probability, NaN where a model of either level is missing.
    """

    school: Schooling
    heads: Mapping[HeadName, Walk[Head]]
    calibrator: Walk[Logistic]

    @property
    def exit_probability(self) -> Floats:
        """Shape (rows,): that a sale at the next open nets at least what holding nets."""
        return self.calibrator.predictions

    @property
    def heads_fitted_ms(self) -> Ints:
        """When the heads were fitted that spoke of each row; -1 where not all three did."""
        spoke = np.isfinite(predictions_of(self.heads)).all(axis=1)
        return np.where(spoke, self.heads["profit"].fitted_ms, -1)


def scored_of(school: Schooling, trees: Trees) -> Scored:
    """Fit every head and the calibrator on them, quarter by quarter."""
    heads = {name: _walk(name, school, trees) for name in HEADS}
    return Scored(school, heads, calibrated(school, heads))


def _walk(name: HeadName, school: Schooling, trees: Trees) -> Walk[Head]:
    features, label = school.rows.features, school.label(LABELS[name])
    return school.walk(
        school.heads_ms,
        label,
        np.ones(len(school.rows), dtype=np.bool_),
        lambda rows, weight: fit_head(name, features[rows], label[rows], weight, trees),
        lambda model, rows: model.predict(features[rows]),
        f"exit head {name}",
        classes=name != "timing",
    )


def calibrated(school: Schooling, heads: Mapping[HeadName, Walk[Head]]) -> Walk[Logistic]:
    """The calibrator on what the heads predicted.

    A prediction counts by how much its heads had learned from: those of the first
    quarters say little for sure, and a map that trusted them like the latest would be
    too timid for the heads it serves.
    """
    inputs = calibrator_inputs(predictions_of(heads), school.cap_bars)
    label, learned = school.label("exit_is_best"), _learned_from(heads["profit"])
    present = np.asarray(np.isfinite(inputs).all(axis=1), dtype=np.bool_)

    def fit(rows: Ints, weight: Floats) -> Logistic | Unfit:
        return fit_calibrator(inputs[rows], label[rows], weight * learned[rows])

    return school.walk(
        school.calibrator_ms,
        label,
        present,
        fit,
        lambda model, rows: model.apply(inputs[rows]),
        "exit calibrator",
    )


def _learned_from(walk: Walk[Head]) -> Floats:
    """Rows from which the model learned that predicted each row; 0 where none did."""
    rows = np.array([refit.rows for refit in walk.models] + [0], dtype=np.float64)
    return rows[walk.fold]  # fold -1 is the last entry


def predictions_of(heads: Mapping[HeadName, Walk[Head]]) -> Floats:
    """What the heads said, shape (rows, heads) in the order of `HEADS`."""
    return np.column_stack([heads[name].predictions for name in HEADS])


def said_by(heads: Mapping[HeadName, Head], features: Features) -> Floats:
    """What heads of one fold say to features, as `predictions_of`."""
    return np.column_stack([heads[name].predict(features) for name in HEADS])


def calibrator_inputs(said: Floats, cap_bars: int) -> Floats:
    """`CALIBRATOR_INPUTS` of rows, shape (rows, inputs); NaN where a head says nothing.

    The first two are those of a beta calibrator (Kull, Silva Filho and Flach 2017). The
    next two let it be steeper at both ends than in the middle, where most rows lie and
    the heads know little: one line through all of them is too timid at the ends.
    """
    profit, timing, risk = np.ascontiguousarray(said.T)
    p, odds = clipped(profit), log_odds(profit)
    ends = np.maximum(odds - KNOT, 0.0), np.minimum(odds + KNOT, 0.0)
    return np.column_stack([np.log(p), -np.log1p(-p), *ends, timing / cap_bars, log_odds(risk)])


def fit_calibrator(inputs: Floats, label: Floats, weight: Floats) -> Logistic | Unfit:
    """Weighted logistic regression that never turns the profit head's order round.

    As in the beta calibrator, an input of the profit head whose coefficient comes
    out negative is left out (its coefficient is then 0) and the others are fitted
    again; timing and risk are free. Its numbers are those that the file keeps, so
    that models read back say the same to the last bit.

    Parameters
    ----------
    inputs
        Shape (rows, inputs), no NaN: predictions made OUT OF SAMPLE. In-sample ones look
        too sure, and the map would learn to trust them.
    label, weight
        Shape (rows,).
    """
    kept = np.ones(inputs.shape[1], dtype=np.bool_)
    while True:
        found = fit_logistic(np.where(kept, inputs, 0.0), label, weight, RIDGE)
        if isinstance(found, Unfit):
            return found
        worst = min(_OF_PROFIT, key=lambda column: found.coefficient[column])
        if found.coefficient[worst] >= 0.0:
            return logistic_of(store.plain(found.record()))
        kept[worst] = False
