"""One definition of a win, at the edge of what floating point numbers can tell apart."""

import numpy as np

from dipmaster.core.wins import is_break_even, is_loss, is_win

EDGE = np.array([-0.01, -1.1e-9, -1e-9, -1e-13, 0.0, 1e-13, 1e-9, 1.1e-9, 0.01, np.nan])


def test_rounding_is_neither_won_nor_lost() -> None:
    assert is_win(EDGE).tolist() == [False] * 7 + [True, True, False]
    assert is_loss(EDGE).tolist() == [True, True, *[False] * 8]
    assert is_break_even(EDGE).tolist() == [False, False, *[True] * 5, False, False, False]
