"""Dials to a market: seeded bars with every latent truth beside them.

`simulate_market` turns the dials of params.yaml (`SimulatorParams`) into the tables of each
coin: bars, the truth behind them, order book, on-chain flows and sentiment.
The model and what it deliberately leaves out: docs/simulator.md.
"""

from dipmaster.market.simulator.model import MARKET_MODEL, MarketModel
from dipmaster.market.simulator.simulate import SimulatedMarket, simulate_market

__all__ = ["MARKET_MODEL", "MarketModel", "SimulatedMarket", "simulate_market"]
