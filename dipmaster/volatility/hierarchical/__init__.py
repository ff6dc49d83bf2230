"""Hourly ranges to regimes: the market's state, and each coin's offset from it, filtered forward.

observations -> model (chains, Gaussian parts) -> coin_bank (Kalman) and shared_part (nodes)
-> histories -> forward. A state is relative to a coin's level, which is one of its parts.
"""

from dipmaster.volatility.hierarchical.detection import HierarchicalRegimes, detect_states

__all__ = ["HierarchicalRegimes", "detect_states"]
