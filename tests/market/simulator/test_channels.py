"""What each channel reveals of a jump's mark in published rows, and what it must not reveal."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from dipmaster.market.simulator import MARKET_MODEL, simulate_market
from dipmaster.market.simulator.bars import build_bars_table
from dipmaster.market.simulator.channels import (
    build_on_chain_table,
    build_order_book_table,
    build_sentiment_table,
)
from dipmaster.market.simulator.coin import simulate_coin
from dipmaster.market.simulator.state import draw_market_state
from studies.channel_distance import CHANNELS, D_PRIMES, PLAIN, distance_of_rows, read_channels

pytestmark = pytest.mark.slow

MARKET = {"coins": 5, "days": 400, "jumps_per_day": 0.5}


@pytest.fixture(scope="module")
def readings(dials) -> pd.DataFrame:
    """Readings at every dial, of a market that the documentation has not seen."""
    return pd.concat([read_channels(dials(**MARKET), dial) for dial in D_PRIMES], ignore_index=True)


@pytest.fixture(scope="module")
def stated(project) -> dict[tuple[str, float, str], tuple[float, float]]:
    """The table of docs/simulator.md: (channel, dial, reader) to d' and standard error."""
    table = {}
    for line in (project / "docs" / "simulator.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] in CHANNELS and len(cells) == 5:
            for reader, cell in (("planted", cells[2]), ("plain", cells[3])):
                value, error = cell.rstrip(")").split(" (")
                table[cells[0], float(cells[1]), reader] = float(value), float(error)
    return table


@pytest.mark.parametrize("dial", D_PRIMES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_planted_distance_is_the_dial(readings, channel, dial):
    d_prime, error = distance_of_rows(select(readings, channel, dial, "planted"))
    assert error < 0.12
    assert abs(d_prime - dial) < 3 * error


@pytest.mark.parametrize("reader", ["planted", "plain"])
@pytest.mark.parametrize("dial", D_PRIMES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_the_documentation_states_what_is_measured(readings, stated, channel, dial, reader):
    d_prime, error = distance_of_rows(select(readings, channel, dial, reader))
    stated_value, stated_error = stated[channel, dial, reader]
    assert error < 0.12
    assert abs(d_prime - stated_value) < 3 * np.hypot(error, stated_error)


def select(readings: pd.DataFrame, channel: str, dial: float, reader: str) -> pd.DataFrame:
    keys = (readings["channel"] == channel) & (readings["dial"] == dial)
    return readings[keys & (readings["reader"] == reader)]


@pytest.mark.parametrize("channel", ["on_chain", "sentiment"])
def test_what_is_known_before_a_jump_does_not_tell_its_sign(dials, channel):
    market = simulate_market(dials(coins=3, days=365, jumps_per_day=2.0, **{channel: 6.0}))
    values, signs = [], []
    for symbol in market.symbols:
        is_liquidity = (market.truth[symbol]["jump_mark"] == 1).to_numpy()
        values.append(PLAIN[channel](market, symbol)[is_liquidity])
        signs.append(np.sign(market.truth[symbol]["jump_frac"].to_numpy()[is_liquidity]))
    value, sign = np.concatenate(values), np.concatenate(signs)
    up, down = (value[(sign == side) & np.isfinite(value)] for side in (1, -1))
    error = np.sqrt(up.var() / up.size + down.var() / down.size)
    assert abs(up.mean() - down.mean()) < 4 * error


@pytest.fixture(scope="module")
def path():
    """A coin and the market's state, from the simulator's own functions."""
    times = np.arange(288 * 30, dtype=np.int64) * 300_000
    state = draw_market_state(MARKET_MODEL, 4, times, 3.0)
    return state, simulate_coin(
        MARKET_MODEL, state, 4, 1, edge=0.0, reversion_rate=0.1, jumps_per_day=3.0
    )


@pytest.mark.parametrize(
    "table", [build_bars_table, build_order_book_table, build_on_chain_table, build_sentiment_table]
)
def test_without_its_dial_a_channel_knows_neither_jump_nor_mark(path, table):
    """d' = 0: the same moves, declared to be no jumps at all, give the same table bit for bit."""
    state, coin = path
    none = np.zeros(state.bars)
    blind = dataclasses.replace(
        coin, jumps=dataclasses.replace(coin.jumps, multiple=none, liquidity=none > 0)
    )
    without_signal = table(MARKET_MODEL, state, coin, 4, 1, 0.0)
    pd.testing.assert_frame_equal(
        without_signal, table(MARKET_MODEL, state, blind, 4, 1, 0.0), check_exact=True
    )
    assert not without_signal.equals(table(MARKET_MODEL, state, coin, 4, 1, 1.0))


def test_volume_multipliers_are_those_of_the_specification(path):
    """At d' 1.2: x3 to 4.5 at liquidity jumps, x1.5 to 3 at news."""
    state, coin = path
    plain = build_bars_table(MARKET_MODEL, state, coin, 4, 1, 0.0)["volume"]
    times = (build_bars_table(MARKET_MODEL, state, coin, 4, 1, 1.2)["volume"] / plain).to_numpy()
    jumped = coin.jumps.multiple > 0
    assert ((times[coin.jumps.liquidity] > 3) & (times[coin.jumps.liquidity] < 4.5)).all()
    news = times[jumped & ~coin.jumps.liquidity]
    assert ((news > 1.5) & (news < 3)).all()
    np.testing.assert_allclose(times[~jumped], 1.0)
