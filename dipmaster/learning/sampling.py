"""Many rows of a case to few, by rule: neighbours say nearly the same again."""

import numpy as np

from dipmaster.core.kernels import Floats, Ints


def subsample_step(age: Ints, case_id: Ints, max_rows: int) -> int:
    """Smallest k for which at most `max_rows` rows are left when every k-th of a case stays.

    Parameters
    ----------
    age
        Shape (rows,), bars since the case began.
    case_id
        Shape (rows,). Cases of different ids keep different ages, so that none is left out.
    max_rows
        At least 1.
    """
    offset_age, step = age + case_id, 1
    while np.count_nonzero(offset_age % step == 0) > max_rows:
        step += 1
    return step


def subsample(rows: Ints, age: Ints, case_id: Ints, max_rows: int) -> Ints:
    """Those of `rows` (indices into the two arrays) that stay, in their order.

    A row stays or goes by its case's id and its own age alone, once k is known;
    k is known from the rows handed in.
    """
    step = subsample_step(age[rows], case_id[rows], max_rows)
    sampled: Ints = rows[(age[rows] + case_id[rows]) % step == 0]
    return sampled


def equal_row_weights(case_id: Ints) -> Floats:
    """The same weight for every row, all together as much as there are cases, shape (rows,).

    A penalty then means as many cases as in a fit with one row a case, though rows of a
    case say nearly the same. TRAP: one over the number of rows of its own case
    looks as fair and is not. How long a position will live is not known at its first
    bars and hangs together with how it ends: rows of soon-ended ones would weigh the
    most, and every probability would be that of a short life.
    """
    if not case_id.size:
        return np.empty(0)
    return np.full(case_id.size, np.unique(case_id).size / case_id.size)
