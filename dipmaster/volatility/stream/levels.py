"""Weighted levels of all coins and of the market, filtered forward bar by bar."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.volatility import Regime
from dipmaster.volatility.regime import (
    FLAT,
    STATES,
    LevelRegimes,
    classify,
    push_beliefs,
    regime_chain,
    weigh_levels,
    weigh_measures,
)
from dipmaster.volatility.windows import median_over_present


class LevelsMemory(NamedTuple):
    """Probability of each state of the market, then of each coin, shape (1 + coins, 3)."""

    beliefs: Floats


class LevelFilters:
    """As `regime.filter_levels`."""

    def __init__(self, coins: int, params: Regime) -> None:
        self._params = params
        self._chain = regime_chain(params)
        self.memory = LevelsMemory(np.full((1 + coins, STATES), FLAT))

    def push(
        self, realised: Floats, garch: Floats, intraday: Floats, cross_asset: Floats
    ) -> LevelRegimes:
        """Take in a bar; shapes (coins, 1), and (1,) of `cross_asset`."""
        level = weigh_measures(realised, garch, intraday, cross_asset, self._params)
        market = median_over_present(level)
        evidence = weigh_levels(np.concatenate([market, level[:, 0]]), self._params)
        states = np.empty(evidence.shape[1], dtype=np.int8)
        push_beliefs(evidence, self._chain, self.memory.beliefs, states)
        return LevelRegimes(
            level_daily=level,
            market_level_daily=market,
            market=states[:1],
            coin=states[1:, None],
            naive=classify(level, self._params),
        )
