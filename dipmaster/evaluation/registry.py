"""Which phases there are, in their order. A new phase is added here and nowhere else."""

import sys
from collections.abc import Sequence

from dipmaster.core.params import Params
from dipmaster.evaluation.phase import Phase
from dipmaster.evaluation.phases.alternative_data import AlternativeDataPhase
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.exits import ExitsPhase
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.phases.sizing import SizingPhase
from dipmaster.evaluation.reading import EvaluationInputs

PHASES: tuple[type[Phase], ...] = (
    BaselinePhase,
    SelectionPhase,
    ExitsPhase,
    SizingPhase,
    AlternativeDataPhase,
)


def read_phases(
    inputs: EvaluationInputs, params: Params, phases: Sequence[type[Phase]] = PHASES
) -> tuple[Phase, ...]:
    """The phases with what each of them reads for itself.

    DVC makes all of it first. In a run by hand a phase whose stage has not run is left out,
    which is said; the verdict then says that the phase is missing.

    Raises
    ------
    DataError
        Where a phase's own inputs are not those of the candidates.
    """
    return tuple(phase.read_inputs(inputs, params) for phase in phases if _can_be_read(phase))


def _can_be_read(phase: type[Phase]) -> bool:
    missing = phase.missing_input()
    if missing is not None:
        note = f"{missing} is not there: phase {phase.number} is left out; `dvc repro` makes it"
        print(f"validate: note: {note}.", file=sys.stderr)
    return missing is None
