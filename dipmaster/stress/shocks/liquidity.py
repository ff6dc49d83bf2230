"""Liquidity: spreads and volume that answer to volatility, and a drought of their own."""

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params import Stress
from dipmaster.core.time_units import BARS_PER_HOUR
from dipmaster.stress.bars import BarMoves
from dipmaster.stress.window import ShockWindow

VOLUME_ELASTICITY = 0.6
"""Of volume to volatility, as the simulator has it (docs/simulator.md)."""


def react_to_volatility(moves: BarMoves, multiple: Floats) -> BarMoves:
    """Half-spreads in proportion to volatility, volume with its elasticity; never below their own.

    Parameters
    ----------
    multiple
        Volatility under the shock over the coin's own, shape (symbols,).
    """
    more = np.maximum(multiple, 1.0)[:, None]
    return moves.with_liquidity(more, more**VOLUME_ELASTICITY)


def dry_up(window: ShockWindow, stress: Stress) -> BarMoves:
    """Widen the spread and take volume away for some hours; prices stay."""
    drought = stress.liquidity_drought
    multiple = np.full((1, 1), drought.multiple)
    dry = window.moves.with_liquidity(multiple, 1.0 / multiple)
    return dry.until(drought.hours * BARS_PER_HOUR, window.moves)
