"""Made results of monitoring, of as many phases as wanted."""

from dataclasses import replace

from dipmaster.results.common import Interval, SampleInterval
from dipmaster.results.monitoring.alerts import Alert, Rule, RuleCheck
from dipmaster.results.monitoring.committed import (
    FirstDifference,
    Latency,
    ParityRecord,
    ParityResults,
)
from dipmaster.results.monitoring.health import CoinFeed, PhaseHealth
from dipmaster.results.monitoring.record import MonitoringResults
from dipmaster.results.monitoring.rollout import Criterion, RolloutStep
from dipmaster.results.monitoring.windows import CalibrationWindow, FeatureDrift, Rate, WinRatePoint
from dipmaster.results.trials import TrialIdentity
from tests.made.common import COINS

TESTED: tuple[Rule, ...] = ("win_rate", "net_return", "calibration")
RULES: dict[Rule, tuple[Interval, float]] = {
    "win_rate": (Interval(0.8196, 0.7047, 0.9139), 0.8),
    "sharpe": (Interval(3.63, 0.87, 6.39), 1.5),
    "net_return": (Interval(28.4, None, None), 0.0),
    "drawdown": (Interval(0.00143, None, None), 0.02),
    "calibration": (Interval(-0.0626, -0.173, 0.0478), -0.05),
    "candidate_rate": (Interval(0.964, 0.861, 1.082), 2.0),
    "signal_rate": (Interval(1.31, 0.76, 2.46), 2.0),
    "drift": (Interval(1.27, 0.68, 1.54), 0.25),
    "feed": (Interval(0.0, None, None), 12.0),
    "latency": (Interval(None, None, None, "not measured"), 100.0),
}
DRIFTING = ("market_level_daily_frac", "dip_depth_1_sigma", "half_spread_bps")


def monitoring(last: int = 2, coins: tuple[str, ...] = COINS) -> MonitoringResults:
    """Healthy at the end, after one alert that is over."""
    return MonitoringResults(
        final_phase=last,
        as_of="2024-12-30T23:55:00Z",
        status="healthy",
        alpha=0.05,
        window_from="2024-11-21",
        window_to="2024-12-21",
        checks=tuple(check(rule) for rule in RULES),
        alerts=(drift_alert(),),
        phases=tuple(phase(number) for number in range(last + 1)),
        win_rate_path=tuple(
            WinRatePoint(
                day=f"2024-{month:02d}-01",
                trades=10 * month,
                win_rate=Interval(0.8, 0.8 - 0.3 / month, 0.8 + 0.19 / month),
            )
            for month in range(1, 13)
        ),
        rates=(rate("candidates", 10.9, 11.3), rate("signals", 0.33, 0.25)),
        drift=tuple(feature(name, 0.2 * place) for place, name in enumerate(DRIFTING)),
        calibration=tuple(window(month) for month in range(1, 12)),
        feed=tuple(coin(symbol) for symbol in coins),
        rollout=rollout(),
    )


def check(rule: Rule) -> RuleCheck:
    value, threshold = RULES[rule]
    is_tested = rule in TESTED
    return RuleCheck(
        rule=rule,
        state="not measured" if value.value is None else "healthy",
        value=value,
        threshold=threshold,
        decides="e-process against the threshold, alert at 140"
        if is_tested
        else "what is observed",
        evidence=1.6 if is_tested else None,
        evidence_needed=140.0 if is_tested else None,
    )


def drift_alert() -> Alert:
    return Alert(
        rule="drift",
        severity="warning",
        first_seen="2024-10-21T23:55:00Z",
        last_seen="2024-10-21T23:55:00Z",
        is_active=False,
        finding="inputs unlike those the models learned from, index: sigma_daily_frac 1.62",
        recommendation="Refit on the newest bars, and check the source of the inputs.",
    )


def failing_alert() -> Alert:
    return Alert(
        rule="win_rate",
        severity="critical",
        first_seen="2024-11-21T10:05:00Z",
        last_seen="2024-12-30T23:55:00Z",
        is_active=True,
        finding="win rate below 80 %: shown after 61 episodes, evidence 152 of 140",
        recommendation="Reduce size to paper trading.",
    )


def phase(number: int) -> PhaseHealth:
    return PhaseHealth(
        phase=number,
        episodes=121,
        win_rate=SampleInterval(value=0.82, low=0.7047, high=0.9139, n=142, reason=""),
        sharpe=Interval(3.63, 1.41, 5.85),
        mean_net_bps=28.4,
        max_drawdown_frac=0.00143,
        drawdown_frac=0.0,
        caps={"none": 140, "position": 2},
        rejected={"cash": 1},
    )


def rate(what: "object", recent: float, before: float) -> Rate:
    return Rate(
        what="signals" if what == "signals" else "candidates",
        recent_per_day=recent,
        before_per_day=before,
        recent_days=30,
        before_days=510,
        ratio=Interval(recent / before, 0.7 * recent / before, 1.4 * recent / before),
    )


def feature(name: str, excess: float) -> FeatureDrift:
    return FeatureDrift(
        feature=name,
        psi=Interval(0.3 + excess, 0.2 + excess, 0.5 + excess),
        chance_mean=0.3,
        chance_high=0.7,
        n_recent=328,
        n_training=7210,
        n_effective_recent=30.4,
        n_effective_training=746.4,
        p_value=0.2,
    )


def window(month: int) -> CalibrationWindow:
    return CalibrationWindow(
        from_day=f"2024-{month:02d}-01",
        to_day=f"2024-{month + 1:02d}-01",
        predicted_frac=0.73,
        observed_frac=0.7,
        gap=SampleInterval(value=-0.03, low=-0.12, high=0.06, n=54, reason=""),
    )


def coin(symbol: str) -> CoinFeed:
    return CoinFeed(
        symbol=symbol, bars=158_400, missing_bars=3, recent_missing_bars=0, longest_gap_bars=2,
        stale_bars=0, unchanged_bars=4, stray_bars=0,
    )  # fmt: skip


def rollout() -> tuple[RolloutStep, ...]:
    met = Criterion(name="Ledgers", required="every check holds", found="89 of 89", is_met=True)
    missing = Criterion(
        name="Parity", required="the stream decides as the report did over 100000 bars",
        found="not compared: run dipmaster replay --record", is_met=False,
    )  # fmt: skip
    return (
        RolloutStep(name="paper trading", capital=None, roadmap_weeks="3",
                    criteria=(met, missing), is_ready=False),
        RolloutStep(name="capped capital", capital=10_000.0, roadmap_weeks="4",
                    criteria=(missing,), is_ready=False),
        RolloutStep(name="full capital", capital=100_000.0, roadmap_weeks="5-8",
                    criteria=(missing,), is_ready=False),
    )  # fmt: skip


def latency() -> Latency:
    return Latency(
        machine="two cores of an office computer", date="2025-01-02", coins=10,
        decisions=900, p50_ms=0.8, p99_ms=2.5, max_ms=9.1,
    )  # fmt: skip


def parity() -> ParityResults:
    return ParityResults(
        bars=105_120, coins=10, refits=12, phases=(0, 1, 2, 3, 4),
        first_open_time="2024-01-01T00:00:00Z", last_open_time="2024-12-30T23:55:00Z",
        values=110_120, compared={"scores": 5_000, "equity": 105_120}, differences=0,
    )  # fmt: skip


def difference() -> FirstDifference:
    return FirstDifference(
        table="exit_rows", open_time="2024-06-30T12:05:00Z", symbol="BTCUSDT", column="licensed",
        stream="0.30000000000000004", batch="0.3",
    )  # fmt: skip


def parity_record(
    trial: TrialIdentity, stream: str, found: FirstDifference | None = None
) -> ParityRecord:
    results = replace(parity(), differences=int(found is not None))
    return ParityRecord(trial=trial, stream=stream, results=results, difference=found).seal()
