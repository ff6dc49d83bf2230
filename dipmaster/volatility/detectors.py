"""Regime detectors side by side, and the one that everything else goes by."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.market import Source
from dipmaster.core.params.volatility import Regime
from dipmaster.results.volatility.regimes import DetectorName
from dipmaster.volatility.hierarchical import HierarchicalRegimes
from dipmaster.volatility.regime import UNKNOWN, Classes, LevelRegimes

BY_SOURCE: dict[Source, DetectorName] = {"simulated": "hierarchical", "raw": "range_class"}
"""Two questions: the latent state, which is relative to a coin's level, and where none can be
known the class of the next 24 hours. Written down before the results (regime-detector.md)."""


@dataclass(frozen=True)
class Regimes:
    """Levels and classes of shape (coins, bars), the market's (bars,); -1 is not known.

    Attributes
    ----------
    detector
        The detector in use.
    regime
        Its class of each coin, not known where the coin has no level.
    market, coin, naive
        By the level (`LevelRegimes`).
    hierarchical_market, hierarchical
        State of the market and of each coin (`HierarchicalRegimes`).
    range_class
        Class of the forecast of the next 24 hours.
    no_new_trades
        Whether the coin's own level is beyond the limit.
    """

    detector: DetectorName
    level_daily: Floats
    market_level_daily: Floats
    regime: Classes
    market: Classes
    coin: Classes
    naive: Classes
    hierarchical_market: Classes
    hierarchical: Classes
    range_class: Classes
    size_factor: Floats
    no_new_trades: Classes


def select_detector(params: Regime, source: Source) -> DetectorName:
    """The detector in use: that of the params, or of the source of the bars."""
    if params.detector == "by_source":
        return BY_SOURCE[source]
    return params.pooling if params.detector == "level_filter" else params.detector


def combine_regimes(
    levels: LevelRegimes,
    hierarchical: HierarchicalRegimes,
    range_class: Classes,
    detector: DetectorName,
    params: Regime,
) -> Regimes:
    """All detectors, the regime of the one in use and what follows from it.

    A regime is not known where the level is not: what is missing is not replaced.
    """
    level = levels.level_daily
    by_detector = {
        "market": levels.market,
        "coin": levels.coin,
        "hierarchical": hierarchical.coin,
        "range_class": range_class,
    }
    regime = np.where(np.isnan(level), UNKNOWN, by_detector[detector]).astype(np.int8)
    factors = params.size_factors
    by_class = np.array([factors.low, factors.normal, factors.high, np.nan])
    above_limit = np.where(level > params.no_new_trades_daily_frac, 1, 0)
    return Regimes(
        detector=detector,
        level_daily=level,
        market_level_daily=levels.market_level_daily,
        regime=regime,
        market=levels.market,
        coin=levels.coin,
        naive=levels.naive,
        hierarchical_market=hierarchical.market,
        hierarchical=hierarchical.coin,
        range_class=range_class,
        size_factor=by_class[regime],
        no_new_trades=np.where(np.isnan(level), UNKNOWN, above_limit).astype(np.int8),
    )
