"""Rows of toys by hand, and of random markets beside a slow twin in plain Python."""

import math
from typing import Any

import numpy as np
import pytest

from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits.rows import build_exit_rows

NAN = float("nan")
FLAT = (100.0, 100.1, 99.9, 100.0)
HELD_FROM_COLUMNS = {
    "volatility_5m_daily_frac": "volatility_5m_daily_frac",
    "volume_trend_10m": "volume_trend_10m",
    "momentum_10_frac": "momentum_10_frac",
    "resistance_distance_frac": "resistance_distance_frac",
    "session_volatility": "season_factor",
}


def named(rows: Any, row: int) -> dict[str, float]:
    return dict(zip(EXIT_FEATURES, rows.features[row].tolist(), strict=True))


def test_a_row_by_hand(make: Any, exits: Any, free: Any) -> None:
    """Third bar of a position with 36 bars to live, opened at 00:05, closed at 00:20."""
    bars = [FLAT, (100.0, 100.2, 99.5, 100.1), (100.1, 100.8, 100.0, 100.7),
            (100.7, 100.7, 100.3, 100.5), FLAT]  # fmt: skip
    market = make.market(
        bars, half_spread_bps=0.0, volatility_5m_daily_frac=0.04, volume_trend_10m=-0.25,
        momentum_10_frac=[0.0, 0.0, 0.0, 0.003, 0.0], resistance_distance_frac=0.01,
        season_factor=1.25,
    )  # fmt: skip
    rows = build_exit_rows(market, make.positions([(0, 0)]), free, exits)
    assert rows.position.tolist() == [0, 0, 0, 0]
    assert rows.bar.tolist() == [1, 2, 3, 4]  # also where the data end
    assert rows.held.tolist() == [0, 1, 2, 3]
    sigma = 0.04 * math.sqrt(33 / 288)
    level = 100.8 - 0.54  # raised a bar before; this one's distance is .864
    expected = {
        "holding_minutes": 15, "current_pnl_frac": 0.005, "max_profit_frac": 0.008,
        "max_loss_frac": -0.005, "volatility_5m_daily_frac": 0.04, "volume_trend_10m": -0.25,
        "momentum_10_frac": 0.003, "resistance_distance_frac": 0.01, "minutes_to_quarter_hour": 10,
        "session_minutes": 20, "session_volatility": 1.25,
        "distance_to_target_sigma": math.log(100.8 / 100.5) / sigma,
        "distance_to_stop_sigma": math.log(100.5 / 98.5) / sigma,
        "distance_to_trail_frac": 100.5 / level - 1.0,
    }  # fmt: skip
    assert named(rows, 2) == pytest.approx(expected, rel=1e-5)
    assert math.isnan(named(rows, 0)["distance_to_trail_frac"])


def test_the_quarters_of_an_hour_are_those_of_the_fill(make: Any, exits: Any, free: Any) -> None:
    """From bar time: closes at 00:10, 00:15, ... fill at that minute; a day has 1,440."""
    rows = build_exit_rows(
        make.market([FLAT] * 300), make.positions([(0, 0), (0, 285)]), free, exits
    )
    found = [named(rows, i) for i in range(len(rows))]
    assert [f["minutes_to_quarter_hour"] for f in found[:5]] == [5, 0, 10, 5, 0]
    assert [f["session_minutes"] for f in found[:3]] == [10, 15, 20]
    night = [f for f, p in zip(found, rows.position, strict=True) if p == 1]
    assert [f["session_minutes"] for f in night[:3]] == [1435, 0, 5]
    assert [f["minutes_to_quarter_hour"] for f in night[:3]] == [5, 0, 10]


def test_the_last_row_leaves_something_to_decide(make: Any, exits: Any, free: Any) -> None:
    """With a cap of c bars the last sale that is not the time limit's is ordered at held c - 2."""
    market = make.market([FLAT] * 60)
    for cap, expected in ((1, []), (2, [0]), (5, [0, 1, 2, 3]), (36, list(range(35)))):
        rows = build_exit_rows(market, make.positions([(0, 3)], max_holding_bars=cap), free, exits)
        assert rows.held.tolist() == expected
        assert rows.bar.tolist() == [4 + held for held in expected]


def test_what_ended_the_path_ends_no_rows(make: Any, exits: Any, free: Any) -> None:
    bars = [FLAT, FLAT, (100.0, 103.0, 95.0, 96.0), *[FLAT] * 40]
    rows = build_exit_rows(make.market(bars), make.positions([(0, 0)]), free, exits)
    assert rows.held.tolist() == list(range(35))
    assert named(rows, 1)["distance_to_stop_sigma"] < 0.0


def test_holes_and_the_end_of_the_data(make: Any, exits: Any, free: Any) -> None:
    bars = [FLAT, FLAT, (100.0, 101.5, 99.0, 100.0), None, FLAT, None, None, FLAT, FLAT]
    market = make.market(bars)
    cells = [(0, 0), (0, 2), (0, 7), (0, 8)]
    rows = build_exit_rows(market, make.positions(cells), free, exits)
    # A row needs its own bar alone; the second position has no entry, the last no next bar.
    assert rows.position.tolist() == [0, 0, 0, 0, 0, 2]
    assert rows.bar.tolist() == [1, 2, 4, 7, 8, 8]
    assert rows.held.tolist() == [0, 1, 3, 6, 7, 0]
    after = named(rows, 3)
    assert after["holding_minutes"] == 35
    assert after["max_profit_frac"] == pytest.approx(0.015)  # of the bar before the hole
    assert after["max_loss_frac"] == pytest.approx(-0.01)


def test_a_bar_in_which_nobody_traded_has_no_row(make: Any, exits: Any, free: Any) -> None:
    """Its prices are nobody's; the bars beside it have their rows."""
    idle = (100.0, 130.0, 70.0, 110.0)
    bars, volume = [FLAT, FLAT, idle, FLAT], [[1.0, 1.0, 0.0, 1.0]]
    market = make.market(bars, volume=volume)
    rows = build_exit_rows(market, make.positions([(0, 0), (0, 1)]), free, exits)
    assert rows.position.tolist() == [0, 0]
    assert rows.bar.tolist() == [1, 3]
    assert named(rows, 1)["max_profit_frac"] == pytest.approx(0.001)


@pytest.mark.parametrize("volatility", [NAN, 0.0])
def test_without_a_volatility_there_is_no_room_in_sigmas(
    make: Any, exits: Any, free: Any, volatility: float
) -> None:
    market = make.market([FLAT] * 4, volatility_5m_daily_frac=volatility)
    for values in build_exit_rows(market, make.positions([(0, 0)]), free, exits).features:
        row = dict(zip(EXIT_FEATURES, values.tolist(), strict=True))
        assert math.isnan(row["distance_to_target_sigma"])
        assert math.isnan(row["distance_to_stop_sigma"])


def test_no_positions_no_rows(make: Any, exits: Any, free: Any) -> None:
    rows = build_exit_rows(make.market([FLAT] * 4), make.positions([]), free, exits)
    assert len(rows) == 0
    assert rows.features.shape == (0, len(EXIT_FEATURES))


def distance_at(market: Any, k: int, u: int, trailing: Any) -> float:
    volatility = market.columns["volatility_5m_daily_frac"][k, u]
    momentum = market.columns["momentum_10_frac"][k, u]
    rise = 0.0 if math.isnan(momentum) else max(0.0, momentum * 100)
    wider = (1 + volatility / trailing.reference_daily_frac) * (1 + trailing.momentum_gain * rise)
    if math.isnan(wider):
        return NAN
    multiple = min(max(wider, trailing.min_multiple), trailing.max_multiple)
    return float(trailing.base_frac * multiple)


def twin(market: Any, positions: Any, execution: Any, exits: Any) -> list[tuple[Any, ...]]:
    """(position, bar, held, features) of every row, the definition read aloud."""
    panel, found = market.panel.traded, []
    fee, slip = execution.taker_fee_bps * 1e-4, execution.slippage_bps * 1e-4
    trailing = exits.trailing
    for i in range(len(positions)):
        k, e = int(positions.symbol_index[i]), int(positions.signal_index[i]) + 1
        cap = int(positions.max_holding_bars[i])
        if e >= panel.bars or math.isnan(panel.open[k, e]):
            continue
        entry, spread = panel.open[k, e], panel.half_spread_bps[k, e] * 1e-4
        target = entry * (1 + positions.target_frac[i])
        stop = entry * (1 - positions.stop_frac[i])
        floor = entry * (1 + spread + slip) * (1 + fee) / ((1 - spread - slip) * (1 - fee))
        highs, lows, level = [entry], [entry], stop
        for held in range(cap - 1):
            u = e + held
            if u >= panel.bars or math.isnan(panel.close[k, u]):
                continue
            highs.append(panel.high[k, u])
            lows.append(panel.low[k, u])
            close, peak = panel.close[k, u], max(highs)
            if trailing.enabled and peak >= entry * (1 + trailing.activation_frac):
                distance = distance_at(market, k, u, trailing)
                if not math.isnan(distance):
                    level = max(level, peak - distance * entry)
                if trailing.break_even_floor:
                    level = max(level, floor)
            columns = {n: market.columns[c][k, u] for n, c in HELD_FROM_COLUMNS.items()}
            sigma = columns["volatility_5m_daily_frac"] * math.sqrt((cap - held - 1) / 288)
            minute = int(panel.open_time[u]) // 60_000 + 5
            features = columns | {
                "holding_minutes": 5 * (held + 1),
                "current_pnl_frac": close / entry - 1,
                "max_profit_frac": peak / entry - 1,
                "max_loss_frac": min(lows) / entry - 1,
                "minutes_to_quarter_hour": {0: 0, 5: 10, 10: 5}[minute % 15],
                "session_minutes": minute % 1440,
                "distance_to_target_sigma": math.log(target / close) / sigma if sigma > 0 else NAN,
                "distance_to_stop_sigma": math.log(close / stop) / sigma if sigma > 0 else NAN,
                "distance_to_trail_frac": close / level - 1 if level > stop else NAN,
            }
            found.append((i, u, held, [features[name] for name in EXIT_FEATURES]))
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("changes", [{}, {"trailing__enabled": False},
                                     {"trailing__break_even_floor": False}])  # fmt: skip
def test_rows_equal_the_twin(
    make: Any, exits_with: Any, execution: Any, seed: int, changes: dict[str, Any]
) -> None:
    market, exits = make.random_market(seed), exits_with(**changes)
    rng = np.random.default_rng(seed)
    positions = make.everywhere(market, 11)
    positions = type(positions)(
        positions.symbol_index, positions.signal_index,
        rng.uniform(0.004, 0.016, len(positions)), rng.uniform(0.005, 0.02, len(positions)),
        rng.integers(1, 40, len(positions)),
    )  # fmt: skip
    rows = build_exit_rows(market, positions, execution, exits)
    expected = twin(market, positions, execution, exits)
    assert len(expected) > 1000
    assert rows.position.tolist() == [row[0] for row in expected]
    assert rows.bar.tolist() == [row[1] for row in expected]
    assert rows.held.tolist() == [row[2] for row in expected]
    features = np.array([row[3] for row in expected])
    np.testing.assert_allclose(rows.features, features, rtol=1e-6, atol=1e-7)
    if exits.trailing.enabled:
        assert np.isfinite(features[:, -1]).mean() > 0.1
