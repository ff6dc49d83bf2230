"""Bars to the most probable state of the market and of each coin."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params import Volatility
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.hierarchical.forward import filter_forward
from dipmaster.volatility.hierarchical.model import build_model
from dipmaster.volatility.hierarchical.observations import hold_on_bars, observe_ranges
from dipmaster.volatility.regime import UNKNOWN, Classes, class_centres


@dataclass(frozen=True)
class HierarchicalRegimes:
    """Most probable state at the close of each bar; -1 before anything was observed.

    Attributes
    ----------
    market
        Shape (bars,).
    coin
        Shape (coins, bars); over a gap the belief goes on from what other coins show.
    """

    market: Classes
    coin: Classes


def detect_states(
    ranges: Floats, squares: Floats, clock: GridClock, params: Volatility
) -> HierarchicalRegimes:
    """States by the hierarchical filter; they change at the close of an hour.

    Parameters
    ----------
    ranges, squares
        log(high / low) and squared return of each bar, de-seasonalised, shape (coins, bars),
        NaN where missing.
    """
    observed = observe_ranges(ranges, squares, clock, params.range_window_days)
    model = build_model(class_centres(params.regime), params.regime)
    market, coins = filter_forward(observed, model)
    seen = np.logical_or.accumulate(np.isfinite(observed), axis=1)
    any_seen = np.asarray(seen.any(axis=0))
    return HierarchicalRegimes(
        market=_on_bars(market, any_seen, clock), coin=_on_bars(coins, seen, clock)
    )


def _on_bars(probabilities: Floats, seen: Bools, clock: GridClock) -> Classes:
    """Most probable of the last axis, of equals the lower."""
    state = np.where(seen, probabilities.argmax(axis=-1), np.nan)
    held = hold_on_bars(state, clock)
    return np.where(np.isfinite(held), held, UNKNOWN).astype(np.int8)
