"""What ends a position: an exit decided at a close, or a level that a bar touches.

Each kernel answers one question about one position and changes nothing;
`fills.simulate_position` asks them in order of time.
"""

import numpy as np

from dipmaster.backtest.costs import Costs, break_even_price
from dipmaster.backtest.layouts import AT_OPEN, INSIDE, STOP_OR_TARGET
from dipmaster.backtest.rules import ExitType, RuleScalars
from dipmaster.core.kernels import kernel
from dipmaster.core.time_units import BARS_PER_QUARTER_HOUR

NO_EXIT = -1
FULL_EXIT, PARTIAL_EXIT = int(ExitType.OPTIMAL_TIMING), int(ExitType.PROFIT_TAKING)
_TARGET, _QUARTER_HOUR = int(ExitType.TARGET), int(ExitType.QUARTER_HOUR)


@kernel
def next_decision_bar(u: int, e: int, max_holding_bars: int, clock: int, rules: RuleScalars) -> int:
    """Bar after the next close, from that of `u` on, at which something may be decided.

    Between decisions only price levels can end a position, which makes the simulation fast.
    """
    end = max(e + max_holding_bars, u + 1)
    if rules.every_bar:
        return u + 1
    if np.isnan(rules.quarter_hour_min_net):
        return end
    return min(end, u + BARS_PER_QUARTER_HOUR - (clock + u) % BARS_PER_QUARTER_HOUR)


@kernel
def decide_exit(
    slot: int, score: float, net: float, required_net: float, rules: RuleScalars
) -> int:
    """Exit decided at a close, for the next open; -1 where none is.

    `slot` numbers the next bar in 5-minute steps since 1970, `net` is the profit
    of one unit if it were sold at this close, `required_net` what a quarter-hour exit asks of it.
    """
    if score > rules.score_full:
        return FULL_EXIT
    if score > rules.score_partial:
        return PARTIAL_EXIT
    if slot % BARS_PER_QUARTER_HOUR == 0 and net >= required_net:
        return _QUARTER_HOUR
    return NO_EXIT


@kernel
def trail_stop_level(
    level: float, peak: float, entry: float, distance: float, floor: float
) -> float:
    """Stop level after a bar with this peak; a missing distance leaves the break-even floor."""
    trail = peak - distance * entry
    if not trail > floor:
        trail = floor
    return max(level, trail)


@kernel
def trailing_stop_floor(
    entry: float, half_spread: float, rules: RuleScalars, costs: Costs
) -> float:
    """Level below which an active trailing stop never lies."""
    return break_even_price(entry, half_spread, costs) if rules.break_even_floor else -np.inf


@kernel
def resolve_touch(
    first: float,
    high: float,
    low: float,
    level: float,
    target: float,
    stop_kind: int,
    target_first: bool,
) -> tuple[int, int, float]:
    """Exit type, stage and price on a bar that touched a level; the stop goes first.

    A target passed at the open counts as inside the bar: that the stop was not
    touched is known only when the bar is over. An open at or under the stop is no
    question of order: it was sold there.
    """
    if low > level:
        return _TARGET, INSIDE, max(first, target)
    if first <= level:
        return stop_kind, AT_OPEN, first
    if high <= target:
        return stop_kind, INSIDE, level
    if target_first:
        return _TARGET, STOP_OR_TARGET, max(first, target)
    return stop_kind, STOP_OR_TARGET, level
