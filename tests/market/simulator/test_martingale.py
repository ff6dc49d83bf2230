"""edge = 0 is a martingale: no forward return can be foretold from the past.

Returns are divided by the volatility known before them, which keeps their mean
zero and gives every day the same weight. Errors are clustered by day over all
coins. The same tests with an edge must fail: they can see what they look for.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from dipmaster.market.simulator import SimulatedMarket, simulate_market

pytestmark = pytest.mark.slow

SEEDS = (101, 102, 103, 104, 105)
AHEAD = 12  # bars
BOUND = 4.0
Markets = Callable[[float], list[SimulatedMarket]]


def t_value(values, clusters) -> float:
    """Mean over its standard error, clustered."""
    sums = np.bincount(clusters, weights=values - values.mean())
    return float(values.mean() / (np.sqrt(np.sum(sums**2)) / values.size))


@pytest.fixture(scope="module")
def markets(dials) -> Markets:
    """The markets of an edge, one a seed, simulated once."""

    @cache
    def simulated(edge: float) -> list[SimulatedMarket]:
        sizes = {"coins": 4, "days": 120, "edge": edge}
        return [simulate_market(dials(seed=seed, **sizes)) for seed in SEEDS]

    return simulated


def scaled_forward_returns(markets: Markets, edge: float, condition: str) -> float:
    """t value of the mean forward return from the next open, over bars that meet a condition."""
    values, days = [], []
    for s, market in enumerate(markets(edge)):
        for symbol in market.symbols:
            bars, truth = market.bars[symbol], market.truth[symbol]
            opened, close = bars["open"].to_numpy(), bars["close"].to_numpy()
            sigma = truth["sigma_bar"].to_numpy()
            two = np.concatenate(([0.0], close[1:] / opened[:-1] - 1))
            chosen = CONDITIONS[condition](two / (sigma * np.sqrt(12)), truth)
            positions = np.flatnonzero(chosen[: -AHEAD - 1])
            ahead = 1 if condition == "always" else AHEAD
            values.append(
                (close[positions + ahead] / opened[positions + 1] - 1) / sigma[positions + 1]
            )
            days.append(s * 1000 + positions // 288)
    return t_value(np.concatenate(values), np.concatenate(days))


CONDITIONS = {
    "always": lambda z, truth: np.ones(z.size, dtype=bool),
    "after a dip": lambda z, truth: z < -1.0,
    "after a rise": lambda z, truth: z > 1.0,
    "after a fall by jump": lambda z, truth: (truth["jump_frac"] < 0).to_numpy(),
    "after a liquidity fall": lambda z, truth: (
        (truth["jump_frac"] < 0) & (truth["jump_mark"] == 1)
    ).to_numpy(),
    "after news, down": lambda z, truth: (
        (truth["jump_frac"] < 0) & (truth["jump_mark"] == 2)
    ).to_numpy(),
}


@pytest.mark.parametrize("condition", list(CONDITIONS))
def test_without_an_edge_nothing_can_be_foretold(markets, condition):
    assert abs(scaled_forward_returns(markets, 0.0, condition)) < BOUND


@pytest.mark.parametrize(
    "condition", ["after a dip", "after a fall by jump", "after a liquidity fall"]
)
def test_with_an_edge_dips_come_back(markets, condition):
    assert scaled_forward_returns(markets, 0.8, condition) > BOUND


def test_with_an_edge_rises_come_back_too(markets):
    assert scaled_forward_returns(markets, 0.8, "after a rise") < -BOUND


def test_news_never_comes_back(markets):
    assert abs(scaled_forward_returns(markets, 0.8, "after news, down")) < BOUND
