"""monitoring.json to monitor.json."""

from dataclasses import dataclass

from dipmaster.results.monitoring.alerts import SystemStatus
from dipmaster.results.monitoring.record import MonitoringResults
from dipmaster.results.monitoring.windows import rank_by_excess


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
    excess = [one.excess for one in rank_by_excess(results.drift)]
    ready = [step.name for step in results.rollout if step.is_ready]
    return MonitorSummary(
        status=results.status,
        warnings=active.count("warning"),
        criticals=active.count("critical"),
        win_rate_high=final.win_rate.high,
        calibration_gap=results.calibration[-1].gap.value if results.calibration else None,
        drawdown=final.max_drawdown_frac,
        max_psi=excess[0] if excess else None,
        rollout=ready[-1] if ready else "none",
    )
