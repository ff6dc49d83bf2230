"""d' measured: what each channel knows at the close of a jump's bar, from published rows alone."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from dipmaster.market.simulator import WORLD, simulate
from dipmaster.market.simulator.bars import bars_table
from dipmaster.market.simulator.channels import on_chain_table, order_book_table, sentiment_table
from dipmaster.market.simulator.coin import coin_path
from dipmaster.market.simulator.state import market_state

FIVE_MINUTES = pd.Timedelta("5min").as_unit("ms")
MARKET = {"coins": 6, "days": 365, "jumps_per_day": 1.0}


def at_jumps(market, channel: str) -> tuple[np.ndarray, np.ndarray]:
    """Latest value known at the close of every bar with a jump, in the channel's noise units."""
    values, marks = [], []
    for symbol in market.symbols:
        truth = market.truth[symbol]
        chosen = truth[(truth["jump_mark"] > 0) & lonely(truth["jump_mark"] == 1)]
        decided = (chosen["open_time"] + FIVE_MINUTES).rename("decided")
        values.append(READERS[channel](market, symbol, chosen, decided))
        marks.append(chosen["jump_mark"].to_numpy())
    return np.concatenate(values), np.concatenate(marks)


def lonely(liquidity: pd.Series) -> pd.Series:
    """No other liquidity jump within 12 hours: windows of neighbours do not reach here."""
    near = liquidity.astype(int).rolling(289, center=True, min_periods=1).sum()
    return near - liquidity == 0


def known_before(frame: pd.DataFrame, decided: pd.Series, column: str) -> np.ndarray:
    """Most recent event that had been published."""
    order = frame.sort_values(["known_time", "event_time"], kind="stable")
    return pd.merge_asof(decided.to_frame(), order, left_on="decided", right_on="known_time")[
        column
    ].to_numpy()


def volume(market, symbol, chosen, decided):
    """Log volume over that of the twin without the dial, in units of its noise."""
    twin = TWIN["market"].bars[symbol]["volume"]
    return np.log(market.bars[symbol]["volume"] / twin)[chosen.index].to_numpy() / 0.458


def book(market, symbol, chosen, decided):
    lean = np.arctanh(market.order_book[symbol]["imbalance"][chosen.index].to_numpy()) / 0.35
    return -np.sign(chosen["jump_frac"].to_numpy()) * lean


def flow(market, symbol, chosen, decided):
    return -known_before(market.on_chain[symbol], decided, "net_exchange_flow_frac") / 0.002


def mood(market, symbol, chosen, decided):
    return np.arctanh(known_before(market.sentiment[symbol], decided, "score")) / 0.30


READERS = {"bars": volume, "order_book": book, "on_chain": flow, "sentiment": mood}
TWIN: dict = {}


@pytest.mark.parametrize("channel", list(READERS))
@pytest.mark.parametrize("d_prime", [0.0, 1.2, 2.4])
def test_difference_between_liquidity_and_news_is_d_prime(dials, channel, d_prime):
    TWIN["market"] = simulate(dials(**MARKET, **{channel: 0.0}))
    values, marks = at_jumps(simulate(dials(**MARKET, **{channel: d_prime})), channel)
    found = values[marks == 1].mean() - values[marks == 2].mean()
    assert found == pytest.approx(d_prime, abs=0.16)


@pytest.mark.parametrize("channel", ["on_chain", "sentiment"])
def test_what_is_known_before_a_jump_does_not_tell_its_sign(dials, channel):
    market = simulate(dials(**MARKET, **{channel: 6.0}))
    found = {}
    for symbol in market.symbols:
        truth = market.truth[symbol]
        chosen = truth[truth["jump_mark"] == 1]
        decided = (chosen["open_time"] + FIVE_MINUTES).rename("decided")
        sign = np.sign(chosen["jump_frac"].to_numpy())
        for direction in (-1, 1):
            values = READERS[channel](market, symbol, chosen, decided)[sign == direction]
            found.setdefault(direction, []).extend(values[np.isfinite(values)])
    up, down = np.array(found[1]), np.array(found[-1])
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
