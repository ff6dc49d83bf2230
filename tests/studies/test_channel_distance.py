"""The channel study: d' by hand and by formula, errors that respect clusters, what readers see."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.market.simulator import SimulatedMarket
from studies.channel_distance import PLAIN, collect_readings, measure_distance, table


def test_distance_by_hand():
    values = np.array([0.0, 2.0, 3.0, 5.0])  # means 1 and 4, pooled sd sqrt(2)
    result, _ = measure_distance(values, np.array([False, False, True, True]), np.arange(4))
    assert result == pytest.approx(3.0 / np.sqrt(2.0))


@pytest.mark.parametrize("d_prime", [0.0, 1.2, 2.4])
def test_error_is_that_of_the_normal_law_where_all_are_independent(d_prime):
    """Hedges and Olkin (1985): var = 1/n1 + 1/n2 + d'^2 / (2 (n1 + n2))."""
    rng = np.random.default_rng(8)
    liquidity = rng.random(20_000) < 0.65
    values = 3.0 + 0.458 * (rng.standard_normal(20_000) + d_prime * liquidity)
    result, error = measure_distance(values, liquidity, np.arange(20_000))
    first, second = liquidity.sum(), (~liquidity).sum()
    assert error == pytest.approx(np.sqrt(1 / first + 1 / second + d_prime**2 / 40_000), rel=0.03)
    assert abs(result - d_prime) < 3 * error


def test_copies_of_a_jump_add_no_knowledge():
    rng = np.random.default_rng(9)
    liquidity = rng.random(500) < 0.5
    values, days = rng.standard_normal(500) + liquidity, np.arange(500)
    once = measure_distance(values, liquidity, days)
    thrice = measure_distance(np.tile(values, 3), np.tile(liquidity, 3), np.tile(days, 3))
    assert thrice == pytest.approx(once, rel=5e-3)


def test_a_reader_knows_what_is_published_at_the_close_and_no_more():
    """Bars of 00:00 and 00:05; a flow published at 00:10 is known to the second alone."""
    times = pd.date_range("2023-01-01", periods=2, freq="5min", tz="UTC", unit="ms")
    flows = pd.DataFrame(
        {
            "event_time": times[:1],
            "known_time": pd.to_datetime(["2023-01-01 00:10"], utc=True).as_unit("ms"),
            "net_exchange_flow_frac": [0.25],
        }
    )
    truth = pd.DataFrame({"open_time": times, "jump_mark": [2, 1]})
    market = SimulatedMarket(
        {"A": pd.DataFrame({"open_time": times})}, {"A": truth}, {}, {"A": flows}, {}
    )
    result = collect_readings(market, PLAIN["on_chain"])
    assert result[["value", "liquidity"]].to_numpy().tolist() == [[-0.25, True]]


def test_whole_table():
    rows = pd.DataFrame(
        {
            "value": [0.0, 2.0, 3.0, 5.0] * 2,
            "liquidity": [False, False, True, True] * 2,
            "day": [1, 2, 3, 4] * 2,
            "seed": 1,
            "reader": ["planted"] * 4 + ["plain"] * 4,
        }
    )
    parts = [
        rows.assign(channel=channel, dial=dial)
        for channel in ("bars", "order_book", "on_chain", "sentiment")
        for dial in (0.0, 1.2, 2.4)
    ]
    text = table(pd.concat(parts)).splitlines()
    assert text[0] == "| channel | dial | planted (se) | plain reader (se) | jumps read |"
    assert text[3].startswith("| bars | 1.2 | 2.12 (")
    assert text[3].endswith("| 4 |")
    assert len(text) == 2 + 4 * 3
