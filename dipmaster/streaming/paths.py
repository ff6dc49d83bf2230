"""Candidates to the round trip of each alone, bar by bar, under one exit policy.

What a position does depends on prices and rules, never on its size, so each candidate is
followed once and every account that holds it reads its sales here. Nothing is decided in this
file: at each bar the batch's own kernel `simulate_positions` runs over the closed bars of every
open candidate, in which the future is missing. A position that the data end closes is still
open. No window is longer than the time limit: the first bar from there on that is traded ends
a position, whenever it comes.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from dipmaster.backtest.costs import Costs
from dipmaster.backtest.fills import simulate_positions
from dipmaster.backtest.funding import sum_unit_funding
from dipmaster.backtest.layouts import (
    NEVER,
    ROUND_TRIP,
    MarketArrays,
    PlanArrays,
    build_plan_arrays,
)
from dipmaster.backtest.outcomes import measure_returns
from dipmaster.backtest.rules import (
    ExitRules,
    ExitType,
    RuleArrays,
    RuleScalars,
    build_rule_scalars,
)
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import BARS_PER_QUARTER_HOUR
from dipmaster.streaming.market import MarketBar
from dipmaster.streaming.path_records import (
    NO_CANDIDATES,
    PathEvent,
    PathPlans,
    PathStep,
    empty_plans,
)
from dipmaster.streaming.state import Saved

_FIELDS = 6  # open, high, low, close, half-spread, distance of the trailing stop


class StandalonePaths:
    """Open candidates under one exit policy.

    Parameters
    ----------
    rules
        Arrays in them do not count.
    max_holding_bars
        The time limit, which no phase changes.
    """

    def __init__(
        self, rules: ExitRules, costs: Costs, stop_frac: float, max_holding_bars: int
    ) -> None:
        self.scalars: RuleScalars = build_rule_scalars(rules)
        self.costs, self.stop_frac, self.cap = costs, stop_frac, max_holding_bars
        self._has_trailing, self._has_scores = rules.trailing is not None, rules.score is not None
        self._width = BARS_PER_QUARTER_HOUR + max_holding_bars + 1
        self._waiting = empty_plans()
        self.plans = empty_plans()
        self.signal_bar = NO_CANDIDATES
        self.windows = np.empty((_FIELDS, 0, self._width))
        self.scores = np.empty((0, max_holding_bars))
        self._funding = np.empty((2, 0))  # paid by a unit up to the entry, and to a partial exit
        self._trips = np.empty(0, ROUND_TRIP)

    def __len__(self) -> int:
        return int(self.signal_bar.size)

    def wait(self, plans: PathPlans) -> None:
        """Candidates of the bar that has just closed: to be bought at the next open."""
        self._waiting = plans

    def push(self, bar: MarketBar, cumulative_funding: Floats) -> PathStep:
        """Follow all candidates through a bar that has closed.

        Parameters
        ----------
        cumulative_funding
            Shape (coins,), as `Panel.cumulative_funding` at this bar.
        """
        opened = self._open(bar, cumulative_funding)
        self._write(bar)
        trips = self._simulate()
        partial = (trips["partial_bar"] != NEVER) & (self._trips["partial_bar"] == NEVER)
        self._funding[1, partial] = cumulative_funding[self.plans.coin[partial]]
        left = trips["exit_type"] != int(ExitType.END_OF_DATA)
        self._trips = trips
        step = self._report(bar.number, partial, left, cumulative_funding, opened)
        self._keep(~left)
        return step

    def put_scores(self, candidate_id: Ints, held: Ints, probability: Floats) -> None:
        """Exit probabilities at the close of the last bar, NaN where the rules may not act.

        Parameters
        ----------
        candidate_id, held
            Open candidates in their order, and bars since the entry's own, shape (rows,).
        """
        rows = np.searchsorted(self.plans.candidate_id, candidate_id)
        self.scores[rows, held] = probability

    def close_at_end(self, number: int) -> dict[int, PathEvent]:
        """How every open candidate is closed where the data end with bar `number`."""
        return {
            int(one): PathEvent(self._date(row, number), is_exit=True)
            for row, one in enumerate(self.plans.candidate_id)
        }

    def market_arrays(self) -> MarketArrays:
        """The windows as the kernels read them, a candidate in place of a symbol."""
        opens, highs, lows, closes, spreads = self.windows[:-1].reshape(_FIELDS - 1, -1)
        return MarketArrays(opens, highs, lows, closes, spreads, self._width, 0)

    def plan_arrays(self) -> PlanArrays:
        """The candidates as the kernels read them."""
        n = len(self)
        return build_plan_arrays(
            np.arange(n),
            self.signal_bar % BARS_PER_QUARTER_HOUR,
            self.plans.target_frac,
            np.full(n, self.stop_frac),
            np.full(n, self.cap),
        )

    def distances(self) -> Floats:
        """Distances of the trailing stop, shape (candidates x bars,); empty where it is off."""
        return self.windows[-1].reshape(-1) if self._has_trailing else np.empty(0)

    def window_column(self, bar: MarketBar) -> Ints:
        """Place of a bar in each window; one beyond the time limit lies at the limit."""
        held = np.minimum(bar.number - self.signal_bar - 1, self.cap)
        return np.asarray(self.signal_bar % BARS_PER_QUARTER_HOUR + 1 + held)

    def _open(self, bar: MarketBar, cumulative_funding: Floats) -> frozenset[int]:
        plans, traded = self._waiting, ~np.isnan(bar.open[self._waiting.coin])
        self._waiting = empty_plans()
        if not traded.any():
            return frozenset()
        new = plans.take(traded)
        n = new.coin.size
        self.plans = self.plans.join(new)
        self.signal_bar = np.append(self.signal_bar, np.full(n, bar.number - 1))
        blank = np.full((_FIELDS, n, self._width), np.nan)
        self.windows = np.concatenate([self.windows, blank], axis=1)
        self.scores = np.concatenate([self.scores, np.full((n, self.cap), np.nan)])
        paid = np.tile(cumulative_funding[new.coin], (2, 1))
        self._funding = np.concatenate([self._funding, paid], axis=1)
        unsold = np.zeros(n, ROUND_TRIP)
        unsold["partial_bar"] = NEVER
        self._trips = np.concatenate([self._trips, unsold])
        return frozenset(new.candidate_id.tolist())

    def _write(self, bar: MarketBar) -> None:
        coin, rows = self.plans.coin, np.arange(len(self))
        values = np.vstack([bar.prices, bar.half_spread_bps, bar.trailing_frac])[:, coin]
        traded = ~np.isnan(bar.open[coin])
        columns = self.window_column(bar)
        self.windows[:, rows[traded], columns[traded]] = values[:, traded]

    def _simulate(self) -> npt.NDArray[Any]:
        trips = np.zeros(len(self), ROUND_TRIP)
        if len(self):
            scores = self.scores if self._has_scores else np.empty((len(self), 0))
            arrays = RuleArrays(scores, np.empty(0), self.distances())
            simulate_positions(
                self.market_arrays(), self.plan_arrays(), self.scalars, self.costs, arrays, trips
            )
        return trips

    def _report(
        self, number: int, partial: Bools, left: Bools, cumulative_funding: Floats,
        opened: frozenset[int],
    ) -> PathStep:  # fmt: skip
        ids = self.plans.candidate_id
        partials = {
            int(ids[row]): PathEvent(self._date(row, number), is_exit=False)
            for row in np.flatnonzero(partial).tolist()
        }
        exits, net_frac = {}, {}
        for row in np.flatnonzero(left).tolist():
            exits[int(ids[row])] = PathEvent(self._date(row, number), is_exit=True)
            at_exit = float(cumulative_funding[self.plans.coin[row]])
            net_frac[int(ids[row])] = self._net_frac(self._trips[[row]], row, at_exit)
        return PathStep(opened, partials, exits, net_frac)

    def _net_frac(self, trip: npt.NDArray[Any], row: int, at_exit: float) -> float:
        has_partial = trip["partial_bar"] != NEVER
        at_entry, at_partial = self._funding[:, [row]]
        funding = sum_unit_funding(
            at_entry,
            np.where(has_partial, at_partial, at_exit),
            np.array([at_exit]),
            np.where(has_partial, 1.0 - self.scalars.partial_frac, 1.0),
        )
        returns = measure_returns(trip, funding, self.scalars.partial_frac, self.costs)
        return float(returns["net_frac"][0])

    def _date(self, row: int, number: int) -> npt.NDArray[Any]:
        """The trip with bars counted since 1970, as it stands at the close of bar `number`."""
        dated, signal = self._trips[[row]], int(self.signal_bar[row])
        dated["entry_bar"], dated["exit_bar"] = signal + 1, number
        if dated["partial_bar"][0] != NEVER:
            dated["partial_bar"] += signal - signal % BARS_PER_QUARTER_HOUR
        return dated

    def _keep(self, kept: Bools) -> None:
        if kept.all():
            return
        self.plans = self.plans.take(kept)
        self.signal_bar, self._trips = self.signal_bar[kept], self._trips[kept]
        self.windows, self.scores = self.windows[:, kept], self.scores[kept]
        self._funding = self._funding[:, kept]

    def save(self) -> Saved:
        """Everything that the next bars depend on."""
        plans = {
            f"{kind}/{name}": column
            for kind, plans in (("plans", self.plans), ("waiting", self._waiting))
            for name, column in plans._asdict().items()
        }
        return plans | {
            "signal_bar": self.signal_bar,
            "windows": self.windows,
            "scores": self.scores,
            "funding": self._funding,
        }

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""
        self.plans, self._waiting = (
            PathPlans._make(saved[f"{kind}/{name}"] for name in PathPlans._fields)
            for kind in ("plans", "waiting")
        )
        self.signal_bar, self.windows = saved["signal_bar"], saved["windows"]
        self.scores, self._funding = saved["scores"], saved["funding"]
        self._trips = self._simulate()
