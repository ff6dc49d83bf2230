"""Outcomes without information: what models learn from when there is nothing to learn."""

from dataclasses import replace

import numpy as np

from dipmaster.confidence import Events
from dipmaster.core.kernels import Ints


def group_by_month(events: Events) -> Ints:
    """Symbol and UTC month of each event as one number; shape (events,)."""
    month = events.signal_ms.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(100 * month + events.symbol_index)


def shuffle_outcomes(events: Events, seed: int = 5) -> Events:
    """Net returns change places within symbol and UTC month; what was known when stays.

    Months keep their rate of winners, and events that never settle keep their outcome.
    """
    rng = np.random.default_rng(seed)
    net = events.net_frac.copy()
    group = group_by_month(events)
    for code in np.unique(group):
        rows = np.flatnonzero((group == code) & events.settled)
        net[rows] = rng.permutation(net[rows])
    return replace(events, net_frac=net)
