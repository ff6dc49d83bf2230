"""Wins and losses defined in one place: for labels, trades, random and standalone entries.

All compare the net return on the reference notional at entry, costs of both sides included. A
trailing stop at its floor brings back what was paid, give or take the last bits of a floating
point number: such a trade neither won nor lost. It is among those
not won, and never among the losing trades.
"""

import numpy as np

from dipmaster.core.kernels import Bools, Floats

ROUNDING_FRAC = 1e-9  # a hundred thousandth of a basis point; rounding leaves 1e-13 or less


def is_win(net_frac: Floats) -> Bools:
    """Which trades made money: net return above rounding; False where it is missing."""
    return net_frac > ROUNDING_FRAC


def is_loss(net_frac: Floats) -> Bools:
    """Which trades lost money: net return below rounding; False where it is missing."""
    return net_frac < -ROUNDING_FRAC


def is_break_even(net_frac: Floats) -> Bools:
    """Which trades brought back what they took, to rounding; False where it is missing."""
    return np.abs(net_frac) <= ROUNDING_FRAC
