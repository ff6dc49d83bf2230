"""Health of the running system, alerts and readiness: all of monitoring.json and monitor.json.

Times are UTC open times of bars; what is said of a bar is known at its close.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dipmaster.results.common import Interval, SampleInterval
from dipmaster.results.fields import OMITTED

Severity = Literal["warning", "critical"]
SystemStatus = Literal["healthy", "warning", "critical"]
RuleState = Literal["healthy", "warning", "critical", "not measured"]
Rule = Literal[
    "win_rate",
    "sharpe",
    "net_return",
    "drawdown",
    "calibration",
    "candidate_rate",
    "signal_rate",
    "drift",
    "feed",
    "latency",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert.

    Attributes
    ----------
    first_seen, last_seen
        First and last bar at which its condition held; for latency, the date of measurement.
    is_active
        Whether it holds at the last bar. A tested rule that has fired once stays active.
    finding
        What was found, in words.
    recommendation
        What to do, in one sentence.
    """

    rule: Rule
    severity: Severity
    first_seen: str
    last_seen: str
    is_active: bool
    finding: str
    recommendation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCheck:
    """One rule as it stands at the last bar.

    Attributes
    ----------
    value
        The figure in the unit of the rule, with bounds where it has some.
    threshold
        What it is compared with.
    decides
        Which statistic decides, in words: a figure on the wrong side of the threshold is no
        alert until this shows it.
    evidence
        Of a tested rule the largest value of its e-process so far; None for the others.
    evidence_needed
        Value of the e-process from which on the rule fires.
    """

    rule: Rule
    state: RuleState
    value: Interval
    threshold: float
    decides: str
    evidence: float | None = None
    evidence_needed: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many a day, in the newest window against the windows before.

    Attributes
    ----------
    what
        candidates, or signals: candidates that the final phase bought.
    recent_days, before_days
        Days out of sample in either.
    ratio
        Recent over before, bounds from resampled runs of days; no value before two windows.
    """

    what: Literal["candidates", "signals"]
    recent_per_day: float | None
    before_per_day: float | None
    recent_days: int
    before_days: int
    ratio: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDrift:
    """One input of the models, in the newest window against the window they were trained on.

    Attributes
    ----------
    psi
        Population stability index with bounds from resampled runs of days.
    chance_mean, chance_high
        Its mean where nothing drifts, and the level beyond which it lies with the probability
        alpha then, at the effective sample sizes.
    n_recent, n_training
        Candidates; n_effective is n over the design effect.
    p_value
        Of the index under no drift.
    """

    feature: str
    psi: Interval
    chance_mean: float | None
    chance_high: float | None
    n_recent: int
    n_training: int
    n_effective_recent: float | None
    n_effective_training: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationWindow:
    """Candidates of one window whose confidence was high, and what became of them.

    Attributes
    ----------
    from_day, to_day
        First day, and the first day after it.
    predicted_frac, observed_frac
        Mean confidence, and win rate of the baseline trades.
    gap
        Observed less predicted; bounds by episodes.
    """

    from_day: str
    to_day: str
    predicted_frac: float | None
    observed_frac: float | None
    gap: SampleInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class WinRatePoint:
    """Win rate so far at the end of a day, with the bounds of its confidence sequence."""

    day: str
    trades: int
    win_rate: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseHealth:
    """The account of one phase out of sample.

    Attributes
    ----------
    episodes
        Groups of trades that were held together; each counts once in the win rate.
    win_rate
        Mean over episodes, bounds valid at every time; n counts the trades.
    sharpe
        Annual, with asymptotic bounds valid at every time.
    mean_net_bps
        Per trade.
    max_drawdown_frac, drawdown_frac
        Largest so far, and at the last bar.
    caps
        Limit to trades whose size it cut.
    rejected
        Reason to orders that were not filled, of the whole period.
    """

    phase: int
    episodes: int
    win_rate: SampleInterval
    sharpe: Interval
    mean_net_bps: float | None
    max_drawdown_frac: float
    drawdown_frac: float
    caps: Mapping[str, int]
    rejected: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinFeed:
    """Bars of one coin out of sample.

    Attributes
    ----------
    missing_bars, recent_missing_bars
        Without a trade, of all and of the newest window.
    longest_gap_bars
        Most in a row.
    stale_bars
        At the end, since the last traded bar.
    unchanged_bars
        Most bars in a row that closed at the same price.
    stray_bars
        Left out by ingest because they lie far from all others.
    """

    symbol: str
    bars: int
    missing_bars: int
    recent_missing_bars: int
    longest_gap_bars: int
    stale_bars: int
    unchanged_bars: int
    stray_bars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Time from a closed bar to the decision, as measured once: benchmarks/latency.json."""

    machine: str
    date: str
    coins: int
    decisions: int
    p50_ms: float
    p99_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityResults:
    """The stream against the report, over one window.

    Attributes
    ----------
    bars
        Bars a coin that were compared.
    refits
        Refits of models inside the window.
    phases
        That were compared.
    compared
        What to the number of values compared: features, scores, fills, equity, ...
    differences
        Values that differ in any bit; 0, or the stage fails.
    """

    bars: int
    coins: int
    refits: int
    phases: tuple[int, ...]
    first_open_time: str
    last_open_time: str
    compared: Mapping[str, int]
    differences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that a step asks for.

    Attributes
    ----------
    required, found
        In words.
    is_met
        A figure that is not there is not met.
    """

    name: str
    required: str
    found: str
    is_met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStep:
    """One step of the rollout.

    Attributes
    ----------
    capital
        Most that may be traded, quote currency; None: no money at all.
    roadmap_weeks
        Of the roadmap's calendar.
    is_ready
        Whether all of its criteria and those of the steps before are met.
    """

    name: Literal["paper trading", "capped capital", "full capital"]
    capital: float | None
    roadmap_weeks: str
    criteria: tuple[Criterion, ...]
    is_ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringResults:
    """All of monitoring.json.

    Attributes
    ----------
    final_phase
        Whose alerts these are.
    as_of
        Open time of the last bar.
    window_from, window_to
        Days of the newest window, the second one after it; None before the first one ended.
    checks
        Every rule, whether or not it fired.
    alerts
        By first_seen; those that are over too.
    latency
        None, and no key, where nothing was measured.
    parity
        None, and no key, until the stream has been compared with the report.
    """

    final_phase: int
    as_of: str
    status: SystemStatus
    alpha: float
    window_from: str | None
    window_to: str | None
    checks: tuple[RuleCheck, ...]
    alerts: tuple[Alert, ...]
    phases: tuple[PhaseHealth, ...]
    win_rate_path: tuple[WinRatePoint, ...]
    rates: tuple[Rate, ...]
    drift: tuple[FeatureDrift, ...]
    calibration: tuple[CalibrationWindow, ...]
    feed: tuple[CoinFeed, ...]
    rollout: tuple[RolloutStep, ...]
    latency: Latency | None = field(default=None, metadata=OMITTED)
    parity: ParityResults | None = field(default=None, metadata=OMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorSummary:
    """All of monitor.json: what `dvc metrics` shows.

    Attributes
    ----------
    warnings, criticals
        Active alerts.
    win_rate_high
        Upper bound of the confidence sequence of the win rate.
    calibration_gap
        Observed less predicted in the newest window.
    max_psi
        Largest index of all inputs, less its mean by chance.
    rollout
        The last step whose criteria are met; none before the first.
    """

    status: SystemStatus
    warnings: int
    criticals: int
    win_rate_high: float | None
    calibration_gap: float | None
    drawdown: float
    max_psi: float | None
    rollout: str


def summarize_monitoring(results: MonitoringResults) -> MonitorSummary:
    """Draw monitor.json from monitoring.json; what one of them says, the other says."""
    active = [alert.severity for alert in results.alerts if alert.is_active]
    final = next(one for one in results.phases if one.phase == results.final_phase)
    excess = [
        one.psi.value - one.chance_mean
        for one in results.drift
        if one.psi.value is not None and one.chance_mean is not None
    ]
    ready = [step.name for step in results.rollout if step.is_ready]
    return MonitorSummary(
        status=results.status,
        warnings=active.count("warning"),
        criticals=active.count("critical"),
        win_rate_high=final.win_rate.high,
        calibration_gap=results.calibration[-1].gap.value if results.calibration else None,
        drawdown=final.max_drawdown_frac,
        max_psi=max(excess, default=None),
        rollout=ready[-1] if ready else "none",
    )
