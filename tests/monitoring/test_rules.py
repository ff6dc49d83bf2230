"""Rules on made markets: what fires, when, how severely, and what does not."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.monitoring import monitor
from dipmaster.monitoring.feed import count_in_a_row
from dipmaster.monitoring.inputs import MonitoringInputs
from dipmaster.monitoring.records import Records
from dipmaster.results.monitoring.committed import Latency, ParityResults
from dipmaster.results.monitoring.record import MonitoringResults
from dipmaster.results.monitoring.summary import summarize_monitoring
from tests.monitoring.world import CAPITAL, OUT_OF_SAMPLE_MS, READINESS, START_MS, params, world

LATENCY = Latency(
    machine="two cores",
    date="2025-01-02",
    coins=10,
    decisions=900,
    p50_ms=0.8,
    p99_ms=2.5,
    max_ms=9.0,
)
PARITY = ParityResults(
    bars=100_000, coins=10, refits=12, phases=(0, 4), first_open_time="a", last_open_time="b",
    values=100_000, compared={"equity": 100_000}, differences=0,
)  # fmt: skip


def watch(inputs: MonitoringInputs, **recorded: Any) -> MonitoringResults:
    return monitor(inputs, READINESS, CAPITAL, params(), Records(**recorded))


def rules_of(results: MonitoringResults) -> set[str]:
    return {alert.rule for alert in results.alerts}


@pytest.fixture(scope="module")
def healthy() -> MonitoringResults:
    return watch(world(), latency=LATENCY)


@pytest.fixture(scope="module")
def failing() -> MonitoringResults:
    return watch(world(later=0.45))


def test_a_good_strategy_raises_nothing(healthy: MonitoringResults) -> None:
    assert healthy.alerts == ()
    assert healthy.status == "healthy"
    assert {one.state for one in healthy.checks} == {"healthy"}
    assert len({one.rule for one in healthy.checks}) == len(healthy.checks) == 10


def test_a_strategy_that_dies_raises_alerts(failing: MonitoringResults) -> None:
    assert {"win_rate", "calibration", "net_return"} <= rules_of(failing)
    assert failing.status == "critical"
    turn = "2023-05-31"
    assert all(alert.first_seen > turn for alert in failing.alerts)
    win_rate = next(one for one in failing.alerts if one.rule == "win_rate")
    assert win_rate.first_seen < "2023-06-30"
    assert win_rate.is_active
    assert [one.first_seen for one in failing.alerts] == sorted(
        one.first_seen for one in failing.alerts
    )


def test_a_poor_figure_alone_is_no_alert() -> None:
    """Point estimates below the threshold, on too few trades to show anything."""
    inputs = world(win_rate=0.75, later=0.75)
    account = inputs.accounts[-1]
    late = account.trades["entry_time"].astype("datetime64[ms, UTC]").astype("int64")
    few = account.trades[late >= OUT_OF_SAMPLE_MS].iloc[:20]
    results = watch(replace(inputs, accounts=(replace(account, trades=few),)))
    check = next(one for one in results.checks if one.rule == "win_rate")
    assert check.value.value is not None
    assert check.value.value < check.threshold
    assert check.state == "healthy"


def test_drawdown_warns_at_two_per_cent_and_is_critical_at_three() -> None:
    inputs = world()
    account = inputs.accounts[-1]
    fall = np.ones(len(account.equity))
    fall[-2000:], fall[-1000:] = 0.975, 0.96
    equity = account.equity.assign(equity=CAPITAL * fall)
    results = watch(replace(inputs, accounts=(replace(account, equity=equity),)))
    found = {one.severity: one for one in results.alerts if one.rule == "drawdown"}
    times = account.equity["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert found["warning"].first_seen == times.iloc[-2000]
    assert found["critical"].first_seen == times.iloc[-1000]
    assert "2.50 %" in found["warning"].finding


def test_a_silent_coin_warns_and_a_silent_market_is_critical() -> None:
    inputs = world()
    close = inputs.panel.close.copy()
    close[1, -400:-300] = np.nan
    close[:, -20:] = np.nan
    results = watch(replace(inputs, panel=replace(inputs.panel, close=close)))
    found = {one.severity: one for one in results.alerts if one.rule == "feed"}
    times = inputs.panel.open_time
    assert _ms(found["warning"].first_seen) == times[-400 + 11]
    assert found["warning"].finding == "no trade for 12 bars: B"
    assert _ms(found["critical"].first_seen) == times[-20 + 11]
    assert results.feed[1].longest_gap_bars == 100
    assert results.feed[1].missing_bars == 120
    assert results.feed[0].stale_bars == 20


def test_a_coin_that_is_listed_late_was_never_silent() -> None:
    inputs = world()
    close = inputs.panel.close.copy()
    close[2, : close.shape[1] // 2] = np.nan
    assert "feed" not in rules_of(watch(replace(inputs, panel=replace(inputs.panel, close=close))))


def test_candidates_that_stay_away_raise_an_alert_at_the_end_of_a_window() -> None:
    inputs = world()
    kept = (inputs.candidates.signal_ms < START_MS + 150 * DAY_MS) | (
        np.arange(inputs.candidates.won.size) % 10 == 0
    )
    fields = vars(inputs.candidates)
    thin = replace(
        inputs.candidates, **{k: v[kept] for k, v in fields.items() if k != "input_names"}
    )
    results = watch(replace(inputs, candidates=thin))
    alert = next(one for one in results.alerts if one.rule == "candidate_rate")
    assert _ms(alert.first_seen) == START_MS + 180 * DAY_MS - BAR_MS
    assert "a day, 9" in alert.finding or "a day, 8" in alert.finding


def test_slow_decisions_warn() -> None:
    results = watch(world(), latency=replace(LATENCY, p99_ms=250.0))
    assert [(one.rule, one.severity) for one in results.alerts] == [("latency", "warning")]
    assert results.status == "warning"


def test_what_is_not_measured_is_said(failing: MonitoringResults) -> None:
    latency = next(one for one in failing.checks if one.rule == "latency")
    assert (latency.state, latency.value.reason) == ("not measured", "not measured")
    assert failing.latency is None
    assert failing.parity is None


def test_no_trade_at_all() -> None:
    inputs = world()
    account = inputs.accounts[-1]
    idle = replace(account, trades=account.trades.iloc[:0],
                   equity=account.equity.assign(equity=CAPITAL))  # fmt: skip
    results = watch(replace(inputs, accounts=(idle,)))
    states = {one.rule: one.state for one in results.checks}
    assert [states[name] for name in ("win_rate", "net_return", "sharpe", "signal_rate")] == [
        "not measured"
    ] * 4
    assert results.phases[0].mean_net_bps is None


def test_a_history_shorter_than_a_window() -> None:
    results = monitor(world(), READINESS, CAPITAL, params(recent_days=365))
    assert results.window_from is None
    assert results.calibration == ()
    assert summarize_monitoring(results).max_psi is None


def test_windows_follow_each_other_from_the_out_of_sample_start(
    healthy: MonitoringResults,
) -> None:
    days = [(one.from_day, one.to_day) for one in healthy.calibration]
    assert days[:2] == [("2023-03-02", "2023-04-01"), ("2023-04-01", "2023-05-01")]
    assert days[-1] == (healthy.window_from, healthy.window_to)
    assert [one.day for one in healthy.win_rate_path] == [end for _, end in days]


def test_the_summary_says_what_the_results_say(failing: MonitoringResults) -> None:
    summary = summarize_monitoring(failing)
    active = [one.severity for one in failing.alerts if one.is_active]
    assert summary.criticals == sum(one == "critical" for one in active) > 0
    assert summary.warnings == sum(one == "warning" for one in active) > 0
    assert summary.status == "critical"
    assert summary.win_rate_high == failing.phases[-1].win_rate.high
    assert summary.calibration_gap == failing.calibration[-1].gap.value
    assert summary.drawdown == failing.phases[-1].max_drawdown_frac > 0.0
    excess = [(one.psi.value or 0.0) - (one.chance_mean or 0.0) for one in failing.drift]
    assert summary.max_psi == max(excess)
    assert summary.rollout == "none"
    assert len(fields(summary)) <= 8  # what `dvc metrics` shows on one screen


def test_the_summary_names_the_last_step_that_is_ready() -> None:
    ready = watch(world(), latency=LATENCY, parity=PARITY)
    assert summarize_monitoring(ready).rollout == "paper trading"


def test_steps_of_the_rollout(healthy: MonitoringResults) -> None:
    missing = [one.name for step in healthy.rollout for one in step.criteria if not one.is_met]
    assert missing[:2] == ["Parity", "Paper trading"]
    assert not any(step.is_ready for step in healthy.rollout)
    ready = watch(world(), latency=LATENCY, parity=PARITY).rollout
    assert [step.is_ready for step in ready] == [True, False, False]
    short = watch(world(), latency=LATENCY, parity=replace(PARITY, bars=99_999)).rollout
    other = watch(world(), latency=LATENCY, mismatch=("data", "code")).rollout
    assert not short[0].is_ready
    assert not other[0].is_ready
    found = next(one.found for one in other[0].criteria if one.name == "Parity")
    assert found == "the comparison on record has other data, code: run dipmaster replay --record"


def test_bars_in_a_row() -> None:
    holds = np.array([1, 1, 0, 1, 0, 0, 1, 1, 1], dtype=np.bool_)
    assert count_in_a_row(holds).tolist() == [1, 2, 0, 1, 0, 0, 1, 2, 3]


def _ms(stamp: str) -> int:
    return int(np.datetime64(stamp.rstrip("Z"), "ms").astype(np.int64))
