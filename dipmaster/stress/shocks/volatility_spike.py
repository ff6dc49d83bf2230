"""Volatility spike: every move of the window rescaled around its mean, no return added."""

from collections.abc import Callable

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params import Stress
from dipmaster.core.time_units import BARS_PER_YEAR
from dipmaster.stress.bars import BarMoves
from dipmaster.stress.factors import bar_volatility, divide
from dipmaster.stress.shocks.liquidity import react_to_volatility
from dipmaster.stress.window import ShockWindow


def spike_as_written(window: ShockWindow, stress: Stress) -> BarMoves:
    """Rescale to the annual volatility that the roadmap names."""
    target = stress.volatility_spike.annual_volatility_frac / np.sqrt(BARS_PER_YEAR)
    return _rescale(window, lambda own: np.full(own.shape, target))


def spike_scaled(window: ShockWindow, stress: Stress) -> BarMoves:
    """Rescale to a multiple of each coin's own volatility."""
    return _rescale(window, lambda own: stress.volatility_spike.volatility_multiple * own)


def _rescale(window: ShockWindow, ask_volatility: Callable[[Floats], Floats]) -> BarMoves:
    """Rescale around the mean, so that a coin ends the window at its own price."""
    moves = window.moves
    bars = np.maximum((~moves.missing).sum(axis=1), 1)
    mean = moves.returns.sum(axis=1) / bars
    around = np.where(moves.missing, 0.0, moves.returns - mean[:, None])
    volatility = bar_volatility(around, moves.missing)
    multiple = divide(ask_volatility(volatility), volatility)
    spiked = moves.scale(multiple[:, None])
    drift = np.where(moves.missing, 0.0, ((1.0 - multiple) * mean)[:, None])
    return react_to_volatility(spiked.with_returns(spiked.returns + drift), multiple)
