"""Bars, candidates and accounts to monitoring.json."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dipmaster.core.panel import format_time, to_epoch_ms
from dipmaster.core.params import Monitoring
from dipmaster.core.time_units import BAR_MS
from dipmaster.monitoring.account import (
    AccountPath,
    bound_sharpe,
    bound_win_rate,
    build_account_path,
)
from dipmaster.monitoring.alerts import judge_rule, judge_status, raise_alerts
from dipmaster.monitoring.calibration import measure_window, select_confident
from dipmaster.monitoring.feed import build_feed_path, describe_feed
from dipmaster.monitoring.inputs import MonitoringInputs, WatchedAccount, Window, list_windows
from dipmaster.monitoring.observed import judge_drawdown, judge_feed, judge_latency
from dipmaster.monitoring.rollout import Readiness, judge_rollout
from dipmaster.monitoring.tested import (
    judge_calibration,
    judge_net_return,
    judge_sharpe,
    judge_win_rate,
)
from dipmaster.monitoring.windowed import judge_drift, judge_rate
from dipmaster.results.common import Interval, SampleInterval
from dipmaster.results.monitoring import (
    Latency,
    MonitoringResults,
    ParityResults,
    PhaseHealth,
    WinRatePoint,
)

TESTED_RULES = 7
"""Rules that share `alpha`: win rate, net return, calibration, Sharpe ratio, two rates, drift."""


def monitor(
    inputs: MonitoringInputs,
    readiness: Readiness,
    capital: float,
    params: Monitoring,
    latency: Latency | None = None,
    parity: ParityResults | None = None,
) -> MonitoringResults:
    """Judge every rule at every bar, and what the last one leaves.

    Parameters
    ----------
    capital
        Of the whole strategy, quote currency.
    latency
        As measured; None where it was not.
    parity
        Of the stream with the report; None until it is compared.
    """
    windows = list_windows(inputs.out_of_sample_ms, inputs.last_ms, params.recent_days, BAR_MS)
    starts = np.array([one.from_ms for one in windows] or [inputs.out_of_sample_ms], dtype=np.int64)
    paths = [build_account_path(one, inputs.out_of_sample_ms) for one in inputs.accounts]
    phases = tuple(
        describe_account(account, path, params.alpha)
        for account, path in zip(inputs.accounts, paths, strict=True)
    )
    path, final, alpha = paths[-1], phases[-1], params.alpha / TESTED_RULES
    confident = select_confident(
        inputs.candidates, inputs.out_of_sample_ms, inputs.last_ms, params.confident_from
    )
    calibration = tuple(measure_window(confident, one, params.alpha) for one in windows)
    candidate_rate, candidates = judge_rate(
        "candidate_rate", inputs.candidates.signal_ms, windows, alpha, params
    )
    signal_rate, signals = judge_rate(
        "signal_rate",
        to_epoch_ms(inputs.accounts[-1].trades["signal_time"]),
        windows,
        alpha,
        params,
    )
    drift_judged, drift = judge_drift(inputs.candidates, windows, alpha, params)
    feed = build_feed_path(inputs)
    latency_judged, latency_alert = judge_latency(latency, params)
    gap = calibration[-1].gap if calibration else None
    judgements = (
        judge_win_rate(path, _interval(final.win_rate), starts, alpha, params),
        judge_sharpe(path, inputs, alpha, params),
        judge_net_return(path, _mean_net(path), starts, alpha, params),
        judge_drawdown(path, params),
        judge_calibration(confident, _interval(gap), starts, alpha, params),
        candidate_rate,
        signal_rate,
        drift_judged,
        judge_feed(feed, inputs.panel.symbols, params),
        latency_judged,
    )
    alerts = raise_alerts([firing for one in judgements for firing in one.firings])
    alerts = (*alerts, latency_alert) if latency_alert else alerts
    return MonitoringResults(
        final_phase=final.phase,
        as_of=format_time(inputs.last_ms),
        status=judge_status(alerts),
        alpha=params.alpha,
        window_from=format_time(windows[-1].from_ms)[:10] if windows else None,
        window_to=format_time(windows[-1].to_ms)[:10] if windows else None,
        checks=tuple(
            one.check
            if one.check.state == "not measured"
            else replace(one.check, state=judge_rule(one.check.rule, alerts))
            for one in judgements
        ),
        alerts=alerts,
        phases=phases,
        win_rate_path=draw_win_rate(path, windows, params.alpha),
        rates=(candidates, signals),
        drift=drift,
        calibration=calibration,
        feed=describe_feed(inputs, feed, windows[-1] if windows else None),
        rollout=judge_rollout(readiness, final, alerts, latency, parity, capital, params),
        latency=latency,
        parity=parity,
    )


def describe_account(account: WatchedAccount, path: AccountPath, alpha: float) -> PhaseHealth:
    """One phase at the last bar."""
    win_rate = bound_win_rate(path, int(path.time_ms[-1]) + BAR_MS, alpha)
    value, low, high = (bound[-1] for bound in bound_sharpe(path.daily_returns, alpha))
    known = bool(np.isfinite(value))
    return PhaseHealth(
        phase=account.phase,
        episodes=path.episodes.count,
        win_rate=SampleInterval(
            value=win_rate.value, low=win_rate.low, high=win_rate.high, n=path.won.size,
            reason=win_rate.reason,
        ),
        sharpe=Interval(float(value), float(low), float(high))
        if known
        else Interval(None, None, None, "too few days, or no return"),
        mean_net_bps=1e4 * float(path.net_frac.mean()) if path.net_frac.size else None,
        max_drawdown_frac=float(path.drawdown_frac.max(initial=0.0)),
        drawdown_frac=float(path.drawdown_frac[-1]),
        caps=path.caps,
        rejected=account.rejected,
    )  # fmt: skip


def draw_win_rate(
    path: AccountPath, windows: Sequence[Window], alpha: float
) -> tuple[WinRatePoint, ...]:
    """Win rate so far at the end of each window."""
    return tuple(
        WinRatePoint(
            day=format_time(window.to_ms)[:10],
            trades=int((path.exit_ms < window.to_ms).sum()),
            win_rate=bound_win_rate(path, window.to_ms, alpha),
        )
        for window in windows
    )


def _mean_net(path: AccountPath) -> Interval:
    """Mean net return of the trades, in bps; its test has no bounds."""
    if not path.net_frac.size:
        return Interval(None, None, None, "no trade")
    return Interval(1e4 * float(path.net_frac.mean()), None, None)


def _interval(found: SampleInterval | None) -> Interval:
    if found is None:
        return Interval(None, None, None, "no window has ended")
    return Interval(found.value, found.low, found.high, found.reason)
