"""Volatility of all coins to events of rising correlation, who is in them, and smaller sizes.

The roadmap's VolatilitySpilloverAnalysis: returns -> volatility of an hour -> rolling
correlation of each pair -> rises -> events -> intensity and risk adjustment of each coin.
"""

from dipmaster.volatility.spillover.analysis import SpilloverSeries, analyze_spillover
from dipmaster.volatility.spillover.evaluation import evaluate_spillover

__all__ = ["SpilloverSeries", "analyze_spillover", "evaluate_spillover"]
