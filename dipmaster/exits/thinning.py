"""Many rows of a position to few, by rule: neighbours say nearly the same again."""

import numpy as np

from dipmaster.foundation.numerics import Floats, Ints


def step_that_fits(held: Ints, offset: Ints, max_rows: int) -> int:
    """Smallest k for which at most `max_rows` rows are left when every k-th of a position stays.

    Parameters
    ----------
    held
        Shape (rows,), bars since the entry's own.
    offset
        Shape (rows,), candidate_id of each row's position: positions keep different
        bars, so that no age of a position is left out.
    max_rows
        At least 1.
    """
    place, step = held + offset, 1
    while np.count_nonzero(place % step == 0) > max_rows:
        step += 1
    return step


def thinned(rows: Ints, held: Ints, offset: Ints, max_rows: int) -> Ints:
    """Those of `rows` (indices into the two arrays) that stay, in their order.

    A row stays or goes by its position's id and its own age alone, once k is known;
    k is known from the rows handed in.
    """
    step = step_that_fits(held[rows], offset[rows], max_rows)
    kept: Ints = rows[(held[rows] + offset[rows]) % step == 0]
    return kept


def position_weights(position: Ints) -> Floats:
    """One over the number of rows of the row's position, shape (rows,): all positions count alike.

    Parameters
    ----------
    position
        Shape (rows,), at least 0.
    """
    if not position.size:
        return np.empty(0)
    weights: Floats = 1.0 / np.bincount(position)[position]
    return weights
