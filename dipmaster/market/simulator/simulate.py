"""The simulated market as a whole: all coins, all tables."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Ints
from dipmaster.core.panel import as_times
from dipmaster.core.parallel import in_threads
from dipmaster.core.params.market import Simulated
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY
from dipmaster.market.simulator.bars import bars_table
from dipmaster.market.simulator.channels import on_chain_table, order_book_table, sentiment_table
from dipmaster.market.simulator.coin import Coin, coin_path
from dipmaster.market.simulator.state import MarketState, market_state
from dipmaster.market.simulator.world import WORLD, World

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class SimulatedMarket:
    """Tables by symbol, each in the columns of `dipmaster.core.tables`."""

    bars: Frames
    truth: Frames
    order_book: Frames
    on_chain: Frames
    sentiment: Frames

    @property
    def symbols(self) -> list[str]:
        """Symbols in order."""
        return list(self.bars)


def simulate(dials: Simulated, world: World = WORLD) -> SimulatedMarket:
    """Draw the market of `dials`.

    The same dials give the same tables for any number of workers. Turning one
    dial leaves every table that it does not name as it was, bit for bit; `edge`
    changes prices and truth by the drift alone (same innovations, same jumps).

    Parameters
    ----------
    dials
        Section ``ingest.simulated`` of params.yaml.
    world
        Everything else; see `World`.
    """
    open_time = _grid(dials)
    state = market_state(world, dials.seed, open_time, dials.jumps_per_day)
    coins = list(range(1, dials.coins + 1))
    made = in_threads(lambda i: _one(world, state, dials, i), coins, "simulating")
    names = [f"SIM{i:02d}USDT" for i in coins]
    return SimulatedMarket(
        *(dict(zip(names, table, strict=True)) for table in zip(*made, strict=True))
    )


def _grid(dials: Simulated) -> Ints:
    first = datetime.strptime(dials.start, "%Y-%m-%d").replace(tzinfo=UTC)
    start = int(first.timestamp() * 1000)
    return start + BAR_MS * np.arange(dials.days * BARS_PER_DAY, dtype=np.int64)


def _one(
    world: World, state: MarketState, dials: Simulated, symbol: int
) -> tuple[pd.DataFrame, ...]:
    """Tables of one coin, in the order of `SimulatedMarket`."""
    coin = coin_path(
        world,
        state,
        dials.seed,
        symbol,
        edge=dials.edge,
        reversion_rate=dials.reversion_rate,
        jumps_per_day=dials.jumps_per_day,
    )
    known = dials.informativeness
    return (
        bars_table(world, state, coin, dials.seed, symbol, known.bars),
        _truth(state, coin),
        order_book_table(world, state, coin, dials.seed, symbol, known.order_book),
        on_chain_table(world, state, coin, dials.seed, symbol, known.on_chain),
        sentiment_table(world, state, coin, dials.seed, symbol, known.sentiment),
    )


def _truth(state: MarketState, coin: Coin) -> pd.DataFrame:
    mark = np.where(coin.jumps.multiple > 0, np.where(coin.jumps.liquidity, 1, 2), 0)
    return pd.DataFrame(
        {
            "open_time": as_times(state.open_time),
            "regime": state.regime,
            "coin_regime": coin.regime,
            "sigma_bar": coin.sigma,
            "oracle_drift_frac": coin.drift,
            "remaining_reversion_frac": coin.remaining,
            "jump_frac": coin.jump_frac,
            "jump_mark": mark.astype(np.int8),
            "correlation_episode": state.episode,
        }
    )
