"""Order alone: area under the ROC curve, rank correlation with the net return.

Rows are sorted once; a resample then takes one pass over the counts. Ties share
the middle of their places (midranks), so they count half.
"""

import numpy as np

from dipmaster.core.kernels import Floats, Ints, kernel
from dipmaster.learning.evaluation.statistic import Statistic, require_pairs


def auc_statistic(p: Floats, label: Floats) -> Statistic:
    """Chance that a row that won has the higher p than one that did not, ties half."""
    score, won = require_pairs(p, label)
    order, group = sort_with_ties(score)
    winner = won[order] > 0.0
    return Statistic(
        score.size,
        lambda counts: _auc(counts, order, group, winner),
        "outcomes of one class only",
        0.0,
        1.0,
    )


def rank_correlation_statistic(p: Floats, net: Floats) -> Statistic:
    """Spearman's correlation of prediction and outcome, ties at midranks."""
    first, second = require_pairs(p, net)
    order_1, group_1 = sort_with_ties(first)
    order_2, group_2 = sort_with_ties(second)
    return Statistic(
        first.size,
        lambda counts: _spearman(counts, order_1, group_1, order_2, group_2),
        "all predictions or all outcomes are the same",
        -1.0,
        1.0,
    )


def sort_with_ties(values: Floats) -> tuple[Ints, Ints]:
    """Rising order of the rows, and for each place the end of its group of ties."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    return order, np.searchsorted(ordered, ordered, side="right").astype(np.int64)


@kernel
def _auc(counts: Floats, order: Ints, group: Ints, winner: np.ndarray) -> Floats:
    values = np.empty(counts.shape[0])
    for rep in range(counts.shape[0]):
        below, wins, area, start = 0.0, 0.0, 0.0, 0
        while start < order.size:
            tied_wins, tied_losses, end = 0.0, 0.0, group[start]
            for index in range(start, end):
                if winner[index]:
                    tied_wins += counts[rep, order[index]]
                else:
                    tied_losses += counts[rep, order[index]]
            area += tied_wins * (below + 0.5 * tied_losses)
            below += tied_losses
            wins += tied_wins
            start = end
        values[rep] = area / (wins * below) if wins * below > 0.0 else np.nan
    return values


@kernel
def _midranks(counts: Floats, order: Ints, group: Ints, ranks: Floats) -> None:
    """Mean place of each row, from 0, rows counted as often as they are."""
    below, start = 0.0, 0
    while start < order.size:
        tied, end = 0.0, group[start]
        for index in range(start, end):
            tied += counts[order[index]]
        for index in range(start, end):
            ranks[order[index]] = below + 0.5 * (tied - 1.0)
        below += tied
        start = end


@kernel
def _spearman(counts: Floats, order_1: Ints, group_1: Ints, order_2: Ints, group_2: Ints) -> Floats:
    n = order_1.size
    values = np.empty(counts.shape[0])
    first, second = np.empty(n), np.empty(n)
    for rep in range(counts.shape[0]):
        _midranks(counts[rep], order_1, group_1, first)
        _midranks(counts[rep], order_2, group_2, second)
        middle = 0.5 * (counts[rep].sum() - 1.0)
        product, square_1, square_2 = 0.0, 0.0, 0.0
        for row in range(n):
            x, y = first[row] - middle, second[row] - middle
            product += counts[rep, row] * x * y
            square_1 += counts[rep, row] * x * x
            square_2 += counts[rep, row] * y * y
        values[rep] = (
            product / np.sqrt(square_1 * square_2) if square_1 * square_2 > 0.0 else np.nan
        )
    return values
