"""What goes into the paths of candidates, and what a bar brings out of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Bools, Floats, Ints

NO_CANDIDATES = np.empty(0, np.int64)


class PathPlans(NamedTuple):
    """Candidates that wait for the next open, arrays of shape (candidates,).

    `fold` is the refit that scores them, -1 where none does.
    """

    candidate_id: Ints
    coin: Ints
    target_frac: Floats
    fold: Ints

    def take(self, chosen: Bools) -> "PathPlans":
        """Some of them."""
        return PathPlans._make(column[chosen] for column in self)

    def join(self, later: "PathPlans") -> "PathPlans":
        """These, then others."""
        return PathPlans._make(np.concatenate(pair) for pair in zip(self, later, strict=True))


@dataclass(frozen=True)
class PathEvent:
    """What happened to a candidate in a bar: its last sale, or a part of it.

    Attributes
    ----------
    trip
        Record of `ROUND_TRIP`, shape (1,); bars count 5-minute steps since 1970.
    is_exit
        Else a partial exit.
    """

    trip: npt.NDArray[Any]
    is_exit: bool


@dataclass(frozen=True)
class PathStep:
    """What one bar brought.

    Attributes
    ----------
    opened
        Candidates that were bought at its open.
    partials
        Candidate to a partial exit at its open. Such a candidate can leave inside the same bar.
    exits
        Candidate to its last sale.
    net_frac
        Candidate that left to its net return.
    """

    opened: frozenset[int]
    partials: Mapping[int, PathEvent]
    exits: Mapping[int, PathEvent]
    net_frac: Mapping[int, float]


def empty_plans() -> PathPlans:
    """No candidate."""
    return PathPlans(NO_CANDIDATES, NO_CANDIDATES, np.empty(0), NO_CANDIDATES)
