"""The chapters of the report in print order: the one place that knows them all."""

from collections.abc import Mapping

from dipmaster.report.chapter import Chapter, PhasePart
from dipmaster.report.chapters.approvals.view import APPROVALS
from dipmaster.report.chapters.changes.view import CHANGES
from dipmaster.report.chapters.claims.view import CLAIMS
from dipmaster.report.chapters.costs.view import COSTS
from dipmaster.report.chapters.decision.view import DECISION
from dipmaster.report.chapters.definitions.view import DEFINITIONS
from dipmaster.report.chapters.exits.view import ADAPTIVE_EXITS
from dipmaster.report.chapters.findings.view import FINDINGS
from dipmaster.report.chapters.gates.view import GATES
from dipmaster.report.chapters.method.view import METHOD
from dipmaster.report.chapters.models.view import MODELS
from dipmaster.report.chapters.performance.view import PERFORMANCE
from dipmaster.report.chapters.phase.view import phase_chapter
from dipmaster.report.chapters.provenance.view import PROVENANCE
from dipmaster.report.chapters.quality.view import QUALITY
from dipmaster.report.chapters.readings.view import READINGS
from dipmaster.report.chapters.risk.view import RISK
from dipmaster.report.chapters.scope.view import SCOPE
from dipmaster.report.chapters.selection.view import SELECTION
from dipmaster.report.chapters.volatility.view import VOLATILITY
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.phases import name_phase

BODY = (
    DECISION,
    SCOPE,
    METHOD,
    GATES,
    PERFORMANCE,
    RISK,
    COSTS,
    CHANGES,
    MODELS,
    FINDINGS,
    APPROVALS,
)
APPENDIX = (VOLATILITY, QUALITY, CLAIMS, READINGS, DEFINITIONS, PROVENANCE)

BASELINE = PhasePart(folder="baseline", title="baseline strategy")
PHASES: Mapping[int, PhasePart] = {0: BASELINE, 1: SELECTION, 2: ADAPTIVE_EXITS}
"""What phases have of their own; a phase that is not here has the common chapter alone."""


def chapters(inputs: ReportInputs) -> list[Chapter]:
    """The chapters of a run; the contents stand behind the first."""
    phases = [phase_chapter(one, PHASES.get(one), name_phase(one)) for one in inputs.built]
    return [one for one in (*BODY, *phases, *APPENDIX) if one.applies(inputs)]
