"""Decisions of a stream against the tables of the batch: the first difference, or none."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from dipmaster.streaming.account import AccountStep
from dipmaster.streaming.decisions import BarDecisions
from dipmaster.streaming.difference import ParityDifference, ParityError, find_difference
from dipmaster.streaming.listing import (
    list_candidates,
    list_evidence,
    list_exit_rows,
    list_fills,
    list_filter_results,
    list_plans,
    list_scores,
    list_trades,
)
from dipmaster.streaming.tables import BatchTables

LISTINGS = {
    "candidates": list_candidates,
    "scores": list_scores,
    "filter_results": list_filter_results,
    "exit_plans": list_plans,
    "evidence_scores": list_evidence,
}


class ParityComparison:
    """Goes through the batch's tables as a stream goes through the bars.

    Parameters
    ----------
    symbols
        Of the market.

    Attributes
    ----------
    compared
        Table to values compared.
    """

    def __init__(self, symbols: tuple[str, ...], tables: BatchTables) -> None:
        self._symbols, self._tables = symbols, tables
        self._bar = self._candidate = 0
        self._fill: Counter[int] = Counter()
        self.compared: Counter[str] = Counter()

    @property
    def last_ms(self) -> int:
        """Open time of the batch's last bar."""
        return int(self._tables.ledgers["equity", 0]["time"][-1])

    def skip_to(self, time_ms: int) -> None:
        """Leave out what came before a bar, where a stream goes on from a snapshot."""
        ledgers = self._tables.ledgers
        self._bar = int(np.searchsorted(ledgers["equity", 0]["time"], time_ms))
        times = self._tables.by_candidate["candidates"]["open_time"]
        self._candidate = int(np.searchsorted(times, time_ms))
        for (name, phase), table in ledgers.items():
            if name == "fills":
                self._fill[phase] = int(np.searchsorted(table["time"], time_ms))

    def compare(self, step: BarDecisions, *, is_last: bool) -> ParityDifference | None:
        """The first difference of one step of the grid.

        Parameters
        ----------
        is_last
            Of the batch's bars: there it sells everything, and `compare_end` has the marks.
        """
        time_ms = step.bar.time_ms
        difference = (
            self._compare_features(step)
            or self._compare_candidates(step)
            or self._compare_exit_rows(step)
        )
        for phase, account in step.accounts.items():
            difference = difference or self._compare_account(phase, time_ms, account)
            if not is_last:
                difference = difference or self._compare_mark(phase, time_ms, account)
        self._bar += 1
        return difference

    def compare_end(
        self, time_ms: int, accounts: Mapping[int, AccountStep]
    ) -> ParityDifference | None:
        """The first difference of what was sold because the data end, and of what is left over."""
        self._bar -= 1
        for phase, account in accounts.items():
            difference = self._compare_account(phase, time_ms, account)
            difference = difference or self._compare_mark(phase, time_ms, account)
            fills = len(self._tables.ledgers["fills", phase]["trade_id"])
            if difference is None and self._fill[phase] != fills:
                table = f"fills_phase_{phase}"
                difference = ParityDifference(table, time_ms, "", "rows", self._fill[phase], fills)
            if difference is not None:
                return difference
        candidates = len(self._tables.by_candidate["candidates"]["candidate_id"])
        if self._candidate == candidates:
            return None
        return ParityDifference("candidates", time_ms, "", "rows", self._candidate, candidates)

    def _compare_features(self, step: BarDecisions) -> ParityDifference | None:
        tables = self._tables.features
        if tables is None:
            return None
        stream, batch = step.bar.stored[:, tables.places].T, tables.values[:, :, self._bar]
        absent = np.isnan(batch).all(axis=1, keepdims=True)  # no coin's source has the column
        self.compared["features"] += stream.size
        other = ~((stream == batch) | np.isnan(stream) & np.isnan(batch) | absent)
        if not other.any():
            return None
        column, coin = np.argwhere(other)[0]
        name, symbol = tables.names[column], self._symbols[coin]
        values = float(stream[column, coin]), float(batch[column, coin])
        return ParityDifference("features", step.bar.time_ms, symbol, name, *values)

    def _compare_candidates(self, step: BarDecisions) -> ParityDifference | None:
        time_ms, size = step.bar.time_ms, len(step.candidates)
        table = self._tables.by_candidate["candidates"]
        rows = slice(self._candidate, self._candidate + size)
        self._candidate += size
        symbols = [self._symbols[coin] for coin in step.candidates.coin]
        keys = {"symbol": symbols, "open_time": [time_ms] * size}
        difference = find_difference("candidates", time_ms, symbols, keys, table, rows)
        following = table["open_time"][self._candidate : self._candidate + 1]
        if difference is None and following.size and following[0] <= time_ms:
            symbol = str(table["symbol"][self._candidate])
            return ParityDifference("candidates", time_ms, symbol, "row", None, int(following[0]))
        for name, batch in self._tables.by_candidate.items() if size else ():
            stream = LISTINGS[name](step)
            self.compared[name] += size * len(stream)
            difference = difference or find_difference(name, time_ms, symbols, stream, batch, rows)
        return difference

    def _compare_exit_rows(self, step: BarDecisions) -> ParityDifference | None:
        stream, batch = list_exit_rows(step), self._tables.exit_rows
        ids, held = (np.asarray(stream[name]) for name in ("candidate_id", "bars_held"))
        if not ids.size:
            return None
        # Rows lie by candidate, then by bars held; a bar that was not traded has none.
        first = np.searchsorted(batch["candidate_id"], ids)
        end = np.searchsorted(batch["candidate_id"], ids, side="right")
        places = [
            start + int(np.searchsorted(batch["bars_held"][start:stop], bars))
            for start, stop, bars in zip(first, end, held, strict=True)
        ]
        rows = np.minimum(places, batch["candidate_id"].size - 1)
        self.compared["exit_rows"] += ids.size * len(stream)
        symbols = [f"candidate {one}" for one in ids]
        return find_difference("exit_rows", step.bar.time_ms, symbols, stream, batch, rows)

    def _compare_account(
        self, phase: int, time_ms: int, account: AccountStep
    ) -> ParityDifference | None:
        for fill in list_fills(account, self._symbols):
            row, self._fill[phase] = self._fill[phase], self._fill[phase] + 1
            difference = self._compare_row("fills", phase, time_ms, fill, row)
            if difference is not None:
                return difference
        for trade in list_trades(account, self._symbols):
            difference = self._compare_row("trades", phase, time_ms, trade, int(trade["trade_id"]))
            if difference is not None:
                return difference
        return None

    def _compare_mark(
        self, phase: int, time_ms: int, account: AccountStep
    ) -> ParityDifference | None:
        mark = {"time": time_ms, **account.equity._asdict()}
        return self._compare_row("equity", phase, time_ms, mark, self._bar)

    def _compare_row(
        self, ledger: str, phase: int, time_ms: int, stream: Mapping[str, Any], row: int
    ) -> ParityDifference | None:
        name, symbols = f"{ledger}_phase_{phase}", [str(stream.get("symbol", ""))]
        self.compared[name] += len(stream)
        columns = {column: [value] for column, value in stream.items()}
        batch = self._tables.ledgers[ledger, phase]
        return find_difference(name, time_ms, symbols, columns, batch, slice(row, row + 1))


def require_parity(difference: ParityDifference | None) -> None:
    """Raise `ParityError` for a difference."""
    if difference is not None:
        raise ParityError(difference)
