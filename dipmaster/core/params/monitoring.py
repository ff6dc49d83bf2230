"""Section `monitoring`: what raises an alert, and what each step of the rollout asks for."""

from dipmaster.core.params.base import Section, frac, number


class AlertThresholds(Section):
    """The four of the roadmap's ProductionMonitoringSystem."""

    win_rate: float = frac("a win rate shown to be below it is a warning", ge=0.01, le=0.99)
    sharpe: float = number("the same of the annual Sharpe ratio", ge=-10, le=10)
    drawdown_frac: float = frac("a drawdown that reaches it is a warning", ge=1e-6)
    latency_ms: float = number("a measured p99 beyond it is a warning", ge=0.001, le=1e6)


class Drift(Section):
    """Population stability index of the models' inputs."""

    bins: int = number("of equal mass in the training window", ge=2, le=50)
    psi: float = number(
        "an index that chance does not explain is a warning from it on", ge=0, le=10
    )
    block_days: int = number("mean length of the runs of days that are resampled", ge=1, le=365)
    bootstrap_reps: int = number("resamples", ge=50, le=100_000)
    seed: int = number("root of the bootstrap's stream", ge=0, le=2**32 - 1)


class Rollout(Section):
    """Paper trading, then capped capital, then all of it."""

    paper_days: int = number("days of paper trading on a live feed", ge=1, le=3650)
    parity_bars: int = number("bars a coin over which the stream equals the report", ge=1, le=10**8)
    capped_capital: float = number("most capital of the second step, quote currency", ge=1, le=1e12)
    capped_days: int = number("days of trading with capped capital", ge=1, le=3650)
    capped_trades: int = number("trades with capped capital", ge=1, le=10**6)


class Monitoring(Section):
    """Stage `monitor`."""

    alpha: float = frac("chance of any false alert of the tested rules, ever", ge=1e-6, le=0.5)
    thresholds: AlertThresholds
    drawdown_critical_frac: float = frac("a drawdown that reaches it is critical", ge=1e-6)
    recent_days: int = number("length of a window; one ends every so many days", ge=2, le=365)
    confident_from: float = frac("confidence from which calibration is watched", le=0.99)
    calibration_tolerance_frac: float = frac("overconfidence that is no alert", le=0.5)
    rate_multiple: float = number("a rate beyond this times its past, or under it", ge=1.01, le=100)
    return_cap_frac: float = frac("a trade's return counts up to it in the test", ge=0.001)
    stale_bars: int = number(
        "bars in a row without trading that make a feed stale", ge=1, le=10_000
    )
    drift: Drift
    rollout: Rollout
