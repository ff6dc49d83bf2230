"""Levels or bands of an order book to depth, price impact, and the largest bid and ask.

Arrays have shape (candidates, levels), the best level first; a level that is not there is NaN.
"""

from dataclasses import dataclass

import numpy as np

from dipmaster.altdata.composite import or_zero
from dipmaster.core.kernels import Floats

BPS = 10_000.0


@dataclass(frozen=True)
class BookSide:
    """Price in the quote currency and quantity in coins of one side."""

    price: Floats
    quantity: Floats

    @property
    def depth(self) -> Floats:
        """Quantity of all levels, shape (candidates,); NaN where there is no level."""
        return _sum_known(self.quantity)

    def count_levels(self, share: float) -> Floats:
        """Levels whose cumulative quantity does not exceed `share` of the side's depth.

        The roadmap's count: a flat book of 20 levels has 19 at a share of 0.95.
        """
        cumulative = np.cumsum(or_zero(self.quantity), axis=1)
        there = np.isfinite(self.quantity)
        depth = self.depth
        limit = share * or_zero(depth)[:, None] * (1.0 + 1e-12)
        count = np.sum(there & (cumulative <= limit), axis=1).astype(np.float64)
        return np.where(np.isfinite(depth), count, np.nan)

    def impact_bps(self, mid: Floats, order_quote: float) -> Floats:
        """Mean price of an order that walks the levels, against mid, in bps.

        NaN where the levels do not hold the order.
        """
        value = or_zero(self.price * self.quantity)
        before = np.cumsum(value, axis=1) - value
        taken = np.clip(order_quote - before, 0.0, value)
        price = np.where(np.isfinite(self.price) & (self.price > 0.0), self.price, 1.0)
        quantity = np.sum(taken / price, axis=1)
        filled = np.sum(taken, axis=1)
        enough = (filled >= order_quote * (1.0 - 1e-9)) & (quantity > 0.0)
        mean_price = filled / np.where(enough, quantity, 1.0)
        return np.where(enough, np.abs(mean_price / mid - 1.0) * BPS, np.nan)

    def largest_distance_bps(self, mid: Floats) -> Floats:
        """Distance from mid of the level with the largest quantity, the nearer of two alike."""
        there = np.isfinite(self.quantity)
        level = np.argmax(np.where(there, self.quantity, -1.0), axis=1)
        price = np.take_along_axis(self.price, level[:, None], axis=1)[:, 0]
        return np.where(there.any(axis=1), np.abs(price / mid - 1.0) * BPS, np.nan)


@dataclass(frozen=True)
class BandSide:
    """Value of one side within distances from mid, cumulative; shape (candidates, bands).

    Attributes
    ----------
    edges_pct
        Shape (bands,), rising distances in per cent.
    """

    edges_pct: Floats
    within: Floats

    def impact_bps(self, order_quote: float) -> Floats:
        """Mean distance at which an order fills, its value spread evenly within each band.

        NaN where the bands do not hold the order.
        """
        size = self.within.shape[0]
        filled, cost_pct, edge = np.zeros(size), np.zeros(size), np.zeros(size)
        for band, outer in enumerate(self.edges_pct):
            there = np.isfinite(self.within[:, band])
            held = np.maximum(np.where(there, self.within[:, band], filled) - filled, 0.0)
            taken = np.minimum(held, order_quote - filled)
            reach = np.where(held > 0.0, taken / np.where(held > 0.0, held, 1.0), 0.0)
            cost_pct = cost_pct + taken * (edge + 0.5 * reach * (outer - edge))
            filled = filled + taken
            edge = np.where(there, outer, edge)
        enough = filled >= order_quote * (1.0 - 1e-9)
        return np.where(enough, cost_pct / order_quote * 100.0, np.nan)

    def largest_distance_bps(self) -> Floats:
        """Middle of the band with most value a per cent of width; NaN without bands."""
        size = self.within.shape[0]
        best, distance = np.full(size, -1.0), np.full(size, np.nan)
        inner, edge = np.zeros(size), np.zeros(size)
        for band, outer in enumerate(self.edges_pct):
            there = np.isfinite(self.within[:, band])
            value = np.where(there, self.within[:, band], inner)
            density = np.where(there, (value - inner) / (outer - edge), -1.0)
            better = density > best
            best = np.where(better, density, best)
            distance = np.where(better, 0.5 * (edge + outer) * 100.0, distance)
            inner, edge = value, np.where(there, outer, edge)
        return distance


def imbalance(bid: Floats, ask: Floats) -> Floats:
    """(bid - ask) / (bid + ask), -1..1; 0 where both are 0, NaN where one is unknown."""
    total = bid + ask
    ratio = np.where(total > 0.0, (bid - ask) / np.where(total > 0.0, total, 1.0), 0.0)
    return np.where(np.isfinite(total), ratio, np.nan)


def share_of_sum(part: Floats, other: Floats) -> Floats:
    """``part / (part + other)``, 0..1; NaN where one is unknown, 0.5 where both are 0."""
    return np.asarray(0.5 + 0.5 * imbalance(part, other), dtype=np.float64)


def _sum_known(values: Floats) -> Floats:
    there = np.isfinite(values).any(axis=1)
    return np.where(there, np.sum(or_zero(values), axis=1), np.nan)
