"""Orders of the engine: one row an order.

The engine sees signals as this table and never the models behind them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.params import Execution, Exits

REGIMES: tuple[str, ...] = ("low", "normal", "high", "unknown")  # index -1: not known yet
SIZING_COLUMNS: tuple[str, ...] = (
    "p",
    "kelly",
    "payoff",
    "vol_scalar",
    "regime_factor",
    "spillover_factor",
    "intraday_factor",
)
SIZING_RECORD: tuple[str, ...] = (
    "size_frac",
    "p_outcomes",
    "payoff_outcomes",
    "forecast_annual_frac",
)  # beside them, in ledgers of orders that have them


@dataclass(frozen=True)
class Entries:
    """Orders sorted by (signal_index, -priority, symbol_index); every array has shape (entries,).

    Attributes
    ----------
    candidate_id
        The candidate an order stands for.
    symbol_index, signal_index
        Row of the panel, and position on its grid of the bar at whose close the
        signal is known; the order fills at the next bar's open.
    size_frac
        Reference notional / equity wished for, before caps.
    target_frac, stop_frac
        From the entry's reference price.
    max_holding_bars
        Longest holding time.
    priority
        Higher goes first among orders of the same bar.
    confidence
        Calibrated score; NaN where there is none.
    regime
        Index into `REGIMES`, -1 unknown.
    sizing
        Arrays of `SIZING_COLUMNS` and `SIZING_RECORD`, for the ledger only; absent parts of the
        first are missing there, of the second there is no column.
    """

    candidate_id: Ints
    symbol_index: Ints
    signal_index: Ints
    size_frac: Floats
    target_frac: Floats
    stop_frac: Floats
    max_holding_bars: Ints
    priority: Floats
    confidence: Floats
    regime: npt.NDArray[np.int8]
    sizing: Mapping[str, Floats] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.candidate_id.size)

    def take(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> "Entries":
        """The named rows, in the order given (a mask keeps the order)."""
        arrays = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != "sizing"}
        return replace(self, **arrays, sizing={k: v[rows] for k, v in self.sizing.items()})

    def with_scores(self, confidence: Floats, regime: npt.NDArray[np.int8]) -> "Entries":
        """The same orders with a score each; where orders compete the highest score goes first.

        Parameters
        ----------
        confidence, regime
            Indexed by `candidate_id`.
        """
        scores = confidence[self.candidate_id]
        regimes = regime[self.candidate_id]
        return replace(self, priority=scores, confidence=scores, regime=regimes).sort_orders()

    def sort_orders(self) -> "Entries":
        """The same orders, in the order in which the engine fills them."""
        return self.take(np.lexsort((self.symbol_index, -self.priority, self.signal_index)))


def build_entries(
    candidates: pd.DataFrame, panel: Panel, execution: Execution, exits: Exits
) -> Entries:
    """Every candidate as an order of phase 0: fixed size, target, stop and time limit.

    Parameters
    ----------
    candidates
        Table CANDIDATES.
    panel
        The bars they were found on.

    Returns
    -------
    Entries
        Sorted; the deepest dip goes first where orders of one bar compete.

    Raises
    ------
    DataError
        Where a candidate's symbol or bar is not in the panel.
    """
    symbol_index, signal_index = panel_indices(candidates, panel)
    rows = len(candidates)
    return Entries(
        candidate_id=candidates["candidate_id"].to_numpy(np.int64),
        symbol_index=symbol_index,
        signal_index=signal_index,
        size_frac=np.full(rows, execution.size_frac),
        target_frac=np.full(rows, exits.target_frac),
        stop_frac=np.full(rows, exits.stop_frac),
        max_holding_bars=np.full(rows, exits.max_holding_bars, np.int64),
        priority=candidates["dip_z"].to_numpy(np.float64),
        confidence=np.full(rows, np.nan),
        regime=candidates["volatility_class"].to_numpy(np.int8),
    ).sort_orders()


def panel_indices(candidates: pd.DataFrame, panel: Panel) -> tuple[Ints, Ints]:
    """Row of the panel and position on its grid of each candidate.

    Raises
    ------
    DataError
        Where a candidate's symbol or bar is not in the panel.
    """
    symbol_index = pd.Index(panel.symbols).get_indexer(pd.Index(candidates["symbol"]))
    signal_index = panel.index_of(to_epoch_ms(candidates["open_time"]))
    _require_on_panel(candidates, panel, symbol_index.astype(np.int64), signal_index)
    return symbol_index.astype(np.int64), signal_index


def check_entries(entries: Entries, panel: Panel) -> Entries:
    """Return the entries if the engine can fill them.

    Raises
    ------
    DataError
        Rows out of order, indices outside the panel, or levels that make no sense.
    """
    symbol, signal = entries.symbol_index, entries.signal_index
    _require("sorted rows", _is_sorted(entries), "call Entries.sorted()")
    on_panel = (symbol >= 0) & (symbol < len(panel.symbols)) & (signal >= 0) & (signal < panel.bars)
    _require("indices on the panel", on_panel.all(), "build the entries from this panel's bars")
    check_exit_levels(entries.target_frac, entries.stop_frac, entries.max_holding_bars)
    _require("size_frac of 0 or more", (entries.size_frac >= 0).all(), "check the sizing")
    return entries


def _is_sorted(entries: Entries) -> bool:
    """Whether no row comes before its predecessor; a missing priority goes last."""
    signal, symbol = entries.signal_index, entries.symbol_index
    priority = np.where(np.isnan(entries.priority), -np.inf, entries.priority)
    tied = priority[1:] == priority[:-1]
    lower_priority = (priority[1:] < priority[:-1]) | (tied & (symbol[1:] >= symbol[:-1]))
    in_order = (signal[1:] > signal[:-1]) | ((signal[1:] == signal[:-1]) & lower_priority)
    return bool(in_order.all())


def check_exit_levels(target_frac: Floats, stop_frac: Floats, max_holding_bars: Ints) -> None:
    """Raise `DataError` unless targets and stops are positive and time limits 1 or more.

    Infinity switches a target or a stop off; NaN is refused.
    """
    _require("target_frac above 0", (target_frac > 0).all(), "check the targets")
    # A stop too small to move the level in floating point would sell before it buys.
    _require("stop_frac above 0", (1.0 - stop_frac < 1.0).all(), "check the stops")
    _require(
        "max_holding_bars of 1 or more", (max_holding_bars >= 1).all(), "check the time limits"
    )


def _require(expected: str, holds: bool | np.bool_, fix: str) -> None:
    if not holds:
        raise data_error("entries of the engine", expected, "at least one row without", fix)


def _require_on_panel(
    candidates: pd.DataFrame, panel: Panel, symbol_index: Ints, signal_index: Ints
) -> None:
    off_panel = (symbol_index < 0) | (signal_index < 0) | (signal_index >= panel.bars)
    if off_panel.any():
        candidate = candidates.iloc[int(np.flatnonzero(off_panel)[0])]
        raise data_error(
            "table 'candidates'",
            "candidates on the bars of the panel",
            f"{candidate['symbol']} at {candidate['open_time']}",
            "run the features stage again",
        )
