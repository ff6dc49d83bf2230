"""What a replay holds and decides, on a terminal: equity, positions, signals, alerts."""

import time
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from dipmaster.cli.console import make_console, make_table
from dipmaster.core.panel import format_time
from dipmaster.core.params import Params
from dipmaster.core.time_units import BAR_MS, MINUTE_MS
from dipmaster.report.kit import numbers
from dipmaster.streaming.account import StreamAccount
from dipmaster.streaming.alerts import ReplayAlert
from dipmaster.streaming.decisions import BarDecisions
from dipmaster.streaming.signals import ExplainedSignal, explain_signals

if TYPE_CHECKING:
    from rich.console import Group, RenderableType

SHOWN_SIGNALS, SHOWN_POSITIONS = 8, 12
REFRESH_SECONDS = 0.1
EQUITY = {"phase": True, "equity": True, "cash": True, "exposure": True, "positions": True}
POSITIONS = {"coin": False, "held": True, "size": True, "return": True}
SIGNALS = {"bar (UTC)": False, "coin": False, "confidence": True, "bought": False, "reason": False}


class ReplayView:
    """A live view on a terminal; nothing where output is none.

    Parameters
    ----------
    phase
        Whose positions and signals are shown.
    """

    def __init__(self, symbols: tuple[str, ...], phase: int, params: Params) -> None:
        from rich.live import Live

        self._symbols, self._phase, self._params = symbols, phase, params
        self._console = make_console()
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._signals: deque[ExplainedSignal] = deque(maxlen=SHOWN_SIGNALS)
        self._state: (
            tuple[BarDecisions, Mapping[str, ReplayAlert], Mapping[int, StreamAccount]] | None
        ) = None
        self._shown_at = 0.0

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.stop()

    def show(
        self,
        step: BarDecisions,
        alerts: Mapping[str, ReplayAlert],
        accounts: Mapping[int, StreamAccount],
    ) -> None:
        """Show a step; at most ten times a second, for the eye follows no more."""
        if not self._console.is_terminal:
            return
        self._signals.extend(explain_signals(step, self._phase, self._params))
        self._state = step, alerts, accounts
        if time.monotonic() - self._shown_at >= REFRESH_SECONDS:
            self.refresh()

    def refresh(self) -> None:
        """Draw the last step."""
        if self._console.is_terminal and self._state is not None:
            self._live.update(self._draw(*self._state), refresh=True)
            self._shown_at = time.monotonic()

    def close(self) -> None:
        """Leave the last step on the terminal."""
        self.refresh()
        self._live.stop()

    def _draw(
        self,
        step: BarDecisions,
        alerts: Mapping[str, ReplayAlert],
        accounts: Mapping[int, StreamAccount],
    ) -> "Group":
        from rich.console import Group

        equity = make_table(EQUITY)
        for phase, account in step.accounts.items():
            mark = account.equity
            equity.add_row(
                str(phase), numbers.plain(mark.equity, 2), numbers.plain(mark.cash, 2),
                numbers.percent(mark.exposure_frac), str(len(accounts[phase].positions)),
            )  # fmt: skip
        alert_lines = [
            f"{one.severity}: {one.message} (since {one.first_seen}); {one.recommendation}"
            for one in alerts.values()
        ]
        # What a low terminal cuts off is below: the oldest signals.
        return Group(
            f"bar {format_time(step.bar.time_ms)}, replay; no order is sent",
            "Alerts",
            *(alert_lines or ["none"]),
            equity,
            f"Positions of phase {self._phase}",
            self._draw_positions(step, accounts[self._phase]),
            "Last signals",
            self._draw_signals(),
        )

    def _draw_positions(self, step: BarDecisions, account: StreamAccount) -> "RenderableType":
        table = make_table(POSITIONS)
        for one in account.positions[:SHOWN_POSITIONS]:
            entry = float(one.fills[0]["reference"][0])
            table.add_row(
                self._symbols[one.coin],
                numbers.minutes((step.bar.number - one.entry_number + 1) * BAR_MS / MINUTE_MS),
                numbers.percent(one.weight_frac),
                numbers.percent(one.last_close / entry - 1.0),
            )
        return table if account.positions else "none"

    def _draw_signals(self) -> "RenderableType":
        table = make_table(SIGNALS)
        for one in reversed(self._signals):
            confidence = None if one.confidence != one.confidence else one.confidence
            table.add_row(
                format_time(one.time_ms)[:16].replace("T", " "),
                self._symbols[one.coin],
                numbers.plain(confidence, 3),
                "yes" if one.is_ordered else "no",
                one.reason,
            )
        return table if self._signals else "none yet"
