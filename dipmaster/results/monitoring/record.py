"""All of monitoring.json."""

from dataclasses import dataclass, field

from dipmaster.results.fields import OMITTED
from dipmaster.results.monitoring.alerts import Alert, RuleCheck, SystemStatus
from dipmaster.results.monitoring.committed import Latency, ParityResults
from dipmaster.results.monitoring.health import CoinFeed, PhaseHealth
from dipmaster.results.monitoring.rollout import RolloutStep
from dipmaster.results.monitoring.windows import CalibrationWindow, FeatureDrift, Rate, WinRatePoint
from dipmaster.results.trials import IdentityPart


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
        None, and no key, unless the stream was compared with this very batch.
    parity_mismatch
        What the comparison on record does not share with this run; empty, and no key, where
        nothing is recorded or nothing differs.
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
    parity_mismatch: tuple[IdentityPart, ...] = field(default=(), metadata=OMITTED)
