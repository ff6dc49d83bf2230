"""Bars to features: one row a closed 5-minute bar, and the candidates of the base signal.

`compute_features` turns the bars of all coins into features, `find_candidates` features into
the bars on which the rule fires, `FeatureStream` does the first bar by bar.
docs/features.md has every formula, unit, warm-up and NaN rule.
"""

from dipmaster.features.batch import (
    FEATURE_NAMES,
    MarketBars,
    build_market_bars,
    compute_coin_features,
    compute_features,
)
from dipmaster.features.candidates import CANDIDATE_COLUMNS, find_candidates
from dipmaster.features.stream import FeatureStream
from dipmaster.features.training_bars import add_training_bars

__all__ = [
    "CANDIDATE_COLUMNS",
    "FEATURE_NAMES",
    "FeatureStream",
    "MarketBars",
    "add_training_bars",
    "build_market_bars",
    "compute_coin_features",
    "compute_features",
    "find_candidates",
]
