"""Exit probabilities of rows to the form in which the engine takes them."""

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.exits.layout import Rows


def score_matrix(rows: Rows, probability: Floats, positions: int, cap_bars: int) -> Floats:
    """Shape (positions, cap_bars), column = bars closed since the entry's own bar.

    NaN, which is no decision, where there is no row or no probability.

    Parameters
    ----------
    probability
        Shape (rows,).
    """
    out = np.full((positions, cap_bars), np.nan)
    out[rows.position, rows.held] = probability
    return out
