"""The same figures of the entries that were traded, and of all."""

from collections.abc import Callable

import numpy as np

from dipmaster.core.kernels import Bools
from dipmaster.evaluation.figures.breakdowns import Record


def by_subset(traded: Bools, measure: Callable[[Bools], Record]) -> dict[str, Record]:
    """The same figures of the traded entries and of all.

    Parameters
    ----------
    traded
        Shape (entries,).
    measure
        From the entries to take, shape (entries,), to their figures.
    """
    return {"traded": measure(traded), "all": measure(np.ones(traded.size, dtype=np.bool_))}
