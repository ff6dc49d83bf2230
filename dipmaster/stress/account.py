"""One phase's orders and untouched account, and runs of the engine on slices of its market."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from dipmaster import backtest
from dipmaster.backtest import Entries, ExitRules
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.params import Execution
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.evaluation.statistics.period import Period


class HeldPosition(NamedTuple):
    """A position of the untouched run: coin, and bars of entry and exit on the panel's grid."""

    coin: int
    entry_bar: int
    exit_bar: int


@dataclass(frozen=True)
class Controls:
    """Orders, rules and limits with the risk controls on, or without them."""

    entries: Entries
    rules: ExitRules
    execution: Execution


@dataclass(frozen=True)
class PhaseAccount:
    """A phase as the untouched run left it.

    Attributes
    ----------
    phase
        Its number.
    controls
        With the risk controls on.
    equity
        Shape (bars,), at each close.
    is_flat
        Shape (bars,), no position at the close.
    positions
        Opened out of sample, in order of entry.
    """

    phase: int
    controls: Controls
    equity: Floats
    is_flat: Bools
    positions: tuple[HeldPosition, ...]

    def last_flat_bar(self, bar: int) -> int:
        """Last bar before `bar` at whose close the account is flat; 0 where there is none.

        The account is flat at the first bar, at whose open no order can fill.
        """
        earlier = np.flatnonzero(self.is_flat[:bar])
        return int(earlier[-1]) if earlier.size else 0


class WindowRun(NamedTuple):
    """What the engine did on a slice.

    Attributes
    ----------
    equity
        Shape (window bars + 1,): at the close before the shock, and at every close after.
    trips
        Records of `ROUND_TRIP`, bars counted from the beginning of the slice.
    open_at_shock
        Positions open at the close before the shock.
    """

    equity: Floats
    trips: "np.ndarray[tuple[int], np.dtype[np.void]]"
    open_at_shock: int


def build_account(
    completed: CompletedPhase, panel: Panel, execution: Execution, period: Period
) -> PhaseAccount:
    """Collect what runs on slices need of a completed phase."""
    entries, trades = completed.orders.entries, completed.ledger.trades
    coin = np.searchsorted(np.array(panel.symbols), trades["symbol"].to_numpy(dtype=str))
    entry, leave = (panel.index_of(to_epoch_ms(trades[f"{at}_time"])) for at in ("entry", "exit"))
    start = (period.out_of_sample_ms - period.first_ms) // BAR_MS
    spans = [HeldPosition(*map(int, span)) for span in zip(coin, entry, leave, strict=True)]
    return PhaseAccount(
        completed.phase.number,
        Controls(entries, completed.exit_policy.at(entries.candidate_id).rules, execution),
        completed.ledger.equity["equity"].to_numpy(np.float64),
        find_flat_bars(entry, leave, panel.bars),
        tuple(span for span in spans if span.entry_bar >= start),
    )


def find_flat_bars(entry: Ints, leave: Ints, bars: int) -> Bools:
    """No position at the close; one that leaves at a bar is gone by its close."""
    change = np.zeros(bars, dtype=np.int64)
    np.add.at(change, entry, 1)
    np.add.at(change, leave, -1)
    return np.asarray(np.cumsum(change) == 0)


def switch_off(controls: Controls) -> Controls:
    """No stop, no trailing stop, no sales by exit models, no caps; never borrowed money.

    Target, time limit and quarter-hour exit stay, and so do the sizes that were asked for.
    """
    entries, rules = controls.entries, controls.rules
    no_stop = np.full(len(entries), np.inf)
    lifted = {"max_positions": 1000, "max_position_frac": 1.0, "max_exposure_frac": 1.0}
    return Controls(
        replace(entries, stop_frac=no_stop),
        replace(rules, trailing=None, score=None),
        controls.execution.model_copy(update=lifted),
    )


def slice_controls(controls: Controls, begin: int, end: int) -> Controls:
    """Orders that fill after bar `begin` and whose positions end before bar `end`.

    Without bars missing a position ends by itself in the slice, so that nothing is sold only
    because the slice is over.
    """
    entries, rules = controls.entries, controls.rules
    signal = entries.signal_index
    first = int(np.searchsorted(signal, begin))
    last = int(np.searchsorted(signal, end))
    rows = np.arange(first, last)
    rows = rows[signal[rows] + 1 + entries.max_holding_bars[rows] < end]
    chosen = entries.take(rows)
    return Controls(
        replace(chosen, signal_index=chosen.signal_index - begin),
        _slice_rules(rules, rows, begin, end),
        controls.execution,
    )


def _slice_rules(rules: ExitRules, rows: Ints, begin: int, end: int) -> ExitRules:
    trailing, score = rules.trailing, rules.score
    if trailing is not None:
        distance = trailing.distance_frac
        by_bar = distance.ndim == 2
        trailing = replace(
            trailing, distance_frac=distance[:, begin:end] if by_bar else distance[rows]
        )
    if score is not None:
        score = replace(score, score=score.score[rows])
    return replace(rules, trailing=trailing, score=score)


def check_controls(sliced: Controls, panel: Panel) -> Controls:
    """Return the controls if their orders can be filled on a slice of these bars.

    Raises
    ------
    DataError
        Rows out of order, off the slice, or with levels that make no sense.
    """
    backtest.check_entries(sliced.entries, panel)
    return sliced


def run_slice(panel: Panel, sliced: Controls, capital: float, shock_at: int) -> WindowRun:
    """Trade a slice whose first bar has a flat account of that capital at its close.

    Parameters
    ----------
    panel
        Bars of the slice, the shock in them.
    sliced
        Of `slice_controls`, on the panel by `check_controls`.
    shock_at
        First bar of the window, counted from the beginning of the slice; 1 or more.
    """
    if not len(sliced.entries):
        return WindowRun(np.full(panel.bars - shock_at + 1, capital), np.empty(0, np.void), 0)
    execution = sliced.execution.model_copy(update={"capital": capital})
    output = backtest.simulate_checked_orders(panel, sliced.entries, execution, sliced.rules)
    trips = output.trips
    is_open = (trips["entry_bar"] < shock_at) & (trips["exit_bar"] >= shock_at)
    equity = backtest.compute_equity(execution, output)
    return WindowRun(equity[shock_at - 1 :], trips, int(is_open.sum()))
