"""Market crash: a common path down along betas, and more volatility around it."""

from collections.abc import Callable

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params import Stress
from dipmaster.core.params.stress import MarketCrash
from dipmaster.core.time_units import BARS_PER_HOUR, BARS_PER_YEAR
from dipmaster.stress.bars import BarMoves
from dipmaster.stress.factors import bar_volatility, divide, market_returns
from dipmaster.stress.shocks.liquidity import react_to_volatility
from dipmaster.stress.window import ShockWindow


def crash_as_written(window: ShockWindow, stress: Stress) -> BarMoves:
    """Fall, with the annual volatility that the roadmap names around the path."""
    crash = stress.market_crash
    target = crash.annual_volatility_frac / np.sqrt(BARS_PER_YEAR)
    return _fall(window, crash, lambda own: np.full(own.shape, target))


def crash_scaled(window: ShockWindow, stress: Stress) -> BarMoves:
    """Fall, with a multiple of each coin's own volatility around the path."""
    crash = stress.market_crash
    return _fall(window, crash, lambda own: crash.volatility_multiple * own)


def _fall(
    window: ShockWindow, crash: MarketCrash, ask_volatility: Callable[[Floats], Floats]
) -> BarMoves:
    """Put the crash on top of the market's own drift.

    Around the path a coin moves as it did, plus its beta times a Brownian bridge with the
    market's past volatility, rescaled to the volatility asked for. Without a fall there is no
    bridge: a crash of 0 at its own volatility is no crash.

    Parameters
    ----------
    ask_volatility
        Each coin's own volatility of a bar to that asked for.
    """
    bars = min(crash.hours * BARS_PER_HOUR, window.bars)
    moves, betas = window.moves, window.betas[:, None]
    returns, missing = moves.returns[:, :bars], moves.missing[:, :bars]
    drift = betas * market_returns(np.where(missing, np.nan, returns)).mean()
    own = np.where(missing, 0.0, returns - drift)
    around = own + betas * _draw_bridge(window, bars) if crash.return_frac else own
    volatility = bar_volatility(own, missing)
    asked = ask_volatility(volatility)
    factor, multiple = divide(asked, bar_volatility(around, missing)), divide(asked, volatility)
    path = betas * np.log1p(crash.return_frac) / bars
    fallen = moves.scale(multiple[:, None])
    shocked = fallen.returns
    shocked[:, :bars] = returns + (path + factor[:, None] * around - own)
    return react_to_volatility(fallen.with_returns(shocked), multiple).until(bars, moves)


def _draw_bridge(window: ShockWindow, bars: int) -> Floats:
    """Steps of a Brownian bridge with the market's volatility: they sum to 0, shape (bars,)."""
    steps = np.random.default_rng(window.seed).standard_normal(bars)
    return np.asarray(window.market_volatility * (steps - steps.mean()))
