"""Bars, candidates and accounts to monitoring.json."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dipmaster.core.kernels import Ints
from dipmaster.core.panel import format_time, to_epoch_ms
from dipmaster.core.params import Monitoring
from dipmaster.core.time_units import BAR_MS
from dipmaster.monitoring.account import (
    AccountPath,
    bound_sharpe,
    bound_win_rate,
    build_account_path,
)
from dipmaster.monitoring.alerts import Judgement, judge_rule, judge_status, raise_alerts
from dipmaster.monitoring.calibration import measure_window, select_confident
from dipmaster.monitoring.feed import build_feed_path, describe_feed
from dipmaster.monitoring.inputs import MonitoringInputs, WatchedAccount, Window, list_windows
from dipmaster.monitoring.observed import judge_drawdown, judge_feed, judge_latency
from dipmaster.monitoring.records import NOTHING_RECORDED, Records
from dipmaster.monitoring.rollout import Readiness, judge_rollout
from dipmaster.monitoring.tested import (
    judge_calibration,
    judge_net_return,
    judge_sharpe,
    judge_win_rate,
)
from dipmaster.monitoring.windowed import judge_drift, judge_rate
from dipmaster.results.common import Interval, SampleInterval
from dipmaster.results.monitoring.alerts import Alert, RuleCheck
from dipmaster.results.monitoring.health import CoinFeed, PhaseHealth
from dipmaster.results.monitoring.record import MonitoringResults
from dipmaster.results.monitoring.windows import CalibrationWindow, FeatureDrift, Rate, WinRatePoint

TESTED_RULES = 7
"""Rules that share `alpha`: win rate, net return, calibration, Sharpe ratio, two rates, drift."""


@dataclass(frozen=True)
class Watched:
    """What all rules look at.

    Attributes
    ----------
    starts_ms
        When bets begin anew.
    alpha
        Level of each tested rule.
    """

    inputs: MonitoringInputs
    windows: Sequence[Window]
    starts_ms: Ints
    paths: Sequence[AccountPath]
    phases: tuple[PhaseHealth, ...]
    alpha: float


@dataclass(frozen=True)
class Judged:
    """Every rule, and the figures that are shown beside it."""

    judgements: tuple[Judgement, ...]
    rates: tuple[Rate, ...]
    drift: tuple[FeatureDrift, ...]
    calibration: tuple[CalibrationWindow, ...]
    feed: tuple[CoinFeed, ...]


def monitor(
    inputs: MonitoringInputs,
    readiness: Readiness,
    capital: float,
    params: Monitoring,
    records: Records = NOTHING_RECORDED,
) -> MonitoringResults:
    """Judge every rule at every bar, and what the last one leaves.

    Parameters
    ----------
    capital
        Of the whole strategy, quote currency.
    records
        Latency and parity, as far as they were measured.
    """
    watched = prepare(inputs, params)
    judged = judge_rules(watched, params)
    latency_judged, latency_alert = judge_latency(records.latency, params)
    judgements, final = (*judged.judgements, latency_judged), watched.phases[-1]
    alerts = raise_alerts([firing for one in judgements for firing in one.firings])
    alerts = (*alerts, latency_alert) if latency_alert else alerts
    newest = watched.windows[-1] if watched.windows else None
    return MonitoringResults(
        final_phase=final.phase,
        as_of=format_time(inputs.last_ms),
        status=judge_status(alerts),
        alpha=params.alpha,
        window_from=newest.from_day if newest else None,
        window_to=newest.to_day if newest else None,
        checks=tuple(settle_check(one.check, alerts) for one in judgements),
        alerts=alerts,
        phases=watched.phases,
        win_rate_path=draw_win_rate(watched.paths[-1], watched.windows, params.alpha),
        rates=judged.rates,
        drift=judged.drift,
        calibration=judged.calibration,
        feed=judged.feed,
        rollout=judge_rollout(readiness, final, alerts, records, capital, params),
        latency=records.latency,
        parity=records.parity,
        parity_mismatch=records.mismatch,
    )


def prepare(inputs: MonitoringInputs, params: Monitoring) -> Watched:
    """Cut the out-of-sample period into windows, and every account's path out of it."""
    start_ms = inputs.out_of_sample_ms
    windows = list_windows(start_ms, inputs.last_ms, params.recent_days, BAR_MS)
    paths = [build_account_path(one, start_ms) for one in inputs.accounts]
    return Watched(
        inputs,
        windows,
        np.array([one.from_ms for one in windows] or [start_ms], dtype=np.int64),
        paths,
        tuple(
            describe_account(account, path, params.alpha)
            for account, path in zip(inputs.accounts, paths, strict=True)
        ),
        params.alpha / TESTED_RULES,
    )


def judge_rules(watched: Watched, params: Monitoring) -> Judged:
    """Every rule but the latency's, which looks at no bar."""
    inputs, windows, alpha = watched.inputs, watched.windows, watched.alpha
    path, final = watched.paths[-1], watched.phases[-1]
    feed = build_feed_path(inputs)
    calibration, calibration_judged = judge_confidence(watched, params)
    signals_ms = to_epoch_ms(inputs.accounts[-1].trades["signal_time"])
    candidates, candidate_rate = judge_rate(
        "candidate_rate", inputs.candidates.signal_ms, windows, alpha, params
    )
    signals, signal_rate = judge_rate("signal_rate", signals_ms, windows, alpha, params)
    drift_judged, drift = judge_drift(inputs.candidates, windows, alpha, params)
    win_rate = _interval(final.win_rate)
    return Judged(
        (
            judge_win_rate(path, win_rate, watched.starts_ms, alpha, params),
            judge_sharpe(path, inputs, alpha, params),
            judge_net_return(path, _mean_net(path), watched.starts_ms, alpha, params),
            judge_drawdown(path, params),
            calibration_judged,
            candidates,
            signals,
            drift_judged,
            judge_feed(feed, inputs.panel.symbols, params),
        ),
        (candidate_rate, signal_rate),
        drift,
        calibration,
        describe_feed(inputs, feed, windows[-1] if windows else None),
    )


def judge_confidence(
    watched: Watched, params: Monitoring
) -> tuple[tuple[CalibrationWindow, ...], Judgement]:
    """Calibration of confident candidates: window by window, and the rule."""
    inputs = watched.inputs
    confident = select_confident(
        inputs.candidates, inputs.out_of_sample_ms, inputs.last_ms, params.confident_from
    )
    shown = tuple(measure_window(confident, one, params.alpha) for one in watched.windows)
    gap = _interval(shown[-1].gap if shown else None)
    return shown, judge_calibration(confident, gap, watched.starts_ms, watched.alpha, params)


def settle_check(check: RuleCheck, alerts: Sequence[Alert]) -> RuleCheck:
    """A rule with its state, which its active alerts decide."""
    if check.state == "not measured":
        return check
    return replace(check, state=judge_rule(check.rule, alerts))


def describe_account(account: WatchedAccount, path: AccountPath, alpha: float) -> PhaseHealth:
    """One phase at the last bar."""
    win_rate = bound_win_rate(path, int(path.time_ms[-1]) + BAR_MS, alpha)
    return PhaseHealth(
        phase=account.phase,
        episodes=path.episodes.count,
        win_rate=SampleInterval(
            value=win_rate.value, low=win_rate.low, high=win_rate.high, n=path.won.size,
            reason=win_rate.reason,
        ),
        sharpe=bound_sharpe(path.daily_returns, alpha).newest,
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
            day=window.to_day,
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
