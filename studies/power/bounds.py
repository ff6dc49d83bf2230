"""Two upper bounds on the scores of a market: trees that know the truth, trees of other markets.

*Oracle*: the product's trees, given what the simulator alone knows at the close of the
candidate's bar, and fitted month by month as the product fits them. *Pooled*: the product's
own inputs, learned on all rows of the other markets, so that a short history is no limit.
What the oracle finds and the pooled trees do not is not in the inputs; what the pooled trees
find and the product does not is lost in how it learns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.model_selection import KFold

from dipmaster.confidence import Events, Scores
from dipmaster.confidence.calibration import fit_calibrators
from dipmaster.confidence.ensemble import fit_ensemble
from dipmaster.confidence.families import Family, build_classifier
from dipmaster.confidence.inputs import InputMatrix
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Confidence
from dipmaster.core.params.confidence import BoostedTrees
from dipmaster.learning.calibrators import fit_calibrator
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import log_odds
from dipmaster.learning.tree_models import TreeModel, fit_trees

FALL_WINDOW_BARS = 12  # an hour, in which 72 % of a reversion of half-life 6.6 bars takes place
FOLDS = 3  # of the other markets' rows: each model leaves one out, on which the map is fitted


def fit_oracle(scores: Scores, known: Mapping[str, Floats], params: Confidence) -> Floats:
    """Calibrated probabilities of trees that also know the truth, shape (candidates,).

    The one place that knows how the product fits: trees of both libraries and the
    calibrator, cross-fitted at its refits. They learn from candidates only: of the bars of
    the wider rule the truth is not collected.

    Parameters
    ----------
    known
        Of `collect_truth`.
    """
    base, events = scores.base, scores.events
    matrix = InputMatrix(
        (*base.matrix.names, *known), np.column_stack([base.matrix.values, *known.values()]), ()
    )
    inputs = (*build_classifier(base.matrix).inputs, *known)
    family = Family("classifier", inputs, (0,) * len(inputs))
    training = replace(base.training, rows=events, rows_schedule=base.training.schedule)
    ensemble = fit_ensemble(family, matrix, training, params)
    return fit_calibrators(params.calibrator, ensemble, training).predictions


def collect_truth(truth: Mapping[str, pd.DataFrame], events: Events) -> dict[str, Floats]:
    """What the simulator knows at the close of each candidate's bar; name to (candidates,).

    Parameters
    ----------
    truth
        Table TRUTH by symbol.

    Returns
    -------
    dict of Floats
        Remaining reversion and volatility of the bar, and of the deepest downward jump of
        the last `FALL_WINDOW_BARS` bars its size and its mark: 1 reverts, 2 does not, 0 none.
    """
    columns: dict[str, Floats] = {}
    for symbol in np.unique(events.symbol):
        rows = np.flatnonzero(events.symbol == symbol)
        for name, values in _read_truth(truth[symbol], events.signal_ms[rows]).items():
            columns.setdefault(name, np.full(events.count, np.nan))[rows] = values
    return columns


def _read_truth(truth: pd.DataFrame, times_ms: Ints) -> dict[str, Floats]:
    bar = pd.Index(to_epoch_ms(truth["open_time"])).get_indexer(pd.Index(times_ms))
    if (bar < 0).any():
        raise data_error(
            "the simulator's truth",
            "a row at every candidate's bar",
            "none at some",
            "take bars and truth of one market",
        )
    window = np.maximum(bar[:, None] + np.arange(1 - FALL_WINDOW_BARS, 1), 0)
    jump_frac = truth["jump_frac"].to_numpy(dtype=np.float64)[window]
    marks = truth["jump_mark"].to_numpy(dtype=np.float64)[window]
    rows, deepest = np.arange(bar.size), jump_frac.argmin(axis=1)
    fall_frac = np.minimum(jump_frac[rows, deepest], 0.0)
    return {
        "remaining_reversion_frac": truth["remaining_reversion_frac"].to_numpy(np.float64)[bar],
        "sigma_bar": truth["sigma_bar"].to_numpy(np.float64)[bar],
        "deepest_fall_frac": fall_frac,
        "deepest_fall_mark": np.where(fall_frac < 0.0, marks[rows, deepest], 0.0),
    }


@dataclass(frozen=True)
class MarketRows:
    """Candidates of one market as rows to learn from, and to predict.

    Attributes
    ----------
    names
        Of the inputs.
    inputs
        Shape (candidates, inputs).
    won
        Shape (candidates,), 1.0 or 0.0; meaningless where not `settled`.
    weight
        Shape (candidates,), uniqueness of the label.
    settled
        Shape (candidates,), rows with a label to learn from.
    """

    names: tuple[str, ...]
    inputs: Floats
    won: Floats
    weight: Floats
    settled: Bools


def collect_rows(scores: Scores, uniqueness: Floats) -> MarketRows:
    """The product's inputs and labels, whole history.

    Parameters
    ----------
    uniqueness
        Column of table SCORES.
    """
    events, matrix = scores.events, scores.base.matrix
    return MarketRows(matrix.names, matrix.values, events.won, uniqueness, events.settled)


def score_from_others(rows: Mapping[int, MarketRows], seed: int, trees: BoostedTrees) -> Floats:
    """Probabilities for one market by what all other markets teach, shape (candidates,).

    The others' rows are cut into `FOLDS` runs. Each model learns from all but one; Platt's
    map learns from what each predicts for the run it left out; the mean of their log odds,
    mapped, serves.

    Parameters
    ----------
    rows
        By seed, the market's own among them, of which only the inputs are used.

    Raises
    ------
    DataError
        Where there is no other market, or its outcomes are all the same.
    """
    others = [rows[other] for other in sorted(rows) if other != seed]
    if not others:
        raise data_error("the seeds", "two or more", "one", "add a seed: its rows are learned from")
    inputs, won, weight = _join(others)
    models, left_out = _fit_folds(inputs, won, weight, rows[seed].names, enlarge(trees))
    calibrator = fit_calibrator("platt", left_out, won, weight)
    if isinstance(calibrator, FitFailure):
        raise data_error("the other markets", "wins and losses", calibrator.reason, "add seeds")
    own = rows[seed].inputs
    return calibrator.predict(
        expit(np.mean([log_odds(model.predict(own)) for model in models], axis=0))
    )


def enlarge(trees: BoostedTrees) -> BoostedTrees:
    """Sizes for ten times the rows: more, deeper trees with larger leaves."""
    return trees.model_copy(
        update={
            "rounds": 4 * trees.rounds,
            "depth": trees.depth + 1,
            "min_leaf": 5 * trees.min_leaf,
        }
    )


def _join(markets: Sequence[MarketRows]) -> tuple[Floats, Floats, Floats]:
    """Inputs, outcomes and weights of all settled rows, market after market."""
    inputs = np.concatenate([market.inputs[market.settled] for market in markets])
    won = np.concatenate([market.won[market.settled] for market in markets])
    weight = np.concatenate([market.weight[market.settled] for market in markets])
    return inputs, won, weight / weight.mean()


def _fit_folds(
    inputs: Floats, won: Floats, weight: Floats, names: Sequence[str], trees: BoostedTrees
) -> tuple[list[TreeModel], Floats]:
    """One model a fold, and what each predicts for the rows it never saw."""
    models, left_out = [], np.empty(won.size)
    for learn, predict in KFold(FOLDS).split(inputs):
        model = fit_trees(
            "lgb", inputs[learn], won[learn], weight[learn], trees, names, classifier=True
        )
        models.append(model)
        left_out[predict] = model.predict(inputs[predict])
    return models, left_out
