"""Phases 3 and 4: outcomes as they become known, and the sizes made of them."""

from array import array

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params.sizing import Sizing
from dipmaster.core.wins import is_win
from dipmaster.evaluation.phases.sizing.inputs import FACTORS, FORECAST
from dipmaster.learning.calibrators import PlattCalibrator
from dipmaster.learning.schedule import refit_times
from dipmaster.sizing import (
    Recalibration,
    SizeComponents,
    Sizes,
    SizingFeatures,
    combine,
    put_components,
)
from dipmaster.sizing.payoff import REGIMES, OutcomeSides, Side, divide_sides
from dipmaster.sizing.recalibration import fit_map
from dipmaster.streaming.market import MarketBar
from dipmaster.streaming.orders import BarOrders
from dipmaster.streaming.state import Saved

_CENTURY_MS = 100 * 365 * 86_400_000


class SizingStream:
    """Sizes orders from what had ended by their signal's close.

    Payoffs are running sums. The win probability is refitted on fixed dates from all outcomes, as
    in the batch: nine bytes an outcome are kept for that.

    Parameters
    ----------
    first_ms, models_from_day
        Of the market's first bar and of section `split`: they fix the dates of the refits.
    """

    def __init__(self, params: Sizing, first_ms: int, models_from_day: int) -> None:
        self._params = params
        self._refits_ms = refit_times(first_ms, first_ms + _CENTURY_MS, models_from_day)
        self._confidence, self._won = array("d"), array("b")
        # Count and sum of wins and of losses: of all outcomes, then of each regime.
        self._sums = np.zeros((1 + REGIMES, 2, 2))
        self._map: PlattCalibrator | None = None
        self._next_refit, self._fitted_on = 0, 0

    def learn(self, confidence: Floats, regime: Ints, net_frac: Floats) -> None:
        """Take in outcomes that became known at one close, in the order of their candidates.

        Parameters
        ----------
        confidence
            Never NaN: what was not scored is no outcome.
        """
        if not net_frac.size:
            return
        won = is_win(net_frac)
        self._confidence.extend(confidence.tolist())
        self._won.extend(won.astype(np.int8).tolist())
        for one, win, size in zip(regime.tolist(), won, np.abs(net_frac), strict=True):
            for place in (0, one + 1) if one >= 0 else (0,):
                self._sums[place, 0 if win else 1] += (1.0, size)

    def refit(self, moment_ms: int) -> None:
        """Recalibrate where a date has come, from the outcomes known by now.

        To be called at every close, after `learn`: no outcome may come between a date and this.
        """
        while self._next_refit < self._refits_ms.size:
            if self._refits_ms[self._next_refit] > moment_ms:
                return
            won = np.array(self._won, np.bool_)
            self._map = fit_map(np.array(self._confidence), won, self._params.min_outcomes)
            self._fitted_on, self._next_refit = won.size, self._next_refit + 1

    def size_orders(self, bar: MarketBar, orders: BarOrders) -> BarOrders:
        """Orders of a close with sizes of their own, without those on which nothing is bet."""
        at_signal = {name: bar.volatility[name][orders.coin] for name in (FORECAST, *FACTORS)}
        features = SizingFeatures(
            np.full(len(orders), bar.decided_ms),
            orders.confidence,
            orders.regime,
            *(at_signal[name] for name in (FORECAST, *FACTORS)),
        )
        sizes = self.size(features, orders.size_frac)
        return orders.with_sizes(sizes.size_frac, sizes.columns())

    def size(self, features: SizingFeatures, before_frac: Floats) -> Sizes:
        """Sizes of the orders of one close."""
        params, orders = self._params, features.confidence.size
        if self._next_refit:
            fitted = self._refits_ms[[self._next_refit - 1]]
            refits = Recalibration(fitted, (self._map,), np.array([self._fitted_on]))
        else:
            refits = Recalibration(np.empty(0, np.int64), (), np.empty(0, np.int64))
        known = np.full(orders, len(self._won), np.int64)
        payoffs = divide_sides(
            known,
            self._sides(np.zeros(orders, np.int64)),
            self._sides(features.regime + 1, known=features.regime >= 0),
            params.min_outcomes,
            params.prior_outcomes,
        )
        win = refits.predict(features.confidence, features.decided_ms)
        components: SizeComponents = put_components(features, win, payoffs, params)
        return combine(components, before_frac, params)

    def _sides(self, place: Ints, known: Bools | None = None) -> OutcomeSides:
        chosen = self._sums[place]
        if known is not None:
            chosen = np.where(known[:, None, None], chosen, 0.0)
        wins, losses = (Side(chosen[:, side, 0], chosen[:, side, 1]) for side in (0, 1))
        return OutcomeSides(wins, losses)

    def save(self) -> Saved:
        """Everything that the next bars depend on."""
        slope = [] if self._map is None else [self._map.slope, self._map.intercept]
        return {
            "confidence": np.array(self._confidence),
            "won": np.array(self._won, np.int8),
            "sums": self._sums.copy(),
            "map": np.array(slope),
            "fits": np.array([self._next_refit, self._fitted_on]),
        }

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""
        self._confidence = array("d", saved["confidence"])
        self._won = array("b", saved["won"].tolist())
        self._sums = saved["sums"].copy()
        self._map = PlattCalibrator(*saved["map"].tolist()) if saved["map"].size else None
        self._next_refit, self._fitted_on = saved["fits"].tolist()
