"""Order-book evidence, roadmap 4.3: imbalance, liquidity, price impact, support and resistance.

A source may have up to 20 levels, the depth of 20 levels summed, bands around mid, best
quotes, or only who traded as a taker. Each gives what it can, under its own name; the best
that is there makes the score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dipmaster.altdata.asof import ChannelInput
from dipmaster.altdata.channels import DEPTH_BANDS_PCT, Channel
from dipmaster.altdata.composite import (
    NEUTRAL,
    combine,
    grade,
    mean_of_known,
    prefer,
    squash,
)
from dipmaster.altdata.order_book import BandSide, BookSide, imbalance, share_of_sum
from dipmaster.altdata.statistics import trailing_log_z
from dipmaster.core.kernels import Floats
from dipmaster.core.params.alternative import Microstructure
from dipmaster.core.time_units import HOUR_MS

IMBALANCE_SOURCES = ("levels", "book", "bands", "quotes", "takers")
"""What an imbalance is of, the best first: levels read one by one, 20 levels summed, all within
1 % of mid, the summed quotes of a snapshot, or trades instead of orders."""

_SIDES = ("bid", "ask")
_FIELDS = ("price", "quantity")
_NEAR_BAND = "1"
_DEPTHS = {
    "book": "{side}_depth_quote",
    "bands": f"{{side}}_within_{_NEAR_BAND}pct_quote",
    "quotes": "quoted_{side}_volume",
}
_DEPTH_NAMES = tuple(text.format(side=side) for text in _DEPTHS.values() for side in _SIDES)


@dataclass(frozen=True)
class MarketMicrostructureAnalyzer:
    """The four metrics and their composite; nothing is looked up, nothing is kept.

    Attributes
    ----------
    has_levels, has_bands
        Whether the source may have some; without, the first alone is asked for, in vain.
    """

    params: Microstructure
    has_levels: bool = True
    has_bands: bool = True

    @classmethod
    def of_channels(
        cls, params: Microstructure, channels: Sequence[Channel]
    ) -> "MarketMicrostructureAnalyzer":
        """One that says the same of a source with these channels, and asks for less."""
        present = {one.name for one in channels}
        bands = {_band(side, band) for side in _SIDES for band in DEPTH_BANDS_PCT}
        levels = set(_level_names(params.levels))
        return cls(params, bool(levels & present), bool(bands & present))

    @property
    def levels(self) -> int:
        """Of each side of the book that are read one by one."""
        return self.params.levels if self.has_levels else 1

    @property
    def bands(self) -> tuple[str, ...]:
        """Of each side of the book."""
        return DEPTH_BANDS_PCT if self.has_bands else DEPTH_BANDS_PCT[:1]

    @cached_property
    def inputs(self) -> tuple[ChannelInput, ...]:
        """What `analyze` is to be given."""
        past = self.params.history_hours * HOUR_MS
        bands = [_band(side, band) for side in _SIDES for band in self.bands]
        more = [name for name in bands if name not in _DEPTH_NAMES]
        return (
            *self.imbalance_inputs,
            *(ChannelInput(name, name) for name in more),
            *(ChannelInput(f"{name}_z", name, trailing_log_z, past) for name in _DEPTH_NAMES),
        )

    @cached_property
    def imbalance_inputs(self) -> tuple[ChannelInput, ...]:
        """What `measure_imbalance` is to be given."""
        plain = dict.fromkeys([*_level_names(self.levels), *_DEPTH_NAMES, "taker_imbalance"])
        return tuple(ChannelInput(name, name) for name in plain)

    def measure_imbalance(self, values: Mapping[str, Floats]) -> Floats:
        """Column `imbalance_ratio` alone, shape (candidates,)."""
        bids, asks = (self._read_levels(values, side) for side in _SIDES)
        return prefer(*measure_imbalances(values, bids, asks).values())

    def analyze(self, values: Mapping[str, Floats]) -> dict[str, Floats | npt.NDArray[np.object_]]:
        """Score candidates, see `Analyzer.analyze`."""
        bids, asks = (self._read_levels(values, side) for side in _SIDES)
        ratios = measure_imbalances(values, bids, asks)
        ratio = prefer(*ratios.values())
        buy, sell = self._measure_impact(values, bids, asks)
        support, resistance = self._find_largest(values, bids, asks)
        components = {
            "imbalance": NEUTRAL + 0.5 * ratio,
            "liquidity": self._score_depth(values),
            "price_impact": share_of_sum(buy, sell),
            "support_resistance": share_of_sum(resistance, support),
        }
        composite = combine(components, self.params.weights.model_dump())
        return {
            **composite.as_columns("microstructure"),
            **components,
            "imbalance_ratio": ratio,
            "imbalance_source": name_sources(ratios),
            "imbalance_signal": grade(ratio, self.params.imbalance_signal),
            "bid_depth_levels": bids.count_levels(self.params.depth_share),
            "ask_depth_levels": asks.count_levels(self.params.depth_share),
            "buy_impact_bps": buy,
            "sell_impact_bps": sell,
            "support_distance_bps": support,
            "resistance_distance_bps": resistance,
        }

    def _read_levels(self, values: Mapping[str, Floats], side: str) -> BookSide:
        levels = range(1, self.levels + 1)
        price, quantity = (
            np.column_stack([values[f"{side}_{kind}_{level}"] for level in levels])
            for kind in _FIELDS
        )
        whole = np.isfinite(price) & np.isfinite(quantity)
        return BookSide(np.where(whole, price, np.nan), np.where(whole, quantity, np.nan))

    def _read_bands(self, values: Mapping[str, Floats], side: str) -> BandSide:
        within = np.column_stack([values[_band(side, band)] for band in self.bands])
        return BandSide(np.array([float(band) for band in self.bands]), within)

    def _measure_impact(
        self, values: Mapping[str, Floats], bids: BookSide, asks: BookSide
    ) -> tuple[Floats, Floats]:
        """Of an order to buy and one to sell, from levels, else from bands."""
        mid, order = _mid(bids, asks), self.params.impact_quote
        bid_bands, ask_bands = (self._read_bands(values, side) for side in _SIDES)
        return (
            prefer(asks.impact_bps(mid, order), ask_bands.impact_bps(order)),
            prefer(bids.impact_bps(mid, order), bid_bands.impact_bps(order)),
        )

    def _find_largest(
        self, values: Mapping[str, Floats], bids: BookSide, asks: BookSide
    ) -> tuple[Floats, Floats]:
        """Distances of the largest bid (support) and ask (resistance)."""
        mid = _mid(bids, asks)
        support, resistance = (
            prefer(
                side.largest_distance_bps(mid),
                self._read_bands(values, name).largest_distance_bps(),
            )
            for side, name in ((bids, "bid"), (asks, "ask"))
        )
        return support, resistance

    def _score_depth(self, values: Mapping[str, Floats]) -> Floats:
        """Depth against its past, both sides alike; above 0.5 deeper than usual."""
        scores = (
            mean_of_known(*(values[f"{text.format(side=side)}_z"] for side in _SIDES))
            for text in _DEPTHS.values()
        )
        return squash(0.5 * prefer(*scores))


def measure_imbalances(
    values: Mapping[str, Floats], bids: BookSide, asks: BookSide
) -> dict[str, Floats]:
    """Imbalance of each source, in the order of `IMBALANCE_SOURCES`; NaN where it has none."""
    summed = {
        name: imbalance(*(values[text.format(side=side)] for side in _SIDES))
        for name, text in _DEPTHS.items()
    }
    return {
        "levels": imbalance(bids.depth, asks.depth),
        **summed,
        "takers": values["taker_imbalance"],
    }


def name_sources(ratios: Mapping[str, Floats]) -> npt.NDArray[np.object_]:
    """Which source each row's imbalance is of, "" where there is none; shape (candidates,)."""
    size = next(iter(ratios.values())).size
    names = np.full(size, "", dtype=object)
    for name, ratio in reversed(list(ratios.items())):
        names[np.isfinite(ratio)] = name
    return names


def _level_names(levels: int) -> list[str]:
    numbers = range(1, levels + 1)
    return [f"{side}_{kind}_{number}" for side in _SIDES for kind in _FIELDS for number in numbers]


def _band(side: str, band: str) -> str:
    return f"{side}_within_{band}pct_quote"


def _mid(bids: BookSide, asks: BookSide) -> Floats:
    return np.asarray(0.5 * (bids.price[:, 0] + asks.price[:, 0]), dtype=np.float64)
