"""The two recursions of the simulator: an AR(1) filter and the walk of the price."""

import numpy as np

from dipmaster.core.kernels import Floats, Ints, kernel

MINUTES = 5  # sub-steps of a bar


@kernel
def filter_ar1(shocks: Floats, phi: float) -> Floats:
    """y[t] = phi y[t-1] + shocks[t], y[-1] = 0.

    What falls below 1e-12 is 0: denormal numbers are slow and mean nothing.
    """
    out = np.empty(shocks.size)
    last = 0.0
    for t in range(shocks.size):
        last = phi * last + shocks[t]
        if abs(last) < 1e-12:
            last = 0.0
        out[t] = last
    return out


@kernel
def compute_minute_moves(
    sigma: Floats,
    loading: Floats,
    factor: Floats,
    idiosyncratic: Floats,
    idiosyncratic_tail: Floats,
    jump: Floats,
    jump_minute: Ints,
    cap: float,
) -> Floats:
    """Simple returns of the five minutes of each bar, drift apart; shape (bars, 5).

    A minute moves by sigma/sqrt(5) x (loading f + sqrt(1 - loading^2) e), cut
    at +-cap; in the minute of a jump J it is (1 + move)(1 + J) - 1. Every term
    is symmetric given the past, so each move has mean zero.
    """
    bars = sigma.size
    out = np.empty((bars, MINUTES))
    root = np.sqrt(1.0 / MINUTES)
    for t in range(bars):
        scale = sigma[t] * root
        idiosyncratic_loading = np.sqrt(1.0 - loading[t] * loading[t]) * idiosyncratic_tail[t]
        for k in range(MINUTES):
            move = scale * (loading[t] * factor[t, k] + idiosyncratic_loading * idiosyncratic[t, k])
            move = min(max(move, -cap), cap)
            if jump[t] != 0.0 and jump_minute[t] == k:
                move = (1.0 + move) * (1.0 + jump[t]) - 1.0
            out[t, k] = move
    return out


@kernel
def compute_prices(
    minute_moves: Floats, drift: Floats, start: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Open, high, low and close from minute moves and the drift of each bar.

    A minute multiplies the price by (1 + d)^(1/5) (1 + move), so a bar's
    expected simple return given the past is exactly d. The next bar opens at
    this bar's close. High and low are those of the six prices of the bar.
    """
    bars = drift.size
    opened, high, low, close = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    price = start
    for t in range(bars):
        opened[t] = high[t] = low[t] = price
        growth = (1.0 + drift[t]) ** (1.0 / MINUTES) if drift[t] != 0.0 else 1.0
        for k in range(MINUTES):
            price *= growth * (1.0 + minute_moves[t, k])
            high[t] = max(high[t], price)
            low[t] = min(low[t], price)
        close[t] = price
    return opened, high, low, close
