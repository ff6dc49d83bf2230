"""The same figures of the entries that were traded, and of all."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from dipmaster.core.kernels import Bools
from dipmaster.results.common import BySubset

Figures = TypeVar("Figures")


def by_subset(traded: Bools, measure: Callable[[Bools], Figures]) -> BySubset[Figures]:
    """The same figures of the traded entries and of all.

    Parameters
    ----------
    traded
        Shape (entries,).
    measure
        From the entries to take, shape (entries,), to their figures.
    """
    return BySubset(traded=measure(traded), all=measure(np.ones(traded.size, dtype=np.bool_)))
