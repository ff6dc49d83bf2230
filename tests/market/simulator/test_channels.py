"""What each channel tells of a jump's mark, read from published rows, and what it must not tell."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from dipmaster.market.simulator import WORLD, simulate
from dipmaster.market.simulator.bars import bars_table
from dipmaster.market.simulator.channels import on_chain_table, order_book_table, sentiment_table
from dipmaster.market.simulator.coin import coin_path
from dipmaster.market.simulator.state import market_state
from studies.channel_distance import CHANNELS, DIALS, PLAIN, measured, read_off

MARKET = {"coins": 8, "days": 400, "jumps_per_day": 0.5}


@pytest.fixture(scope="module")
def found(dials) -> pd.DataFrame:
    """Readings at every dial, of a market that the documentation has not seen."""
    return pd.concat([read_off(dials(**MARKET), dial) for dial in DIALS], ignore_index=True)


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


@pytest.mark.parametrize("dial", DIALS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_planted_distance_is_the_dial(found, channel, dial):
    d_prime, error = measured(chosen(found, channel, dial, "planted"))
    assert error < 0.12
    assert abs(d_prime - dial) < 3 * error


@pytest.mark.parametrize("reader", ["planted", "plain"])
@pytest.mark.parametrize("dial", DIALS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_the_documentation_states_what_is_measured(found, stated, channel, dial, reader):
    d_prime, error = measured(chosen(found, channel, dial, reader))
    said, its_error = stated[channel, dial, reader]
    assert error < 0.12
    assert abs(d_prime - said) < 3 * np.hypot(error, its_error)


def chosen(found: pd.DataFrame, channel: str, dial: float, reader: str) -> pd.DataFrame:
    keys = (found["channel"] == channel) & (found["dial"] == dial)
    return found[keys & (found["reader"] == reader)]


@pytest.mark.parametrize("channel", ["on_chain", "sentiment"])
def test_what_is_known_before_a_jump_does_not_tell_its_sign(dials, channel):
    market = simulate(dials(coins=6, days=365, jumps_per_day=1.0, **{channel: 6.0}))
    values, signs = [], []
    for symbol in market.symbols:
        at = (market.truth[symbol]["jump_mark"] == 1).to_numpy()
        values.append(PLAIN[channel](market, symbol)[at])
        signs.append(np.sign(market.truth[symbol]["jump_frac"].to_numpy()[at]))
    value, sign = np.concatenate(values), np.concatenate(signs)
    up, down = (value[(sign == side) & np.isfinite(value)] for side in (1, -1))
    error = np.sqrt(up.var() / up.size + down.var() / down.size)
    assert abs(up.mean() - down.mean()) < 4 * error


@pytest.fixture(scope="module")
def path():
    """A coin and the market's state, by the simulator's own rooms."""
    times = np.arange(288 * 30, dtype=np.int64) * 300_000
    state = market_state(WORLD, 4, times, 3.0)
    return state, coin_path(WORLD, state, 4, 1, edge=0.0, reversion_rate=0.1, jumps_per_day=3.0)


@pytest.mark.parametrize("table", [bars_table, order_book_table, on_chain_table, sentiment_table])
def test_without_its_dial_a_channel_knows_neither_jump_nor_mark(path, table):
    """d' = 0: the same moves, told to be no jumps at all, give the same table bit for bit."""
    state, coin = path
    none = np.zeros(state.bars)
    blind = dataclasses.replace(
        coin, jumps=dataclasses.replace(coin.jumps, multiple=none, liquidity=none > 0)
    )
    told = table(WORLD, state, coin, 4, 1, 0.0)
    pd.testing.assert_frame_equal(told, table(WORLD, state, blind, 4, 1, 0.0), check_exact=True)
    assert not told.equals(table(WORLD, state, coin, 4, 1, 1.0))


def test_volume_multipliers_are_those_of_the_specification(path):
    """At d' 1.2: x3 to 4.5 at liquidity jumps, x1.5 to 3 at news."""
    state, coin = path
    plain = bars_table(WORLD, state, coin, 4, 1, 0.0)["volume"]
    times = (bars_table(WORLD, state, coin, 4, 1, 1.2)["volume"] / plain).to_numpy()
    jumped = coin.jumps.multiple > 0
    assert ((times[coin.jumps.liquidity] > 3) & (times[coin.jumps.liquidity] < 4.5)).all()
    news = times[jumped & ~coin.jumps.liquidity]
    assert ((news > 1.5) & (news < 3)).all()
    np.testing.assert_allclose(times[~jumped], 1.0)
