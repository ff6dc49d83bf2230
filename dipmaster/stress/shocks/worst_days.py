"""Replay: the moves, spreads and volumes of one of the worst market days before the shock."""

from dataclasses import replace

import numpy as np

from dipmaster.core.params import Stress
from dipmaster.stress.bars import MOVES, BarMoves
from dipmaster.stress.window import ShockWindow


def replay(window: ShockWindow, stress: Stress) -> BarMoves:
    """Put that day where the window begins; bars that either of the two lacks stay as they are.

    Without a whole day before the shock the window stays as it is.
    """
    moves, day = window.moves, window.worst_day
    if day is None:
        return moves
    bars = min(day.gap.shape[1], window.bars)
    taken = ~(day.missing[:, :bars] | moves.missing[:, :bars])
    parts = {name: getattr(moves, name).copy() for name in MOVES if name != "missing"}
    for name, values in parts.items():
        values[:, :bars] = np.where(taken, getattr(day, name)[:, :bars], values[:, :bars])
    return replace(moves, **parts)
