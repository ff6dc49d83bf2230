"""Exchange outage: no bars of any coin, while prices go on behind."""

from dataclasses import replace

import numpy as np

from dipmaster.core.params import Stress
from dipmaster.core.time_units import BAR_MS, MINUTE_MS
from dipmaster.stress.bars import BarMoves
from dipmaster.stress.window import ShockWindow


def go_down(window: ShockWindow, stress: Stress) -> BarMoves:
    """Take the first bars away; the next one opens where the price has gone meanwhile."""
    missing = window.moves.missing.copy()
    missing[:, : _count_bars(stress)] = True
    return replace(window.moves, missing=missing)


def fall_unseen(window: ShockWindow, stress: Stress) -> BarMoves:
    """Take them away while all coins fall along their betas: the next open lies below stops."""
    bars, moves = _count_bars(stress), window.moves
    if not bars:
        return moves
    returns = moves.returns
    fall = np.log1p(stress.outage.crash_return_frac) / bars
    returns[:, :bars] += window.betas[:, None] * fall
    return replace(moves.with_returns(returns), missing=go_down(window, stress).missing)


def _count_bars(stress: Stress) -> int:
    return stress.outage.minutes * MINUTE_MS // BAR_MS
