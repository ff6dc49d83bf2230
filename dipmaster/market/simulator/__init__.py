"""Dials to a market: seeded bars with every latent truth beside them.

`simulate` turns the dials of params.yaml (`Simulated`) into the tables of each
coin: bars, the truth behind them, order book, on-chain flows and sentiment.
The model and what it deliberately leaves out: docs/simulator.md.
"""

from dipmaster.market.simulator.simulate import SimulatedMarket, simulate
from dipmaster.market.simulator.world import WORLD, World

__all__ = ["WORLD", "SimulatedMarket", "World", "simulate"]
