"""Alerts up to a bar are the same whatever bars, trades and outcomes come after it."""

import numpy as np
import pytest

from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.monitoring import monitor
from dipmaster.monitoring.inputs import MonitoringInputs
from dipmaster.results.monitoring.alerts import Alert
from tests.monitoring.world import CAPITAL, READINESS, START_MS, other_future, params, world


def alerts_until(inputs: MonitoringInputs, cut_ms: int) -> list[tuple[str, ...]]:
    """Alerts seen at the close of a bar before the cut, with what was found then."""
    found = monitor(inputs, READINESS, CAPITAL, params()).alerts
    return [
        (one.rule, one.severity, one.first_seen, one.finding) for one in found if _ms(one) < cut_ms
    ]


def _ms(alert: Alert) -> int:
    return int(np.datetime64(alert.first_seen.rstrip("Z"), "ms").astype(np.int64))


@pytest.mark.parametrize("day", [170, 180, 200, 213.37, 240])
def test_another_future_changes_no_alert_before_it(day: float) -> None:
    inputs = world(later=0.45)
    cut_ms = START_MS + int(day * DAY_MS) // BAR_MS * BAR_MS
    before = alerts_until(inputs, cut_ms)
    assert alerts_until(other_future(inputs, cut_ms, seed=7), cut_ms) == before


def test_the_other_future_is_seen_after_it() -> None:
    """The control: the future is so different that a leak would have shown."""
    inputs = world(later=0.45)
    cut_ms = START_MS + 170 * DAY_MS
    whole = alerts_until(inputs, 10**15)
    assert alerts_until(other_future(inputs, cut_ms, seed=7), 10**15) != whole
    assert len(alerts_until(inputs, START_MS + 240 * DAY_MS)) >= 3
