"""One window of the market: its bars before any shock, and what was known of coins by then."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.params import Stress
from dipmaster.core.time_units import BARS_PER_DAY, DAY_MS
from dipmaster.stress.bars import FIELDS, BarMoves, carry_forward, split_bars
from dipmaster.stress.factors import (
    bar_volatility,
    estimate_betas,
    market_returns,
    measure_returns,
)


@dataclass(frozen=True)
class ShockWindow:
    """What a shock may know: the bars of the window, and the past.

    Attributes
    ----------
    panel, moves
        The window's bars, untouched.
    betas
        Shape (symbols,), on the equal-weighted market over the past days.
    market_volatility
        Of a bar's return of the market, over the same days.
    worst_day
        Moves of a whole UTC day before the shock, shape (symbols, 288); None where there is
        no such day.
    coins
        Rows of all coins in the order in which shocks that hit some of them take them.
    seed
        Of the random path of this window.
    """

    panel: Panel
    moves: BarMoves
    betas: Floats
    market_volatility: float
    worst_day: BarMoves | None
    coins: Ints
    seed: np.random.SeedSequence

    @property
    def bars(self) -> int:
        """Length of the window."""
        return self.panel.bars


@dataclass(frozen=True)
class MarketHistory:
    """The whole market, of which windows are cut.

    Attributes
    ----------
    panel
        Bars in which nobody traded are missing.
    known_close
        Shape (symbols, bars), last known close by each bar, NaN before the first.
    returns
        Shape (symbols, bars), logarithmic, NaN where there is no bar.
    market
        Shape (bars,), their mean over the coins that have a bar.
    days, day_returns
        First bar of each whole UTC day, and the market's return on it.
    """

    panel: Panel
    known_close: Floats
    returns: Floats
    market: Floats
    days: Ints
    day_returns: Floats


def build_history(panel: Panel) -> MarketHistory:
    """Measure what windows are made with, on the bars that were traded."""
    traded = panel.traded
    known = carry_forward(traded.close)
    returns = measure_returns(traded, known)
    into_day = traded.open_time % DAY_MS
    starts = np.flatnonzero(into_day == 0)
    days = starts[starts + BARS_PER_DAY <= traded.bars]
    market = market_returns(returns)
    totals = np.concatenate(([0.0], np.cumsum(market)))
    day_returns = totals[days + BARS_PER_DAY] - totals[days]
    return MarketHistory(traded, known, returns, market, days, day_returns)


def slice_panel(panel: Panel, begin: int, end: int) -> Panel:
    """Bars `begin` up to `end`; later bars are not in it."""
    funding = None if panel.funding_frac is None else panel.funding_frac[:, begin:end]
    values = (getattr(panel, name)[:, begin:end] for name in FIELDS)
    return replace(Panel(panel.symbols, panel.open_time[begin:end], *values), funding_frac=funding)


def join_panels(before: Panel, after: Panel) -> Panel:
    """Bars of a slice, and those that follow it."""
    values = (
        np.concatenate((getattr(before, name), getattr(after, name)), axis=1) for name in FIELDS
    )
    funding = None
    if before.funding_frac is not None and after.funding_frac is not None:
        funding = np.concatenate((before.funding_frac, after.funding_frac), axis=1)
    times = np.concatenate((before.open_time, after.open_time))
    return replace(Panel(before.symbols, times, *values), funding_frac=funding)


def join_each(before: Panel, windows: Iterable[Panel]) -> Iterator[Panel]:
    """Bars of a slice, followed by those of one window after the other.

    All are written into the same arrays, so that the slice is copied once: a panel is good until
    the next is asked for.

    Parameters
    ----------
    windows
        Of the same coins, times and funding.
    """
    joined: Panel | None = None
    for window in windows:
        if joined is None:
            joined = join_panels(before, window)
        else:
            joined = replace(joined)  # nothing that was worked out from the last window
            for name in FIELDS:
                getattr(joined, name)[:, before.bars :] = getattr(window, name)
        yield joined


def cut_window(
    history: MarketHistory,
    shock_bar: int,
    rank: int,
    coins: Ints,
    seed: np.random.SeedSequence,
    stress: Stress,
) -> ShockWindow:
    """Cut the window that begins at a bar, and measure betas on the days before it.

    Parameters
    ----------
    shock_bar
        First bar of the window, with at least one bar before it.
    rank
        Which of the worst days before the shock is replayed, 0 the worst.
    """
    past = slice(max(0, shock_bar - stress.past_days * BARS_PER_DAY), shock_bar)
    panel = slice_panel(history.panel, shock_bar, shock_bar + stress.window_days * BARS_PER_DAY)
    market = history.market[past]
    return ShockWindow(
        panel,
        split_bars(panel, history.known_close[:, shock_bar - 1]),
        estimate_betas(history.returns[:, past], market),
        float(bar_volatility(market[None], np.zeros((1, market.size), np.bool_))[0]),
        worst_day_before(history, shock_bar, rank),
        coins,
        seed,
    )


def worst_day_before(history: MarketHistory, shock_bar: int, rank: int) -> BarMoves | None:
    """Moves of the day of that rank among the whole days over by the shock, worst first."""
    over = np.flatnonzero(history.days + BARS_PER_DAY <= shock_bar)
    if not over.size:
        return None
    ordered = over[np.argsort(history.day_returns[over], kind="stable")]
    first = int(history.days[ordered[min(rank, ordered.size - 1)]])
    day = slice_panel(history.panel, first, first + BARS_PER_DAY)
    before = history.known_close[:, first - 1] if first else np.full(len(day.symbols), np.nan)
    return split_bars(day, before)
