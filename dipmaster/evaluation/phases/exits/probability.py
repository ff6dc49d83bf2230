"""How often the exit probability passed its thresholds: whether the models ever got to act."""

from typing import Any

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params.exits import ExitDecision
from dipmaster.evaluation.standalone import StandaloneTrades
from dipmaster.results.evaluation.exit_rules import ExitProbabilityUse


def count_probability(
    score: Floats,
    opened: Bools,
    unguided: StandaloneTrades,
    phase: StandaloneTrades,
    decision: ExitDecision,
) -> ExitProbabilityUse:
    """Scored closed bars above both thresholds, while there is something to decide.

    What the probability speaks of, the sale against what holding nets, has no meaning
    once the position is closed: bars after its end are not counted.

    Parameters
    ----------
    score
        Shape (candidates, bars since entry), NaN where there is none.
    opened
        Shape (entries,), on which of them the phase opened a position.
    unguided, phase
        All entries under the phase's exits without the models, and with them.

    Returns
    -------
    ExitProbabilityUse
        Bars at which the position is open when left to the rules that are not models:
        of all entries, and of those the phase opened (`traded_`). `held_` are those at
        which the phase still held what it opened, where alone a model can act: a full
        exit ends the count. A row above `full` is above `partial` too.
    """
    by_entry = score[phase.candidate]
    bars = by_entry.shape[1]
    there, held = (_open_at(side, bars) for side in (unguided, phase))
    took = opened[:, None]
    return ExitProbabilityUse(
        full=decision.full_probability,
        partial=decision.partial_probability,
        **_counts("", by_entry, there, decision),
        **_counts("traded_", by_entry, there & took, decision),
        **_counts("held_", by_entry, held & took, decision),
    )


def _open_at(side: StandaloneTrades, bars: int) -> Bools:
    """Shape (entries, bars since entry), whether the position is open at the bar's close."""
    there: Bools = np.arange(bars) < (side.exit_index - side.entry_index)[:, None]
    return there


def _counts(prefix: str, score: Floats, among: Bools, decision: ExitDecision) -> dict[str, Any]:
    known = score[among & ~np.isnan(score)]
    return {
        f"{prefix}rows": known.size,
        f"{prefix}above_full": int(np.sum(known > decision.full_probability)),
        f"{prefix}above_partial": int(np.sum(known > decision.partial_probability)),
        f"{prefix}max": float(known.max()) if known.size else None,
    }
