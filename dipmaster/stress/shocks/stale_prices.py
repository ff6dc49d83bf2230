"""Stale prices: some coins stand still without trades, then jump to the truth."""

import math
from dataclasses import replace

from dipmaster.core.params import Stress
from dipmaster.core.time_units import BAR_MS, MINUTE_MS
from dipmaster.stress.bars import BarMoves
from dipmaster.stress.window import ShockWindow


def freeze(window: ShockWindow, stress: Stress) -> BarMoves:
    """Freeze the first of the window's coins; the first bar after it opens at the true price.

    Frozen bars have volume 0, so that the engine fills nothing in them.
    """
    params, moves = stress.stale_prices, window.moves
    bars = min(params.minutes * MINUTE_MS // BAR_MS, window.bars - 1)
    rows = window.coins[: math.ceil(params.coins_frac * window.coins.size)]
    arrays = {name: getattr(moves, name).copy() for name in ("gap", "body", "upper", "lower")}
    meanwhile = moves.returns[rows, :bars].sum(axis=1)
    for values in arrays.values():
        values[rows, :bars] = 0.0
    arrays["gap"][rows, bars] += meanwhile
    volume = moves.volume.copy()
    volume[rows, :bars] = 0.0
    return replace(moves, **arrays, volume=volume)
