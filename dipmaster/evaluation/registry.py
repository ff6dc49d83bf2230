"""Which phases there are, in their order. A new phase is added here and nowhere else."""

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

    Raises
    ------
    DataError
        Where a phase's own inputs are not those of the candidates.
    """
    return tuple(phase.read_inputs(inputs, params) for phase in phases)
