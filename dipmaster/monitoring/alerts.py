"""Moments at which the condition of a rule held to its alert, and alerts to the system's status."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dipmaster.core import observed_rules
from dipmaster.core.kernels import Bools, Ints
from dipmaster.core.panel import format_time
from dipmaster.results.monitoring.alerts import (
    Alert,
    Rule,
    RuleCheck,
    RuleState,
    Severity,
    SystemStatus,
)

_OBSERVED: Mapping[tuple[Rule, Severity], str] = {
    (rule, severity): text for (rule, severity), text in observed_rules.RECOMMENDATIONS.items()
}
RECOMMENDATIONS: dict[tuple[Rule, Severity], str] = {
    ("win_rate", "warning"): (
        "Reduce size to paper trading and compare the newest trades with those of the report."
    ),
    ("sharpe", "warning"): (
        "Do not add capital; check costs and exits of the newest trades before the next step."
    ),
    ("net_return", "critical"): "Stop buying: trades lose money after costs.",
    ("calibration", "warning"): (
        "Trust no threshold until the models are refitted and calibrated on the newest outcomes."
    ),
    ("candidate_rate", "warning"): (
        "Check bars and volumes of the feed, then whether the market has changed."
    ),
    ("signal_rate", "warning"): (
        "Find the step of the filter at which signals are lost or gained before acting on them."
    ),
    ("drift", "warning"): (
        "Refit on the newest bars, and check the source of the inputs that drifted."
    ),
    **_OBSERVED,
}


class Firing(NamedTuple):
    """What one rule did.

    Attributes
    ----------
    held
        Shape (moments,), whether the condition held.
    time_ms
        Shape (moments,), open times of the bars at whose close that was known, rising.
    describe
        Moment to what was found, in words; LOOK-AHEAD: it may use nothing after that moment.
    """

    rule: Rule
    severity: Severity
    held: Bools
    time_ms: Ints
    describe: Callable[[int], str]


class Judgement(NamedTuple):
    """A rule as it stands at the last bar, and what fires."""

    check: RuleCheck
    firings: tuple[Firing, ...] = ()


def latch(held: Bools) -> Bools:
    """A condition that has held once holds from then on."""
    latched: Bools = np.logical_or.accumulate(held)
    return latched


def raise_alerts(firings: Sequence[Firing]) -> tuple[Alert, ...]:
    """Alerts of the rules whose condition ever held, the first seen first."""
    alerts = [_raise_alert(one) for one in firings if one.held.any()]
    return tuple(sorted(alerts, key=lambda alert: (alert.first_seen, alert.rule, alert.severity)))


def _raise_alert(firing: Firing) -> Alert:
    moments = firing.time_ms[firing.held]
    first = int(np.argmax(firing.held))
    return Alert(
        rule=firing.rule,
        severity=firing.severity,
        first_seen=format_time(int(moments[0])),
        last_seen=format_time(int(moments[-1])),
        is_active=bool(firing.held[-1]),
        finding=firing.describe(first),
        recommendation=RECOMMENDATIONS[firing.rule, firing.severity],
    )


def judge_status(alerts: Sequence[Alert]) -> SystemStatus:
    """The most severe of the alerts that are active."""
    active = {alert.severity for alert in alerts if alert.is_active}
    return "critical" if "critical" in active else "warning" if active else "healthy"


def judge_rule(rule: Rule, alerts: Sequence[Alert]) -> RuleState:
    """The same of one rule."""
    return judge_status([alert for alert in alerts if alert.rule == rule])
