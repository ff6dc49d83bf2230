"""Orders to the market impact that each of them has, by the square-root law.

Impact = coefficient x daily volatility x sqrt(notional / daily volume), a side, with a coefficient
of the order of one: Tóth et al. (2011), and Donier and Bonart (2015) on Bitcoin. Volume and
volatility are those of the days up to the close of the signal's bar.
"""

import numpy as np

from dipmaster.backtest import Entries, Ledger
from dipmaster.backtest.costs import BPS
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution
from dipmaster.core.time_units import BARS_PER_DAY


def measure_unit_impact(
    panel: Panel, entries: Entries, share: Floats, days: int, coefficient: float
) -> Floats:
    """Impact in bps of each order for a capital of 1; that of a capital C is sqrt(C) times it.

    Parameters
    ----------
    share
        Shape (entries,), notional over the starting capital.
    days
        Days up to the close of the signal's bar that volume and volatility are measured in.

    Returns
    -------
    Floats
        Shape (entries,); NaN where no volume is known.
    """
    volume, volatility = measure_past(panel, entries.symbol_index, entries.signal_index, days)
    return coefficient * volatility / BPS * np.sqrt(share / volume)


def measure_past(
    panel: Panel, symbol_index: Ints, signal_index: Ints, days: int
) -> tuple[Floats, Floats]:
    """Mean daily volume in quote currency and daily volatility up to each signal's close.

    Of the bars that exist in the window; volatility is the root of the mean squared 5-minute log
    return times a day's bars. NaN where no volume is known.
    """
    moves = np.diff(np.log(panel.close), axis=1, prepend=np.nan)
    window = days * BARS_PER_DAY
    value = _window_mean(panel.volume * panel.close, symbol_index, signal_index, window)
    square = _window_mean(moves**2, symbol_index, signal_index, window)
    volume = np.where(value > 0.0, value * BARS_PER_DAY, np.nan)
    return volume, np.sqrt(square * BARS_PER_DAY)


def _window_mean(values: Floats, symbol_index: Ints, last: Ints, window: int) -> Floats:
    """Mean of what is known among the `window` bars up to and with `last`; NaN of nothing."""
    known = ~np.isnan(values)
    first = np.maximum(last + 1 - window, 0)
    totals = _window_sum(np.where(known, values, 0.0), symbol_index, first, last)
    counts = _window_sum(known.astype(np.float64), symbol_index, first, last)
    means: Floats = np.divide(totals, counts, out=np.full(totals.size, np.nan), where=counts > 0.0)
    return means


def _window_sum(values: Floats, symbol_index: Ints, first: Ints, last: Ints) -> Floats:
    """Differences of running sums: what comes after `last` cannot touch them."""
    running = np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0)))
    sums: Floats = running[symbol_index, last + 1] - running[symbol_index, first]
    return sums


def measure_shares(panel: Panel, entries: Entries, ledger: Ledger, execution: Execution) -> Floats:
    """Notional of each order over the starting capital, as in the run; shape (entries,).

    An order that was not filled counts with what it asks for of the equity at its signal.
    """
    equity = ledger.equity["equity"].to_numpy(dtype=np.float64)[entries.signal_index]
    asked = np.minimum(entries.size_frac, execution.max_position_frac)
    notional = asked * np.maximum(equity, 0.0)
    row = np.full(int(entries.candidate_id.max(initial=-1)) + 1, -1)
    row[entries.candidate_id] = np.arange(len(entries))
    buys = ledger.fills[ledger.fills["side"] == "buy"]
    order = row[ledger.trades["candidate_id"].to_numpy(dtype=np.int64)]
    bought = buys.set_index("trade_id")["quantity"] * buys.set_index("trade_id")["reference_price"]
    notional[order] = bought.reindex(ledger.trades["trade_id"]).to_numpy(dtype=np.float64)
    shares: Floats = notional / execution.capital
    return shares


def spread_over_bars(panel: Panel, entries: Entries, impact: Floats) -> Floats:
    """Impact by symbol and bar: from the entry of an order to that of the symbol's next one.

    Orders of a symbol do not overlap, so that a position is bought and sold with its own.

    Returns
    -------
    Floats
        Shape (symbols, bars), 0 before a symbol's first order.
    """
    spread = np.zeros(panel.open.shape)
    bars = np.arange(panel.bars)
    for row in range(len(panel.symbols)):
        own = np.flatnonzero(entries.symbol_index == row)
        if own.size:
            at = np.searchsorted(entries.signal_index[own] + 1, bars, side="right")
            spread[row] = np.concatenate([[0.0], impact[own]])[at]
    return spread
