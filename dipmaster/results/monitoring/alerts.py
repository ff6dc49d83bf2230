"""Rules as they stand and alerts: what fired, when, and what to do."""

from dataclasses import dataclass
from typing import Literal

from dipmaster.core.observed_rules import Severity as Severity
from dipmaster.results.common import Interval

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
