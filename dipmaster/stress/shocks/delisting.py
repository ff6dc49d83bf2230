"""Delisting: one coin falls to nearly nothing, then is traded no more."""

from dataclasses import replace

import numpy as np

from dipmaster.core.params import Stress
from dipmaster.core.time_units import BARS_PER_HOUR
from dipmaster.stress.bars import BarMoves
from dipmaster.stress.window import ShockWindow


def delist(window: ShockWindow, stress: Stress) -> BarMoves:
    """Let the first of the window's coins fall on top of its own moves; then it has no bars."""
    params, moves, coin = stress.delisting, window.moves, window.coins[0]
    bars = min(params.hours * BARS_PER_HOUR, window.bars)
    returns, spread, missing = moves.returns, moves.half_spread_bps.copy(), moves.missing.copy()
    returns[coin, :bars] += np.log(params.last_price_frac) / bars
    spread[coin, :bars] *= params.spread_multiple
    missing[coin, bars:] = True
    return replace(moves.with_returns(returns), half_spread_bps=spread, missing=missing)
