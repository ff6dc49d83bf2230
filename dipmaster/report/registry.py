"""The chapters of the report in print order: the one place that knows them all."""

from collections.abc import Mapping

from dipmaster.report.chapter import Chapter, PhasePart
from dipmaster.report.chapters.claims.view import CLAIMS
from dipmaster.report.chapters.decision.view import DECISION
from dipmaster.report.chapters.definitions.view import DEFINITIONS
from dipmaster.report.chapters.exits.view import ADAPTIVE_EXITS
from dipmaster.report.chapters.matrix.view import MATRIX
from dipmaster.report.chapters.phase.view import phase_chapter
from dipmaster.report.chapters.provenance.view import PROVENANCE
from dipmaster.report.chapters.quality.view import QUALITY
from dipmaster.report.chapters.readings.view import READINGS
from dipmaster.report.chapters.selection.view import SELECTION
from dipmaster.report.chapters.volatility.view import VOLATILITY
from dipmaster.report.inputs import ReportInputs

SIGN_OFF = Chapter(folder="sign_off", anchor="sign-off", title="Sign-off")

BASELINE = PhasePart(folder="baseline", title="the strategy as it stands")
PHASES: Mapping[int, PhasePart] = {0: BASELINE, 1: SELECTION, 2: ADAPTIVE_EXITS}
"""What phases have of their own; a phase that is not here has the common chapter alone."""

TITLES: Mapping[int, str] = {3: "sizing", 4: "other sources of data"}
"""Phases of the roadmap without a part of their own."""


def chapters(inputs: ReportInputs) -> list[Chapter]:
    """The chapters of a run; the contents stand behind the first."""
    return [
        DECISION,
        MATRIX,
        *(phase_chapter(number, PHASES.get(number), title(number)) for number in inputs.built),
        VOLATILITY,
        *([CLAIMS] if inputs.validation.promises else []),
        QUALITY,
        READINGS,
        DEFINITIONS,
        PROVENANCE,
        SIGN_OFF,
    ]


def title(number: int) -> str:
    """Of a phase's chapter."""
    name = PHASES[number].title if number in PHASES else TITLES.get(number, "")
    return f"Phase {number}: {name}" if name else f"Phase {number}"
