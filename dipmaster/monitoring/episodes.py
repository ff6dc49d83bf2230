"""Trades or candidates that were open at the same time to episodes, which count once each.

What is open together wins or loses together. An episode begins when nothing else is open, so
that all before it is known by then: its mean outcome is what a bet is settled on.
"""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats, Ints


@dataclass(frozen=True)
class Episodes:
    """Groups of positions in order of time.

    Attributes
    ----------
    member
        Shape (positions,), episode of each, in the order that was given.
    begins_ms, ends_ms
        Shape (episodes,): first entry, and open time of the bar in which the last one closed.
    """

    member: Ints
    begins_ms: Ints
    ends_ms: Ints

    @property
    def count(self) -> int:
        """How many."""
        return int(self.begins_ms.size)

    def average(self, values: Floats) -> Floats:
        """Mean of each episode; shape (episodes,)."""
        sizes = np.bincount(self.member, minlength=self.count)
        means: Floats = np.bincount(self.member, values, minlength=self.count) / sizes
        return means


def group_episodes(begin_ms: Ints, end_ms: Ints) -> Episodes:
    """Group positions whose times overlap, also through others.

    Parameters
    ----------
    begin_ms, end_ms
        Shape (positions,), bars of the first and the last moment, both included.
    """
    order = np.argsort(begin_ms, kind="stable")
    begins, ends = begin_ms[order], end_ms[order]
    latest = np.maximum.accumulate(ends) if ends.size else ends
    opens = np.ones(begins.size, dtype=np.bool_)
    opens[1:] = begins[1:] > latest[:-1]
    member = np.empty(begins.size, dtype=np.int64)
    member[order] = np.cumsum(opens) - 1
    first = np.flatnonzero(opens)
    last = np.append(first[1:], begins.size)[: first.size] - 1
    return Episodes(member, begins[first], latest[last])
