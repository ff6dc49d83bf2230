"""Bars and accounts to alerts: a feed that is silent, an account that falls, decisions too late."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dipmaster.core.panel import format_time
from dipmaster.streaming.decisions import BarDecisions
from dipmaster.streaming.market import MarketFacts

DRAWDOWN_FRAC = 0.02  # roadmap, monitoring: maximum drawdown
LATENCY_MS = 100.0  # roadmap, monitoring
SILENT_BARS = 3  # decision: a quarter of an hour without a bar of a coin

Severity = Literal["warning", "critical"]


@dataclass(frozen=True)
class ReplayAlert:
    """Something that a person should look at.

    Attributes
    ----------
    key
        The same alert is not raised again while it lasts.
    first_seen
        UTC, open time of the bar.
    """

    key: str
    severity: Severity
    first_seen: str
    message: str
    recommendation: str


class AlertBook:
    """Raises an alert when a limit is passed, and again only after it was kept in between.

    Parameters
    ----------
    phase
        Whose account is watched.

    Attributes
    ----------
    active
        Key to alert.
    """

    def __init__(self, facts: MarketFacts, phase: int) -> None:
        self._symbols, self._phase = facts.symbols, phase
        self._silent, self._peak = np.zeros(len(facts.symbols), np.int64), 0.0
        self.active: dict[str, ReplayAlert] = {}

    def update(self, step: BarDecisions, latency_ms: float) -> list[ReplayAlert]:
        """Look at one step; the alerts that are new."""
        found = {one.key: one for one in self._look(step, latency_ms)}
        new = [one for key, one in found.items() if key not in self.active]
        self.active = {key: self.active.get(key, one) for key, one in found.items()}
        return new

    def _look(self, step: BarDecisions, latency_ms: float) -> list[ReplayAlert]:
        now, alerts = format_time(step.bar.time_ms), []
        self._silent = np.where(step.bar.has_bar, 0, self._silent + 1)
        for coin in np.flatnonzero(self._silent >= SILENT_BARS):
            symbol = self._symbols[coin]
            alerts.append(
                ReplayAlert(
                    f"feed:{symbol}", "warning", now,
                    f"{symbol}: no bar for {SILENT_BARS} bars or more",
                    "check the feed; positions of the coin are left at its next bar",
                )
            )  # fmt: skip
        equity = step.accounts[self._phase].equity.equity
        self._peak = max(self._peak, equity)
        if equity < self._peak * (1.0 - DRAWDOWN_FRAC):
            alerts.append(
                ReplayAlert(
                    "drawdown", "critical", now,
                    f"phase {self._phase}: drawdown beyond {100.0 * DRAWDOWN_FRAC:g} %",
                    "stop new orders until somebody has looked at the trades",
                )
            )  # fmt: skip
        if latency_ms > LATENCY_MS:
            alerts.append(
                ReplayAlert(
                    "latency", "warning", now, f"a decision took more than {LATENCY_MS:g} ms",
                    "look at what else the machine does",
                )
            )  # fmt: skip
        return alerts
