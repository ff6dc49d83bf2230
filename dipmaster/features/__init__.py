"""Bars to features: one row a closed 5-minute bar, and the candidates of the base signal.

`compute` turns the bars of all coins into features, `candidates` features into
the bars on which the rule fires, `FeatureStream` does the first bar by bar.
docs/features.md tells every formula, unit, warm-up and NaN rule.
"""

from dipmaster.features.batch import NAMES, AllCoins, all_coins, compute, features_of
from dipmaster.features.candidates import CANDIDATE_COLUMNS, candidates
from dipmaster.features.stream import FeatureStream

__all__ = [
    "CANDIDATE_COLUMNS",
    "NAMES",
    "AllCoins",
    "FeatureStream",
    "all_coins",
    "candidates",
    "compute",
    "features_of",
]
