"""Orders and bars to round trips: `follow` goes with each position to its last sale.

The one place where exits are decided. The engine, the labels and the random
entries all call it, so that they cannot differ. What a position does depends on
prices and rules, never on its size: quantity and cash are the engine's.

Order of events at a bar, and what each is called, is in docs/engine.md.
"""

from typing import Any, NamedTuple

import numpy as np

from dipmaster.backtest.costs import BPS, Costs, break_even, outlay, proceeds
from dipmaster.backtest.rules import ExitType, RuleArrays, RuleNumbers
from dipmaster.numerics import Floats, Ints, kernel
from dipmaster.panel import Panel
from dipmaster.periods import BAR_MS, BOUNDARY_MS

AT_OPEN, ENTRY, INSIDE, AT_END = 0, 1, 2, 3  # stages of a bar, in time order
NEVER = -1

ROUND_TRIP = np.dtype(
    [
        ("entry_bar", np.int64),
        ("entry_reference", np.float64),
        ("entry_half_spread", np.float64),
        ("exit_bar", np.int64),
        ("exit_stage", np.int8),
        ("exit_type", np.int8),
        ("exit_reference", np.float64),
        ("exit_half_spread", np.float64),
        ("exit_score", np.float64),
        ("partial_bar", np.int64),
        ("partial_reference", np.float64),
        ("partial_half_spread", np.float64),
        ("partial_score", np.float64),
        ("peak", np.float64),
        ("trough", np.float64),
    ]
)

_BARS_PER_BOUNDARY = BOUNDARY_MS // BAR_MS
_NONE = -1
_END, _STOP, _TRAILING = int(ExitType.END_OF_DATA), int(ExitType.STOP), int(ExitType.TRAILING_STOP)
_TARGET, _TIME, _BOUNDARY = int(ExitType.TARGET), int(ExitType.TIME_LIMIT), int(ExitType.BOUNDARY)
_FULL, _PARTIAL = int(ExitType.OPTIMAL_TIMING), int(ExitType.PROFIT_TAKING)


class Market(NamedTuple):
    """A panel for kernels: arrays of shape (symbols, bars).

    `clock` is the number of the first bar counted in 5-minute steps since 1970.
    """

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    half_spread_bps: Floats
    clock: int


class Plans(NamedTuple):
    """Orders for kernels, arrays of shape (rows,): where, when, and how they end.

    `target_frac`, `stop_frac` and `cap_bars` may all be of shape (1,): the same for all.
    """

    symbol: Ints
    signal: Ints
    target_frac: Floats
    stop_frac: Floats
    cap_bars: Ints


def market_of(panel: Panel) -> Market:
    """The panel's arrays in the form that kernels read."""
    return Market(
        np.ascontiguousarray(panel.open, np.float64),
        np.ascontiguousarray(panel.high, np.float64),
        np.ascontiguousarray(panel.low, np.float64),
        np.ascontiguousarray(panel.close, np.float64),
        np.ascontiguousarray(panel.half_spread_bps, np.float64),
        int(panel.open_time[0]) // BAR_MS,
    )


def plans_of(
    symbol: Ints, signal: Ints, target_frac: Floats, stop_frac: Floats, cap_bars: Ints
) -> Plans:
    """The columns in the form that kernels read."""
    return Plans(
        np.ascontiguousarray(symbol, np.int64),
        np.ascontiguousarray(signal, np.int64),
        np.ascontiguousarray(target_frac, np.float64),
        np.ascontiguousarray(stop_frac, np.float64),
        np.ascontiguousarray(cap_bars, np.int64),
    )


@kernel
def decided_until(u: int, e: int, cap_bars: int, clock: int, rules: RuleNumbers) -> int:
    """Bar after the next close, from that of `u` on, at which something may be decided.

    Between decisions only levels can end a position, which is what makes a walk fast.
    """
    end = max(e + cap_bars, u + 1)
    if rules.every_bar:
        return u + 1
    if np.isnan(rules.boundary_min_net):
        return end
    return min(end, u + _BARS_PER_BOUNDARY - (clock + u) % _BARS_PER_BOUNDARY)


@kernel
def ordered(slot: int, score: float, net: float, entry: float, rules: RuleNumbers) -> int:
    """Exit decided at a close, for the next open; -1 where none is.

    `slot` numbers the next bar in 5-minute steps since 1970, `net` is the profit
    of one unit if it were sold at this close.
    """
    if score > rules.score_full:
        return _FULL
    if score > rules.score_partial:
        return _PARTIAL
    if slot % _BARS_PER_BOUNDARY == 0 and net >= rules.boundary_min_net * entry:
        return _BOUNDARY
    return _NONE


@kernel
def raised(level: float, peak: float, entry: float, distance: float, floor: float) -> float:
    """Stop level after a bar with this peak; a missing distance leaves only the floor."""
    trail = peak - distance * entry
    if not trail > floor:
        trail = floor
    return max(level, trail)


@kernel
def lowest_trail(entry: float, half_spread: float, rules: RuleNumbers, costs: Costs) -> float:
    """Level below which an active trailing stop never lies."""
    return break_even(entry, half_spread, costs) if rules.break_even_floor else -np.inf


@kernel
def last_known(closes: Floats, symbol: int) -> int:
    """Last bar of the symbol that exists."""
    u = int(closes.shape[1]) - 1
    while np.isnan(closes[symbol, u]):
        u -= 1
    return u


@kernel
def _begin(out: Any, e: int, entry: float, half_spread: float) -> None:
    out.entry_bar, out.entry_reference, out.entry_half_spread = e, entry, half_spread
    out.partial_bar, out.partial_reference, out.partial_half_spread = NEVER, np.nan, np.nan
    out.partial_score, out.exit_score = np.nan, np.nan


@kernel
def _note_score(out: Any, order: int, score: float) -> None:
    if order == _PARTIAL:
        out.partial_score = score
    elif order == _FULL:
        out.exit_score = score


@kernel
def _halve(out: Any, u: int, price: float, half_spread: float) -> None:
    out.partial_bar, out.partial_reference, out.partial_half_spread = u, price, half_spread


@kernel
def _end(
    out: Any,
    u: int,
    kind: int,
    stage: int,
    price: float,
    spread_bps: float,
    peak: float,
    trough: float,
) -> None:
    out.exit_bar, out.exit_stage, out.exit_type = u, stage, kind
    out.exit_reference, out.exit_half_spread = price, spread_bps * BPS
    out.peak, out.trough = max(peak, price), min(trough, price)


@kernel
def touched(
    first: float, low: float, level: float, target: float, stop_kind: int
) -> tuple[int, int, float]:
    """Exit type, stage and price on a bar that touched a level; the stop goes first.

    A target passed at the open counts as inside the bar: that the stop was not
    touched is known only when the bar is over.
    """
    if low > level:
        return _TARGET, INSIDE, max(first, target)
    if first <= level:
        return stop_kind, AT_OPEN, first
    return stop_kind, INSIDE, level


@kernel
def follow(
    market: Market,
    plans: Plans,
    rules: RuleNumbers,
    costs: Costs,
    arrays: RuleArrays,
    chain: bool,
    out: Any,
) -> int:
    """Follow the position of every row, write its round trip to `out`, return their number.

    One long function on purpose: handing arrays to a function for every position
    costs as much as following it.

    Parameters
    ----------
    chain
        Rows are one symbol's, sorted. A row is taken only where the position before
        it is closed by its open, and `out` holds those taken, one after the other.
    out
        Shape (rows,) of `ROUND_TRIP`; without `chain` one a row, with `entry_bar`
        -1 where nothing was bought.
    """
    opens, highs, lows, closes = market.open, market.high, market.low, market.close
    spreads, size, clock = market.half_spread_bps, market.open.shape[1], market.clock
    scores, by_entry, by_bar = arrays.score, arrays.distance_by_entry, arrays.distance_by_bar
    columns, free, taken, one_plan = scores.shape[1], 0, 0, plans.cap_bars.size == 1
    for i in range(plans.signal.size):
        k, e, j = plans.symbol[i], plans.signal[i] + 1, 0 if one_plan else i
        if chain and e < free:
            continue
        trip = out[taken if chain else i]
        trip.entry_bar = NEVER
        if e >= size or np.isnan(opens[k, e]):
            continue
        taken += 1
        entry, spread, cap = opens[k, e], spreads[k, e] * BPS, plans.cap_bars[j]
        paid, floor = outlay(entry, spread, costs), lowest_trail(entry, spread, rules, costs)
        level, target = entry * (1.0 - plans.stop_frac[j]), entry * (1.0 + plans.target_frac[j])
        stop_kind, order, peak, trough, u = _STOP, _NONE, entry, entry, e
        kind, stage, price = _END, AT_END, np.nan
        _begin(trip, e, entry, spread)
        while True:
            while u < size and (order != _NONE or u - e >= cap) and np.isnan(opens[k, u]):
                u += 1
            if u >= size:
                break
            order = _TIME if u - e >= cap else order
            if order != _NONE and opens[k, u] > level:
                if order != _PARTIAL:
                    kind, stage, price = order, AT_OPEN, opens[k, u]
                    break
                _halve(trip, u, opens[k, u], spreads[k, u] * BPS)
            order, until = _NONE, min(size, decided_until(u, e, cap, clock, rules))
            while u < until and not (lows[k, u] <= level or highs[k, u] > target):
                peak = highs[k, u] if highs[k, u] > peak else peak
                trough = lows[k, u] if lows[k, u] < trough else trough
                u += 1
            if u < until:
                kind, stage, price = touched(opens[k, u], lows[k, u], level, target, stop_kind)
                break
            if np.isnan(closes[k, u - 1]):
                continue
            if peak >= entry * (1.0 + rules.trail_activation):
                distance = by_bar[k, u - 1] if by_bar.shape[1] else by_entry[i]
                trail = raised(level, peak, entry, distance, floor)
                stop_kind, level = _TRAILING if trail > level else stop_kind, trail
            score = scores[i, u - 1 - e] if u - 1 - e < columns else np.nan
            if score <= rules.score_full and trip.partial_bar != NEVER:
                score = np.nan  # the partial exit happens once
            net = proceeds(closes[k, u - 1], spreads[k, u - 1] * BPS, costs) - paid
            order = ordered(clock + u, score, net, entry, rules)
            _note_score(trip, order, score)
        quoted = u
        if kind == _END:
            quoted = last_known(closes, k)
            u, price = size - 1, closes[k, quoted]
        _end(trip, u, kind, stage, price, spreads[k, quoted], peak, trough)
        free = u if stage == AT_OPEN else u + 1
    return taken
