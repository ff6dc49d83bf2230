"""Rules about what is plain to see: drawdown, bars that stay away, latency as it was measured."""

from dipmaster.core.observed_rules import (
    describe_drawdown,
    describe_silence,
    list_drawdown_limits,
)
from dipmaster.core.params import Monitoring
from dipmaster.monitoring.account import AccountPath
from dipmaster.monitoring.alerts import RECOMMENDATIONS, Firing, Judgement, latch
from dipmaster.monitoring.feed import FeedPath
from dipmaster.results.common import Interval
from dipmaster.results.monitoring.alerts import Alert, RuleCheck
from dipmaster.results.monitoring.committed import Latency


def judge_drawdown(path: AccountPath, params: Monitoring) -> Judgement:
    """Largest fall of equity so far, on 5-minute marks."""
    largest = float(path.drawdown_frac.max(initial=0.0))
    check = RuleCheck(
        rule="drawdown",
        state="healthy",
        value=Interval(largest, None, None),
        threshold=params.thresholds.drawdown_frac,
        decides="largest fall from a peak so far; it is observed, not estimated",
    )

    def describe(moment: int) -> str:
        return describe_drawdown(float(path.drawdown_frac[moment]))

    return Judgement(
        check,
        tuple(
            Firing("drawdown", severity, latch(path.drawdown_frac >= limit), path.time_ms, describe)
            for severity, limit in list_drawdown_limits(params)
        ),
    )


def judge_feed(path: FeedPath, symbols: tuple[str, ...], params: Monitoring) -> Judgement:
    """Bars in a row without a trade, of a coin and of all."""
    limit = params.stale_bars
    some, every = path.any_silent >= limit, path.all_silent >= limit
    check = RuleCheck(
        rule="feed",
        state="healthy",
        value=Interval(float(path.any_silent[-1]), None, None),
        threshold=float(limit),
        decides="bars in a row without a trade, of the coin with most; it is observed",
    )

    def describe(moment: int) -> str:
        return describe_silence(symbols, path.silent[:, moment].tolist(), limit)

    return Judgement(
        check,
        (
            Firing("feed", "warning", some, path.time_ms, describe),
            Firing("feed", "critical", every, path.time_ms, describe),
        ),
    )


def judge_latency(latency: Latency | None, params: Monitoring) -> tuple[Judgement, Alert | None]:
    """The measured p99 against the roadmap's limit; it has a date, not a bar."""
    limit = params.thresholds.latency_ms
    check = RuleCheck(
        rule="latency",
        state="healthy" if latency else "not measured",
        value=Interval(latency.p99_ms if latency else None, None, None,
                       "" if latency else "not measured"),
        threshold=limit,
        decides="p99 of one measured replay, on the machine and date that are named",
    )  # fmt: skip
    if latency is None or latency.p99_ms <= limit:
        return Judgement(check), None
    return Judgement(check), Alert(
        rule="latency",
        severity="warning",
        first_seen=latency.date,
        last_seen=latency.date,
        is_active=True,
        finding=f"p99 {latency.p99_ms:g} ms on {latency.machine}",
        recommendation=RECOMMENDATIONS["latency", "warning"],
    )
