"""Every closed bar of every position: where it stands, and what is known of the market then."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dipmaster.backtest.costs import BPS, Costs, build_costs
from dipmaster.backtest.exit_decisions import trail_stop_level, trailing_stop_floor
from dipmaster.backtest.layouts import (
    MarketArrays,
    PlanArrays,
    build_plan_arrays,
    can_open,
    order_at,
)
from dipmaster.backtest.layouts import build_market_arrays as bars_of
from dipmaster.backtest.rules import RuleScalars, build_rule_scalars
from dipmaster.core.kernels import Bools, Floats, Ints, kernel
from dipmaster.core.params import AdaptiveExits, Execution
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, MINUTE_MS, QUARTER_HOUR_MS
from dipmaster.exits.arrays import ExitRows, Positions
from dipmaster.exits.market import FEATURE_COLUMNS, ExitMarket
from dipmaster.exits.plans import build_hold_rules

_BAR_MINUTES = BAR_MS // MINUTE_MS
_BOUNDARY_MINUTES = QUARTER_HOUR_MS // MINUTE_MS
_DAY_MINUTES = BARS_PER_DAY * _BAR_MINUTES
# Columns of the market that a row holds.
ROW_COLUMNS = (*FEATURE_COLUMNS[:-1], "season_factor")


class RowPlans(NamedTuple):
    """What each row's position aims at, arrays of shape (rows,)."""

    target_frac: Floats
    stop_frac: Floats
    max_holding_bars: Ints


class PositionLifetimes(NamedTuple):
    """What a kernel writes of the rows, arrays of shape (rows,).

    `peak` and `trough` are prices since the entry, `trail` the level of the trailing
    stop for the next bar, NaN where it does not lie above the fixed stop.
    """

    position: Ints
    bar: Ints
    held: Ints
    entry: Floats
    peak: Floats
    trough: Floats
    trail: Floats

    def first(self, rows: int) -> "PositionLifetimes":
        """The first rows."""
        return PositionLifetimes._make(column[:rows] for column in self)

    def take(self, chosen: Bools) -> "PositionLifetimes":
        """Some of the rows."""
        return PositionLifetimes._make(column[chosen] for column in self)


def build_exit_rows(
    market: ExitMarket, positions: Positions, execution: Execution, exits: AdaptiveExits
) -> ExitRows:
    """Rows of all positions: neither what they hold nor that they exist is later than their bar.

    A bar has a row where it was traded, from the entry's own bar to the last whose next
    open by the clock is not the time limit's. Whether a next bar comes is not known at
    its close and is not asked. After a hole rows go on.

    Parameters
    ----------
    execution
        Its costs set the floor of the trailing stop.
    """
    lifetimes = position_lifetimes(market, positions, execution, exits)
    return ExitRows(
        lifetimes.position, lifetimes.bar, lifetimes.held, _features(market, positions, lifetimes)
    )


def position_lifetimes(
    market: ExitMarket, positions: Positions, execution: Execution, exits: AdaptiveExits
) -> PositionLifetimes:
    """Prices and levels behind the rows of all positions, in the order of the rows."""
    rules = build_hold_rules(market, exits)
    by_bar = np.empty(0) if rules.trailing is None else rules.trailing.distance_frac.reshape(-1)
    plans = build_plan_arrays(
        positions.symbol_index,
        positions.signal_index,
        positions.target_frac,
        positions.stop_frac,
        positions.max_holding_bars,
    )
    lifetimes = create_lifetimes(int((positions.max_holding_bars - 1).sum()))
    engine_arguments = (
        bars_of(market.panel),
        plans,
        build_rule_scalars(rules),
        build_costs(execution),
        by_bar,
    )
    return lifetimes.first(trace_positions(*engine_arguments, lifetimes))


def create_lifetimes(rows: int) -> PositionLifetimes:
    """Room for so many rows, not yet filled."""
    position, bar, held = (np.empty(rows, np.int64) for _ in range(3))
    entry, peak, trough, trail = (np.empty(rows) for _ in range(4))
    return PositionLifetimes(position, bar, held, entry, peak, trough, trail)


@kernel
def trace_positions(
    market: MarketArrays,
    plans: PlanArrays,
    rules: RuleScalars,
    costs: Costs,
    by_bar: Floats,
    out: PositionLifetimes,
) -> int:
    """Fill `out` from its start and return the number of rows made.

    Levels of the trailing stop move as in the engine; stops and targets end nothing,
    for with one rule off a position lives on.

    Parameters
    ----------
    by_bar
        Distance of the trailing stop, shape (symbols x bars,); empty where it is off.
    """
    opens, highs, lows, closes = market.open, market.high, market.low, market.close
    row = 0
    for i in range(plans.signal.size):
        order = order_at(plans, i)
        if not can_open(market, order.symbol, order.bar):
            continue
        e, first = order.bar, order.symbol * market.bars
        entry = opens[first + e]
        floor = trailing_stop_floor(entry, market.half_spread_bps[first + e] * BPS, rules, costs)
        fixed, active = entry * (1.0 - order.stop_frac), entry * (1.0 + rules.trail_activation)
        level, peak, trough = fixed, entry, entry
        for u in range(e, min(e + order.max_holding_bars - 1, market.bars)):
            at = first + u
            if np.isnan(closes[at]):
                continue
            peak, trough = max(peak, highs[at]), min(trough, lows[at])
            if peak >= active:
                level = trail_stop_level(level, peak, entry, by_bar[at], floor)
            out.position[row], out.bar[row], out.held[row] = i, u, u - e
            out.entry[row], out.peak[row], out.trough[row] = entry, peak, trough
            out.trail[row] = level if level > fixed else np.nan
            row += 1
    return row


def _features(
    market: ExitMarket, positions: Positions, lifetimes: PositionLifetimes
) -> npt.NDArray[np.float32]:
    row = lifetimes.position
    cell = positions.symbol_index[row], lifetimes.bar
    return build_features(
        lifetimes,
        RowPlans(positions.target_frac[row], positions.stop_frac[row],
                 positions.max_holding_bars[row]),
        market.panel.close[cell],
        market.panel.open_time[lifetimes.bar],
        {name: market.columns[name][cell] for name in ROW_COLUMNS},
    )  # fmt: skip


def build_features(
    lifetimes: PositionLifetimes,
    plans: RowPlans,
    close: Floats,
    open_ms: Ints,
    columns: Mapping[str, Floats],
) -> npt.NDArray[np.float32]:
    """Features of rows, in the order of `EXIT_FEATURES`; shape (rows, features).

    Parameters
    ----------
    close, open_ms
        Of each row's bar, shape (rows,).
    columns
        `ROW_COLUMNS` of the row's coin at its bar, shape (rows,).
    """
    values = _position_features(lifetimes, plans, close, columns["volatility_5m_daily_frac"])
    values |= _market_features(open_ms, columns)
    features = np.empty((lifetimes.bar.size, len(EXIT_FEATURES)), np.float32)
    for column, name in enumerate(EXIT_FEATURES):
        features[:, column] = values[name]
    return features


def _position_features(
    lifetimes: PositionLifetimes, plans: RowPlans, close: Floats, sigma: Floats
) -> dict[str, Floats | Ints]:
    entry = lifetimes.entry
    target, stop = entry * (1.0 + plans.target_frac), entry * (1.0 - plans.stop_frac)
    sigma = sigma * np.sqrt((plans.max_holding_bars - lifetimes.held - 1) / BARS_PER_DAY)
    return {
        "holding_minutes": _BAR_MINUTES * (lifetimes.held + 1),
        "current_pnl_frac": close / entry - 1.0,
        "max_profit_frac": lifetimes.peak / entry - 1.0,
        "max_loss_frac": lifetimes.trough / entry - 1.0,
        "distance_to_target_sigma": _in_sigmas(np.log(target / close), sigma),
        "distance_to_stop_sigma": _in_sigmas(np.log(close / stop), sigma),
        "distance_to_trail_frac": close / lifetimes.trail - 1.0,
    }


def _market_features(open_ms: Ints, columns: Mapping[str, Floats]) -> dict[str, Floats | Ints]:
    fill_minutes = open_ms // MINUTE_MS + _BAR_MINUTES
    return {
        "volatility_5m_daily_frac": columns["volatility_5m_daily_frac"],
        "volume_trend_10m": columns["volume_trend_10m"],
        "momentum_10_frac": columns["momentum_10_frac"],
        "resistance_distance_frac": columns["resistance_distance_frac"],
        "session_volatility": columns["season_factor"],
        "minutes_to_quarter_hour": -fill_minutes % _BOUNDARY_MINUTES,
        "session_minutes": fill_minutes % _DAY_MINUTES,
    }


def _in_sigmas(distance: Floats, sigma: Floats) -> Floats:
    """NaN where the volatility is missing or zero."""
    return distance / np.where(sigma > 0.0, sigma, np.nan)
