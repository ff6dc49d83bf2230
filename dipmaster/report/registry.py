"""The chapters of the report in print order: the one place that knows them all."""

from dipmaster.report.chapter import Chapter
from dipmaster.report.chapters.alternative_data.view import ALTERNATIVE_DATA
from dipmaster.report.chapters.approvals.view import APPROVALS
from dipmaster.report.chapters.changes.view import CHANGES
from dipmaster.report.chapters.claims.view import CLAIMS
from dipmaster.report.chapters.confidence.view import CONFIDENCE
from dipmaster.report.chapters.contradictions.view import CONTRADICTIONS
from dipmaster.report.chapters.contributions.view import CONTRIBUTIONS
from dipmaster.report.chapters.costs.view import COSTS
from dipmaster.report.chapters.decision.view import DECISION
from dipmaster.report.chapters.definitions.view import DEFINITIONS
from dipmaster.report.chapters.evidence.view import EVIDENCE
from dipmaster.report.chapters.exits.view import EXITS
from dipmaster.report.chapters.findings.view import FINDINGS
from dipmaster.report.chapters.gates.view import GATES
from dipmaster.report.chapters.intraday.view import INTRADAY
from dipmaster.report.chapters.method.view import METHOD
from dipmaster.report.chapters.models.view import MODELS
from dipmaster.report.chapters.monitoring.view import MONITORING
from dipmaster.report.chapters.outcomes.view import OUTCOMES
from dipmaster.report.chapters.performance.view import PERFORMANCE
from dipmaster.report.chapters.position_sizing.view import POSITION_SIZING
from dipmaster.report.chapters.provenance.view import PROVENANCE
from dipmaster.report.chapters.quality.view import QUALITY
from dipmaster.report.chapters.readings.view import READINGS
from dipmaster.report.chapters.risk.view import RISK
from dipmaster.report.chapters.rollout.view import ROLLOUT
from dipmaster.report.chapters.scope.view import SCOPE
from dipmaster.report.chapters.sensitivity.view import SENSITIVITY
from dipmaster.report.chapters.sensitivity_tables.view import SENSITIVITY_TABLES
from dipmaster.report.chapters.sizing.view import SIZING
from dipmaster.report.chapters.spillover.view import SPILLOVER
from dipmaster.report.chapters.stress.view import STRESS
from dipmaster.report.chapters.stress_scenarios.view import STRESS_SCENARIOS
from dipmaster.report.chapters.trades.view import TRADES
from dipmaster.report.chapters.volatility.view import VOLATILITY
from dipmaster.report.inputs import ReportInputs

BODY = (
    DECISION,
    SCOPE,
    METHOD,
    GATES,
    PERFORMANCE,
    RISK,
    COSTS,
    STRESS,
    SENSITIVITY,
    OUTCOMES,
    MODELS,
    FINDINGS,
    APPROVALS,
)
APPENDIX = (
    TRADES,
    CONFIDENCE,
    EXITS,
    POSITION_SIZING,
    SIZING,
    ALTERNATIVE_DATA,
    EVIDENCE,
    STRESS_SCENARIOS,
    SENSITIVITY_TABLES,
    CONTRIBUTIONS,
    CHANGES,
    MONITORING,
    ROLLOUT,
    VOLATILITY,
    SPILLOVER,
    INTRADAY,
    QUALITY,
    CLAIMS,
    CONTRADICTIONS,
    READINGS,
    DEFINITIONS,
    PROVENANCE,
)


def chapters(inputs: ReportInputs) -> list[Chapter]:
    """The chapters of a run; the contents stand behind the first."""
    return [one for one in (*BODY, *APPENDIX) if one.applies(inputs)]
