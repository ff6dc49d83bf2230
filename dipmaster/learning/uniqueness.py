"""Spans of labels to weights: a label that shares its bars with others says less.

Average uniqueness of Lopez de Prado (2018, chapter 4): the mean, over the bars
a label spans, of one over the number of labels open at that bar. There all
labels are of one asset. Here those of other coins count by the correlation of
coins, so twenty positions in one market-wide fall are not twenty observations.
"""

import numpy as np
import numpy.typing as npt

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints, kernel


def average_uniqueness(
    entry_bar: Ints,
    exit_bar: Ints,
    symbol: npt.NDArray[np.generic],
    correlation_of_candidate: Floats,
) -> Floats:
    """Weight of each label: mean of 1 / concurrency over its bars.

    Concurrency at a bar is ``1 + others of the same coin + rho * others of other
    coins`` that are open there.

    Nothing here looks ahead of the label's own end: the count at bar b holds
    labels entered by b, and the label's last bar is its exit. Labels that begin
    later, and when those still open end after it, change nothing, so the weight
    is known when the label is. LOOK-AHEAD creeps in where a label is weighted
    before it is known, or with a correlation over all of the data.

    Parameters
    ----------
    entry_bar, exit_bar
        Shape (labels,), positions on the common grid of bars, both inside the
        label; negative where there was no trade.
    symbol
        Shape (labels,), coin of each label: names or codes.
    correlation_of_candidate
        Shape (labels,), rho: mean correlation of coins known at the label's
        signal. Clipped to [0, 1]; where NaN the coins count as one.

    Returns
    -------
    Floats
        Shape (labels,), in (0, 1]; NaN where there was no trade.

    Raises
    ------
    DataError
        Where a label ends before it begins.
    """
    weight = np.full(entry_bar.size, np.nan)
    traded = np.flatnonzero((entry_bar >= 0) & (exit_bar >= 0))
    if not traded.size:
        return weight
    entry, exit_at = entry_bar[traded], exit_bar[traded]
    _require_order(entry, exit_at)
    first = int(entry.min())
    code = np.unique(symbol[traded], return_inverse=True)[1].astype(np.int64)
    rho = np.clip(np.nan_to_num(correlation_of_candidate[traded], nan=1.0), 0.0, 1.0)
    counts = _count_open_labels(entry - first, exit_at - first, code)
    weight[traded] = _mean_uniqueness(
        entry - first, exit_at - first, code, rho, counts, counts.sum(axis=0)
    )
    return weight


def _require_order(entry: Ints, exit_at: Ints) -> None:
    wrong = np.flatnonzero(exit_at < entry)
    if wrong.size:
        first = int(wrong[0])
        raise data_error(
            "labels",
            "an exit at or after the entry",
            f"entry at bar {entry[first]} and exit at bar {exit_at[first]}",
            "give the bars of the same trade",
        )


def _count_open_labels(entry: Ints, exit_at: Ints, code: Ints) -> Ints:
    """Labels open at each bar, shape (coins, bars), from differences at entry and exit."""
    change = np.zeros((int(code.max()) + 1, int(exit_at.max()) + 2), dtype=np.int64)
    np.add.at(change, (code, entry), 1)
    np.add.at(change, (code, exit_at + 1), -1)
    counts: Ints = np.cumsum(change, axis=1)
    return counts


@kernel
def _mean_uniqueness(
    entry: Ints, exit_at: Ints, code: Ints, rho: Floats, counts: Ints, together: Ints
) -> Floats:
    means = np.empty(entry.size)
    for label in range(entry.size):
        total = 0.0
        for bar in range(entry[label], exit_at[label] + 1):
            same_coin = counts[code[label], bar]
            total += 1.0 / (same_coin + rho[label] * (together[bar] - same_coin))
        means[label] = total / (exit_at[label] - entry[label] + 1)
    return means
