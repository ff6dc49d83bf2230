"""Flash crash: all coins fall along their betas within minutes and come back."""

import numpy as np

from dipmaster.core.params import Stress
from dipmaster.stress.bars import BarMoves
from dipmaster.stress.window import ShockWindow


def flash(window: ShockWindow, stress: Stress) -> BarMoves:
    """Add a fall and the way back to the coins' own moves; spreads are wide meanwhile."""
    params, moves = stress.flash_crash, window.moves
    depth, fall = np.log1p(params.return_frac), params.fall_bars
    bars = min(fall + params.rebound_bars, window.bars)
    path = np.zeros(window.bars)
    path[:fall] = depth / fall
    path[fall:bars] = -depth / params.rebound_bars
    shocked = moves.with_returns(moves.returns + window.betas[:, None] * path)
    wide = np.full((1, 1), params.spread_multiple if depth else 1.0)
    return shocked.with_liquidity(wide, np.ones((1, 1))).until(bars, moves)
