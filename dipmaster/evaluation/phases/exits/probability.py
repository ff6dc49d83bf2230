"""How often the exit probability passed its thresholds: whether the models ever got to act."""

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params.exits import Decision
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.phases.exits.eligible_entries import Cases
from dipmaster.evaluation.phases.exits.standalone import Alone


def probability(
    score: Floats, cases: Cases, unguided: Alone, phase_2: Alone, decision: Decision
) -> Record:
    """Scored closed bars above both thresholds, while there is something to decide.

    What the probability speaks of, the sale against what holding nets, has no meaning
    once the position is closed: bars after its end are not counted.

    Parameters
    ----------
    score
        Shape (candidates, bars since entry), NaN where there is none.
    unguided, phase_2
        All cases under phase 2's exits without the models, and with them.

    Returns
    -------
    Record
        Bars at which the position is open when left to the rules that are not models:
        of all cases, and of those phase 2 opened (`traded_`). `held_` are those at
        which phase 2 still held what it opened, where alone a model can act: a full
        exit ends the count. A row above `full` is above `partial` too.
    """
    own = score[cases.candidate]
    opened = cases.opened[:, None]
    there, held = (_open_at(side, own.shape[1]) for side in (unguided, phase_2))
    return {
        "full": decision.full_probability,
        "partial": decision.partial_probability,
        **_counts("", own, there, decision),
        **_counts("traded_", own, there & opened, decision),
        **_counts("held_", own, held & opened, decision),
    }


def _open_at(alone: Alone, bars: int) -> Bools:
    """Shape (cases, bars since entry), whether the position is open at the bar's close."""
    there: Bools = np.arange(bars) < (alone.exit_index - alone.entry_index)[:, None]
    return there


def _counts(prefix: str, score: Floats, among: Bools, decision: Decision) -> Record:
    known = score[among & ~np.isnan(score)]
    return {
        f"{prefix}rows": known.size,
        f"{prefix}above_full": int(np.sum(known > decision.full_probability)),
        f"{prefix}above_partial": int(np.sum(known > decision.partial_probability)),
        f"{prefix}max": float(known.max()) if known.size else None,
    }
