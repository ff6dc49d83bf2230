"""The simulated market as a whole: all coins, all tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Ints
from dipmaster.core.panel import to_timestamps
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params.market import SimulatorParams
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, date_to_epoch_ms
from dipmaster.market.simulator.bars import build_bars_table
from dipmaster.market.simulator.channels import (
    build_on_chain_table,
    build_order_book_table,
    build_sentiment_table,
)
from dipmaster.market.simulator.coin import Coin, simulate_coin
from dipmaster.market.simulator.model import MARKET_MODEL, MarketModel
from dipmaster.market.simulator.state import MarketState, draw_market_state

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


def simulate_market(dials: SimulatorParams, model: MarketModel = MARKET_MODEL) -> SimulatedMarket:
    """Draw the market of `dials`.

    The same dials give the same tables for any number of workers. Turning one
    dial leaves every table that it does not name as it was, bit for bit; `edge`
    changes prices and truth by the drift alone (same innovations, same jumps).

    Parameters
    ----------
    dials
        Section ``ingest.simulated`` of params.yaml.
    model
        Everything else; see `MarketModel`.
    """
    open_time = _build_grid(dials)
    state = draw_market_state(model, dials.seed, open_time, dials.jumps_per_day)
    coins = list(range(1, dials.coins + 1))
    coin_tables = map_in_threads(
        lambda i: _simulate_coin_tables(model, state, dials, i), coins, "simulating"
    )
    names = [f"SIM{i:02d}USDT" for i in coins]
    return SimulatedMarket(
        *(dict(zip(names, table, strict=True)) for table in zip(*coin_tables, strict=True))
    )


def _build_grid(dials: SimulatorParams) -> Ints:
    return date_to_epoch_ms(dials.start) + BAR_MS * np.arange(
        dials.days * BARS_PER_DAY, dtype=np.int64
    )


def _simulate_coin_tables(
    model: MarketModel, state: MarketState, dials: SimulatorParams, symbol: int
) -> tuple[pd.DataFrame, ...]:
    """Tables of one coin, in the order of `SimulatedMarket`."""
    coin = simulate_coin(
        model,
        state,
        dials.seed,
        symbol,
        edge=dials.edge,
        reversion_rate=dials.reversion_rate,
        jumps_per_day=dials.jumps_per_day,
    )
    informativeness = dials.informativeness
    return (
        build_bars_table(model, state, coin, dials.seed, symbol, informativeness.bars),
        _build_truth_table(state, coin),
        build_order_book_table(model, state, coin, dials.seed, symbol, informativeness.order_book),
        build_on_chain_table(model, state, coin, dials.seed, symbol, informativeness.on_chain),
        build_sentiment_table(model, state, coin, dials.seed, symbol, informativeness.sentiment),
    )


def _build_truth_table(state: MarketState, coin: Coin) -> pd.DataFrame:
    mark = np.where(coin.jumps.multiple > 0, np.where(coin.jumps.liquidity, 1, 2), 0)
    return pd.DataFrame(
        {
            "open_time": to_timestamps(state.open_time),
            "regime": state.regime,
            "coin_regime": coin.regime,
            "sigma_bar": coin.sigma,
            "oracle_drift_frac": coin.drift,
            "remaining_reversion_frac": coin.remaining_reversion,
            "jump_frac": coin.jump_frac,
            "jump_mark": mark.astype(np.int8),
            "correlation_episode": state.episode,
        }
    )
