"""Distances by hand from the roadmap's numbers; levels of rows are those of the engine."""

from typing import Any

import numpy as np
import pytest

from dipmaster.backtest import ExitType, simulate_independent_trades
from dipmaster.exits.plans import build_hold_rules
from dipmaster.exits.rows import position_lifetimes
from dipmaster.exits.trailing import compute_trailing_distance

NAN = float("nan")
FLAT = (100.0, 100.1, 99.9, 100.0)


@pytest.mark.parametrize(
    ("volatility", "momentum", "expected"),
    [
        (0.04, 0.003, 0.00864),  # .003 x (1 + .04/.05) x (1 + 2 x .3)
        (0.05, 0.005, 0.009),  # .003 x 2 x 2 = .012: the bound is three times the base
        (0.04, -0.01, 0.0054),  # a falling price narrows nothing
        (0.04, 0.0, 0.0054),
        (0.04, NAN, 0.0054),  # a missing momentum widens nothing
        (0.0, -0.01, 0.003),  # the smallest: half the base is never reached
        (NAN, 0.01, NAN),  # a missing volatility: no distance
    ],
)
def test_the_roadmaps_distance(
    make: Any, exits: Any, volatility: float, momentum: float, expected: float
) -> None:
    columns = {"volatility_5m_daily_frac": volatility, "momentum_10_frac": momentum}
    found = compute_trailing_distance(make.market([FLAT], **columns), exits.trailing)
    assert found.shape == (1, 1)
    assert found[0, 0] == pytest.approx(expected, rel=1e-12, nan_ok=True)


def trails(make: Any, exits: Any, execution: Any, bars: list[Any], **columns: Any) -> list[float]:
    market = make.market(bars, half_spread_bps=0.0, **columns)
    return position_lifetimes(market, make.positions([(0, 0)]), execution, exits).trail.tolist()


def test_levels_by_hand(make: Any, exits: Any, free: Any) -> None:
    """Distance .0054 of the entry's 100; active from a high of 100.6."""
    bars = [
        FLAT,
        (100.0, 100.5, 99.9, 100.4),  # high below the activation
        (100.4, 100.6, 100.3, 100.5),  # active: 100.6 - .54
        (100.5, 100.9, 100.5, 100.7),  # raised: 100.9 - .54
        (100.7, 100.7, 100.0, 100.1),  # a falling bar never lowers it
    ]
    found = trails(make, exits, free, bars)
    assert found == pytest.approx([NAN, 100.06, 100.36, 100.36], nan_ok=True)


def test_the_lower_limit_brings_the_money_back(make: Any, exits_with: Any, execution: Any) -> None:
    """Fees of 10 bps and slippage of 1 a side: break-even 22 bps above, over 100.06."""
    bars = [FLAT, (100.0, 100.6, 99.9, 100.5)]
    floor = 100.0 * (1.0001 * 1.001) / (0.9999 * 0.999)
    assert trails(make, exits_with(), execution, bars) == pytest.approx([floor])
    without = exits_with(trailing__break_even_floor=False)
    assert trails(make, without, execution, bars) == pytest.approx([100.06])


def test_without_a_distance_the_level_is_not_raised(
    make: Any, exits_with: Any, execution: Any
) -> None:
    bars = [FLAT, (100.0, 100.8, 99.9, 100.5), (100.5, 101.0, 100.4, 100.9)]
    volatility = np.array([[0.04, NAN, 0.04]])
    columns = {"volatility_5m_daily_frac": volatility}
    without = exits_with(trailing__break_even_floor=False)
    found = trails(make, without, execution, bars, **columns)
    assert found == pytest.approx([NAN, 100.46], nan_ok=True)
    found = trails(make, exits_with(), execution, bars, **columns)
    assert found == pytest.approx([100.0 * 1.0001 * 1.001 / (0.9999 * 0.999), 100.46])


def test_switched_off_there_is_no_level(make: Any, exits_with: Any, execution: Any) -> None:
    bars = [FLAT, (100.0, 102.0, 99.9, 101.9), FLAT, FLAT]
    off = exits_with(trailing__enabled=False)
    assert np.isnan(trails(make, off, execution, bars)).all()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("floor", [True, False])
def test_levels_are_the_engines(
    make: Any, exits_with: Any, execution: Any, seed: int, floor: bool
) -> None:
    """Leaving at the first bar whose low meets the level of the row before is what it does."""
    market = make.random_market(seed, gaps=False)
    exits = exits_with(trailing__break_even_floor=floor, max_holding_bars=60)
    positions = make.everywhere(market, target_frac=9.0, stop_frac=0.9, max_holding_bars=60)
    lives = position_lifetimes(market, positions, execution, exits)
    rules = build_hold_rules(market, exits)
    made = simulate_independent_trades(
        market.panel, positions.symbol_index, positions.signal_index, execution, rules,
        positions.target_frac, positions.stop_frac, positions.max_holding_bars,
    )  # fmt: skip
    symbol, after = positions.symbol_index[lives.position], lives.bar + 1
    low = np.append(market.panel.low, np.full((3, 1), NAN), axis=1)  # after the data's last bar
    met = low[symbol, after] <= lives.trail
    checked = 0
    for i in np.flatnonzero(made.tradable & ~made.open_at_end):
        first = np.flatnonzero(met & (lives.position == i))
        if not first.size:
            assert made.bars_held[i] == 60  # the time limit, or a gap under the level at its open
            continue
        at = first[0]
        price = min(market.panel.open[symbol[at], after[at]], lives.trail[at])
        assert made.exit_type[i] == int(ExitType.TRAILING_STOP)
        assert made.exit_index[i] == after[at]
        assert made.gross_frac[i] == price / lives.entry[at] - 1.0
        checked += 1
    assert checked > 50
