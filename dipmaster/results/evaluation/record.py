"""validate.json as a whole: everything behind the gates.

What every phase has stands under its number in `phases`: a new phase adds an entry. What
one phase alone has is a section of its own, there if and only if that phase was built.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dipmaster.core.errors import data_error
from dipmaster.results.common import Verdict
from dipmaster.results.evaluation.alternative_data import AlternativeDataFigures
from dipmaster.results.evaluation.benchmarks import Benchmarks
from dipmaster.results.evaluation.claims import RoadmapClaim
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.exits import ExitResults
from dipmaster.results.evaluation.funnel import Funnel
from dipmaster.results.evaluation.phase import PhaseDescription, PhaseFigures
from dipmaster.results.evaluation.signal_quality import SignalQuality
from dipmaster.results.evaluation.sizing import SizingResults
from dipmaster.results.fields import OMITTED
from dipmaster.results.trials import TrialIdentity

SECTIONS: Mapping[str, int] = {
    "funnel": 1,
    "signal_quality": 1,
    "exits": 2,
    "sizing": 3,
    "alternative_data": 4,
}
"""Section to the phase that alone has it."""

OWN_RESULTS: Mapping[int, str] = {
    1: "selection",
    2: "adaptive_exits",
    3: "position_sizing",
    4: "evidence",
}
"""Phase to the property of `ValidationResults` with all of its sections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPeriod:
    """The split into burn-in and out of sample; times are UTC.

    Attributes
    ----------
    blocks, block_days
        Calendar blocks out of sample, and their length.
    last_block_days
        Calendar days of the last one: what is left of the period joins it where it is shorter
        than half a block.
    """

    first_open_time: str
    out_of_sample_from: str
    last_open_time: str
    burn_in_days: float
    days_out_of_sample: int
    days_without_bars: int
    blocks: int
    block_days: int
    last_block_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityCheck:
    """What must hold of a phase before a verdict may rest on it; `detail` has the figures.

    Attributes
    ----------
    cases
        How many things it was held against: trades, fills, marks, scores, sales. With 0 it
        passed without being exercised.
    """

    phase: int
    name: str
    passed: bool
    detail: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionResults:
    """What the phase that filters candidates alone has."""

    funnel: Funnel
    signal_quality: SignalQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationResults:
    """All of validate.json.

    Attributes
    ----------
    verdict, verdict_reason
        Of all phases together.
    registered
        Number, as text, to what each phase is called, built or not.
    phases
        Number, as text, to the figures of each phase built.
    differences
        Number of each phase but the first to what it changed against the one before.
    claims
        In the order of the roadmap.
    funnel, signal_quality, exits, sizing, alternative_data
        None, and no key, where the phase that has them was not built.

    Raises
    ------
    ValueError
        Where sections, phases or differences are not those of `built_phases`, or one of these
        is not among `registered`.
    """

    verdict: Verdict
    verdict_reason: str
    period: SplitPeriod
    benchmarks: Benchmarks
    built_phases: tuple[int, ...]
    registered: Mapping[str, PhaseDescription]
    phases: Mapping[str, PhaseFigures]
    integrity_checks: tuple[IntegrityCheck, ...]
    differences: Mapping[str, PhaseComparison]
    claims: tuple[RoadmapClaim, ...]
    funnel: Funnel | None = field(default=None, metadata=OMITTED)
    signal_quality: SignalQuality | None = field(default=None, metadata=OMITTED)
    exits: ExitResults | None = field(default=None, metadata=OMITTED)
    sizing: SizingResults | None = field(default=None, metadata=OMITTED)
    alternative_data: AlternativeDataFigures | None = field(default=None, metadata=OMITTED)
    trial: TrialIdentity | None = field(default=None, metadata=OMITTED)

    def __post_init__(self) -> None:
        """Hold what is there against the phases that were built."""
        built = [str(phase) for phase in self.built_phases]
        for name, keys, expected in (
            ("phases", self.phases, built),
            ("differences", self.differences, built[1:]),
        ):
            if sorted(keys) != sorted(expected):
                raise ValueError(f"{name} of {expected} expected, found {sorted(keys)}")
        nameless = [phase for phase in built if phase not in self.registered]
        if nameless:
            raise ValueError(f"registered has to name every phase built, found none of {nameless}")
        for name, phase in SECTIONS.items():
            if (getattr(self, name) is not None) != (phase in self.built_phases):
                raise ValueError(f"{name} has to be there if and only if phase {phase} is built")

    @property
    def selection(self) -> SelectionResults:
        """What the phase that filters candidates alone has.

        Raises
        ------
        DataError
            Where it was not built.
        """
        if self.funnel is None or self.signal_quality is None:
            raise _not_built("funnel")
        return SelectionResults(funnel=self.funnel, signal_quality=self.signal_quality)

    @property
    def adaptive_exits(self) -> ExitResults:
        """What the phase with adaptive exits alone has.

        Raises
        ------
        DataError
            Where it was not built.
        """
        if self.exits is None:
            raise _not_built("exits")
        return self.exits

    @property
    def position_sizing(self) -> SizingResults:
        """What the phase that sizes positions alone has.

        Raises
        ------
        DataError
            Where it was not built.
        """
        if self.sizing is None:
            raise _not_built("sizing")
        return self.sizing

    @property
    def evidence(self) -> AlternativeDataFigures:
        """What the phase with alternative data alone has.

        Raises
        ------
        DataError
            Where it was not built.
        """
        if self.alternative_data is None:
            raise _not_built("alternative_data")
        return self.alternative_data

    def results_of(self, number: int) -> object:
        """What one phase alone has; None where it was not built or has nothing of its own."""
        has_own = number in OWN_RESULTS and number in self.built_phases
        return getattr(self, OWN_RESULTS[number]) if has_own else None


def _not_built(section: str) -> Exception:
    return data_error(
        "validate.json",
        f"the section {section}",
        f"none: phase {SECTIONS[section]} was not built",
        "run `dvc repro`",
    )
