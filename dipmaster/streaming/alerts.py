"""Bars and accounts to alerts, by the rules of stage `monitor`: feed, drawdown, latency.

As there, drawdowns are counted from the out-of-sample start, and one that has been reached stays an
alert. Bars that stay away are an alert before that start, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dipmaster.core import store
from dipmaster.core.observed_rules import (
    LATE_FRAC,
    RECOMMENDATIONS,
    WARM_UP_DECISIONS,
    ObservedRule,
    Severity,
    describe_drawdown,
    describe_silence,
    list_drawdown_limits,
)
from dipmaster.core.panel import format_time
from dipmaster.core.params import Params
from dipmaster.core.time_units import out_of_sample_start_ms
from dipmaster.streaming.decisions import BarDecisions
from dipmaster.streaming.market import MarketFacts


@dataclass(frozen=True)
class ReplayAlert:
    """Something that a person should look at.

    Attributes
    ----------
    key
        Rule and severity; the same alert is not raised again while it lasts.
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
    params
        With sections `monitoring` and `split`; default: those of the project.

    Attributes
    ----------
    active
        Key to alert.
    """

    def __init__(self, facts: MarketFacts, phase: int, params: Params | None = None) -> None:
        params = params or store.read_params("monitoring", "split")
        self._symbols, self._phase, self._limits = facts.symbols, phase, params.monitoring
        self._start_ms = out_of_sample_start_ms(facts.first_ms, params.split.burn_in_days)
        self._silent, self._traded_before = np.zeros((2, len(facts.symbols)), np.int64)
        self._peak = self._drawdown_frac = self._largest_frac = 0.0
        self._measured = self._late = 0
        self.active: dict[str, ReplayAlert] = {}

    def update(self, step: BarDecisions, latency_ms: float) -> list[ReplayAlert]:
        """Look at one step; the alerts that are new.

        Parameters
        ----------
        latency_ms
            Of the decision, 0 where it was not measured.
        """
        is_watched = step.bar.time_ms >= self._start_ms
        self._count_silence(step)
        self._mark(step.accounts[self._phase].equity.equity, is_watched)
        self._count_late(latency_ms)
        time = format_time(step.bar.time_ms)
        found = {
            f"{rule}:{severity}": ReplayAlert(
                f"{rule}:{severity}", severity, time, message, RECOMMENDATIONS[rule, severity]
            )
            for rule, severity, message in self._look()
        }
        new = [one for key, one in found.items() if key not in self.active]
        self.active = {key: self.active.get(key, one) for key, one in found.items()}
        return new

    def _look(self) -> Iterator[tuple[ObservedRule, Severity, str]]:
        limit, silence = self._limits.stale_bars, self._silent.tolist()
        if max(silence) >= limit:
            yield "feed", "warning", describe_silence(self._symbols, silence, limit)
        if min(silence) >= limit:
            yield "feed", "critical", describe_silence(self._symbols, silence, limit)
        for severity, frac in list_drawdown_limits(self._limits):
            if self._largest_frac >= frac:
                yield "drawdown", severity, describe_drawdown(self._drawdown_frac)
        decisions, slow_ms = self._measured - WARM_UP_DECISIONS, self._limits.thresholds.latency_ms
        if decisions > 0 and self._late > LATE_FRAC * decisions:
            yield "latency", "warning", f"p99 of {decisions} decisions beyond {slow_ms:g} ms"

    def _count_silence(self, step: BarDecisions) -> None:
        """Bars in a row without a trade, none before a coin's first."""
        traded = ~np.isnan(step.bar.close)
        self._traded_before |= traded
        self._silent = np.where(traded, 0, self._silent + self._traded_before)

    def _mark(self, equity: float, is_watched: bool) -> None:
        """Peaks are counted from the last mark before the out-of-sample start."""
        self._peak = max(self._peak, equity) if is_watched else equity
        if is_watched and self._peak > 0.0:
            self._drawdown_frac = 1.0 - equity / self._peak
            self._largest_frac = max(self._largest_frac, self._drawdown_frac)

    def _count_late(self, latency_ms: float) -> None:
        if latency_ms <= 0.0:
            return
        self._measured += 1
        if self._measured > WARM_UP_DECISIONS:
            self._late += latency_ms > self._limits.thresholds.latency_ms
