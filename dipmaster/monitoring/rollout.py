"""What is known of the system to the steps of the rollout: which criteria are met, which not.

Nothing here sends an order, and no part of this software does: a step that is ready is a
statement, and people act on it. What has no record is not met.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import and_

from dipmaster.core.params import Monitoring
from dipmaster.monitoring.records import RECORD_PARITY, Records
from dipmaster.results.monitoring.alerts import Alert
from dipmaster.results.monitoring.committed import Latency
from dipmaster.results.monitoring.health import PhaseHealth
from dipmaster.results.monitoring.rollout import Criterion, RolloutStep

NO_RECORD = "no record: this version keeps none"


@dataclass(frozen=True)
class Readiness:
    """What the steps are judged on.

    Attributes
    ----------
    verdict, verdict_reason
        Of all phases together.
    broken_checks, idle_checks, checks
        Integrity checks that fail, that nothing exercised, of all of all phases.
    is_simulated
        Whether the bars are.
    effective, scenarios
        Shocks in which the risk controls are effective, of all that were run: each scenario
        from random dates and from open positions.
    """

    verdict: str
    verdict_reason: str
    broken_checks: int
    idle_checks: int
    checks: int
    is_simulated: bool
    effective: int
    scenarios: int


def judge_rollout(
    readiness: Readiness,
    final: PhaseHealth,
    alerts: Sequence[Alert],
    records: Records,
    capital: float,
    params: Monitoring,
) -> tuple[RolloutStep, ...]:
    """Every step, the next one only where the one before is ready.

    Parameters
    ----------
    capital
        Of the whole strategy, quote currency.
    """
    paper = (
        _check_ledgers(readiness),
        _check_parity(records, params.rollout.parity_bars),
        _check_latency(records.latency, params.thresholds.latency_ms),
        _check_alerts(alerts, {"critical"}),
    )
    capped = (
        _check_verdict(readiness),
        _check_source(readiness),
        _check_stress(readiness),
        _check_record("Paper trading", f"{params.rollout.paper_days} days on a live feed"),
        _check_alerts(alerts, {"critical", "warning"}),
    )
    full = (
        _check_record("Capped trading", f"{params.rollout.capped_days} days"),
        _check_record("Capped trades", f"{params.rollout.capped_trades} trades"),
        _check_win_rate(final, params.thresholds.win_rate),
    )
    met = (all(one.is_met for one in criteria) for criteria in (paper, capped, full))
    ready = tuple(accumulate(met, and_))
    return (
        RolloutStep(
            name="paper trading", capital=None, roadmap_weeks="3", criteria=paper,
            is_ready=ready[0],
        ),
        RolloutStep(
            name="capped capital", capital=params.rollout.capped_capital, roadmap_weeks="4",
            criteria=capped, is_ready=ready[1],
        ),
        RolloutStep(
            name="full capital", capital=capital, roadmap_weeks="5-8", criteria=full,
            is_ready=ready[2],
        ),
    )  # fmt: skip


def _check_ledgers(readiness: Readiness) -> Criterion:
    found = f"{readiness.checks - readiness.broken_checks} of {readiness.checks} hold"
    if readiness.idle_checks:
        found += f", {readiness.idle_checks} of them not exercised"
    return Criterion(
        name="Ledgers", required="every integrity check of all phases holds", found=found,
        is_met=readiness.checks > 0 and not readiness.broken_checks,
    )  # fmt: skip


def _check_parity(records: Records, bars: int) -> Criterion:
    parity = records.parity
    found = f"not compared: run {RECORD_PARITY}"
    if records.mismatch:
        found = (
            f"the comparison on record has other {', '.join(records.mismatch)}: run {RECORD_PARITY}"
        )
    if parity:
        found = f"{parity.differences} differences over {parity.bars} bars of {parity.coins} coins"
    return Criterion(
        name="Parity",
        required=f"the stream decides as the report did over {bars} bars",
        found=found,
        is_met=parity is not None and not parity.differences and parity.bars >= bars,
    )


def _check_latency(latency: Latency | None, limit_ms: float) -> Criterion:
    found = f"{latency.p99_ms:.1f} ms on {latency.machine}" if latency else "not measured"
    return Criterion(
        name="Latency", required=f"p99 of at most {limit_ms:g} ms", found=found,
        is_met=latency is not None and latency.p99_ms <= limit_ms,
    )  # fmt: skip


def _check_alerts(alerts: Sequence[Alert], severities: set[str]) -> Criterion:
    active = [alert.rule for alert in alerts if alert.is_active and alert.severity in severities]
    names = ", ".join(dict.fromkeys(active)).replace("_", " ")
    kind = "critical alert" if severities == {"critical"} else "alert"
    return Criterion(
        name="Alerts", required=f"no active {kind}", found=names or "none", is_met=not active
    )


def _check_verdict(readiness: Readiness) -> Criterion:
    return Criterion(
        name="Verdict", required="PASS of all phases",
        found=f"{readiness.verdict}: {readiness.verdict_reason}",
        is_met=readiness.verdict == "PASS",
    )  # fmt: skip


def _check_source(readiness: Readiness) -> Criterion:
    return Criterion(
        name="Market", required="bars of a real market",
        found="simulated bars" if readiness.is_simulated else "real bars",
        is_met=not readiness.is_simulated,
    )  # fmt: skip


def _check_stress(readiness: Readiness) -> Criterion:
    return Criterion(
        name="Stress tests", required="risk controls effective in every scenario",
        found=f"{readiness.effective} of {readiness.scenarios}, each from random dates and from "
        "open positions",
        is_met=readiness.scenarios > 0 and readiness.effective == readiness.scenarios,
    )  # fmt: skip


def _check_record(name: str, required: str) -> Criterion:
    return Criterion(name=name, required=required, found=NO_RECORD, is_met=False)


def _check_win_rate(final: PhaseHealth, threshold: float) -> Criterion:
    low = final.win_rate.low
    return Criterion(
        name="Win rate",
        required=f"shown to be at least {100.0 * threshold:g} % at every time",
        found="no trade" if low is None else f"lower bound {100.0 * low:.1f} %",
        is_met=low is not None and low >= threshold,
    )
