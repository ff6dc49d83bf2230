"""Closed bars of one open time to what is known of the market at their close, over all coins."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params import AdaptiveExits, Features
from dipmaster.core.time_units import BAR_MS
from dipmaster.exits import VOLATILITY_COLUMNS as EXIT_VOLATILITY
from dipmaster.exits.market import FEATURE_COLUMNS, MARKET_RETURN, UNKNOWN_REGIME
from dipmaster.exits.momentum import create_state, standardize_momentum
from dipmaster.exits.trailing import widen_distance
from dipmaster.features import FEATURE_NAMES, FeatureStream
from dipmaster.features.feature_table import to_stored_precision
from dipmaster.streaming.sources import Bar, VolatilitySource
from dipmaster.streaming.state import Saved, select_saved

PRICES = ("open", "high", "low", "close")
FEATURE_PLACES = {name: place for place, name in enumerate(FEATURE_NAMES)}


@dataclass(frozen=True)
class MarketFacts:
    """What does not change from bar to bar.

    Attributes
    ----------
    symbols
        Sorted: the order of every array over coins.
    columns
        Symbol to its columns beside time and prices, as in market.json.
    fallback_half_spread_bps
        Charged where a source has no half-spread.
    counts_volume
        Shape (coins,): the source knows volumes, so that a bar without any was not traded.
    first_ms
        Open time of the market's first bar: burn-in and refits are counted from it.
    """

    symbols: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    fallback_half_spread_bps: float
    counts_volume: Bools
    first_ms: int


@dataclass(frozen=True)
class MarketBar:
    """One step of the grid, known at its close; arrays over coins, NaN where a coin has no bar.

    Attributes
    ----------
    number
        5-minute steps since 1970.
    has_bar, prices
        Shape (coins,), and of `PRICES` (4, coins): NaN where nobody traded, too.
    half_spread_bps
        Shape (coins,), NaN where nobody traded.
    last
        Shape (coins,), closes of all bars, those without a trade too.
    features, stored
        Shape (coins, features): in full, and as table FEATURES gives them back.
    volatility
        Column of table VOLATILITY to shape (coins,); -1 of a class that is not known.
    momentum_sigmas
        The market's.
    trailing_frac
        Shape (coins,), distance of the trailing stop.
    """

    number: int
    has_bar: Bools
    prices: Floats
    half_spread_bps: Floats
    last: Floats
    features: Floats
    stored: Floats
    volatility: Mapping[str, Floats]
    momentum_sigmas: float
    trailing_frac: Floats

    @property
    def time_ms(self) -> int:
        """Open time."""
        return self.number * BAR_MS

    @property
    def decided_ms(self) -> int:
        """The close: what is decided by this bar is decided then."""
        return (self.number + 1) * BAR_MS

    @property
    def open(self) -> Floats:
        """Shape (coins,)."""
        return np.asarray(self.prices[0])

    @property
    def close(self) -> Floats:
        """Shape (coins,)."""
        return np.asarray(self.prices[3])

    def feature(self, name: str) -> Floats:
        """A column as stored, shape (coins,)."""
        return self.stored[:, FEATURE_PLACES[name]]


class MarketBarStream:
    """Turns bars into `MarketBar`; holds what features and momentum remember.

    Parameters
    ----------
    names
        Columns of table VOLATILITY that are wanted.
    """

    def __init__(
        self, facts: MarketFacts, features: Features, exits: AdaptiveExits,
        volatility: VolatilitySource, names: tuple[str, ...],
    ) -> None:  # fmt: skip
        self._facts, self._trailing = facts, exits.trailing
        self._features = FeatureStream(facts.columns, features)
        self._volatility, self._names = volatility, tuple(dict.fromkeys((*names, *EXIT_VOLATILITY)))
        self._momentum = create_state()

    def push(self, number: int, bars: Mapping[str, Bar]) -> MarketBar:
        """Take in the bars that opened at one step of the grid; none of a coin that has none."""
        facts, time_ms = self._facts, number * BAR_MS
        rows = self._features.push(time_ms, bars) if bars else {}
        features = np.full((len(facts.symbols), len(FEATURE_NAMES)), np.nan)
        for coin, symbol in enumerate(facts.symbols):
            if symbol in rows:
                features[coin] = rows[symbol]
        stored = to_stored_precision(features)
        has_bar = np.array([symbol in bars for symbol in facts.symbols])
        stored[~has_bar] = np.nan
        columns = {name: stored[:, FEATURE_PLACES[name]] for name in FEATURE_COLUMNS}
        prices, half_spread_bps = self._read_prices(bars)
        return MarketBar(
            number,
            has_bar,
            prices,
            half_spread_bps,
            np.array([bars[one]["close"] if one in bars else np.nan for one in facts.symbols]),
            features,
            stored,
            self._read_volatility(time_ms, bars),
            self._standardize(columns[MARKET_RETURN]),
            widen_distance(
                columns["volatility_5m_daily_frac"], columns["momentum_10_frac"], self._trailing
            ),
        )

    def _read_prices(self, bars: Mapping[str, Bar]) -> tuple[Floats, Floats]:
        facts = self._facts
        prices = np.full((len(PRICES), len(facts.symbols)), np.nan)
        spreads = np.full(len(facts.symbols), np.nan)
        for coin, symbol in enumerate(facts.symbols):
            bar = bars.get(symbol)
            if bar is None or (facts.counts_volume[coin] and bar["volume"] == 0.0):
                continue
            prices[:, coin] = [bar[name] for name in PRICES]
            spreads[coin] = (
                bar["half_spread_bps"]
                if "half_spread_bps" in facts.columns[symbol]
                else facts.fallback_half_spread_bps
            )
        return prices, spreads

    def _read_volatility(self, time_ms: int, bars: Mapping[str, Bar]) -> dict[str, Floats]:
        values = np.full((len(self._facts.symbols), len(self._names)), np.nan)
        rows = self._volatility.push(time_ms, bars)
        for coin, symbol in enumerate(self._facts.symbols):
            if symbol in bars:
                values[coin] = [rows[symbol][name] for name in self._names]
        columns = {name: values[:, place] for place, name in enumerate(self._names)}
        regime = columns["regime"]
        regime[np.isnan(regime)] = UNKNOWN_REGIME
        return columns

    def _standardize(self, market_return: Floats) -> float:
        """The market's return is the same for all coins that have one."""
        known = market_return[~np.isnan(market_return)]
        value = known[:1] if known.size else np.array([np.nan])
        return float(standardize_momentum(value, self._momentum)[0])

    def save(self) -> Saved:
        """Everything that the next bars depend on."""
        features = {f"features/{name}": one for name, one in self._features.save().items()}
        return features | {"momentum": self._momentum.copy()}

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""
        self._features.load(select_saved(saved, "features"))
        self._momentum[:] = saved["momentum"]
