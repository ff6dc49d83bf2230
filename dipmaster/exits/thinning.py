"""Many rows of a position to few, by rule: neighbours say nearly the same again."""

import numpy as np

from dipmaster.core.kernels import Floats, Ints


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


def even_weights(position: Ints) -> Floats:
    """The same weight for every row, all together as much as there are positions, shape (rows,).

    A penalty then means as many positions as in a fit on candidates, though rows of a
    position say nearly the same. TRAP: one over the number of rows of its own position
    looks as fair and is not. How long a position will live is not known at its first
    bars and hangs together with how it ends: rows of soon-ended ones would weigh the
    most, and every probability would be that of a short life.

    Parameters
    ----------
    position
        Shape (rows,), at least 0.
    """
    if not position.size:
        return np.empty(0)
    return np.full(position.size, np.unique(position).size / position.size)
