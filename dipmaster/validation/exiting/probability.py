"""How often the exit probability passed its thresholds: whether the models ever got to act."""

import numpy as np

from dipmaster.foundation.numerics import Bools, Floats
from dipmaster.foundation.params.exits import Decision
from dipmaster.validation.exiting.alone import Alone
from dipmaster.validation.exiting.cases import Cases
from dipmaster.validation.records.breakdowns import Record


def probability(score: Floats, cases: Cases, phase_2: Alone, decision: Decision) -> Record:
    """Scored closed bars above both thresholds.

    Parameters
    ----------
    score
        Shape (candidates, bars since entry), NaN where there is none.

    Returns
    -------
    Record
        Of all cases; of those phase 2 opened (`traded_`); and of those while phase 2
        held them (`held_`), which alone can act. A row above `full` is above
        `partial` too.
    """
    own = score[cases.candidate]
    since = np.arange(own.shape[1])
    held = since < (phase_2.exit_index - phase_2.entry_index)[:, None]
    opened = np.broadcast_to(cases.opened[:, None], own.shape)
    return {
        "full": decision.full_probability,
        "partial": decision.partial_probability,
        **_counts("", own, np.ones(own.shape, dtype=np.bool_), decision),
        **_counts("traded_", own, opened, decision),
        **_counts("held_", own, opened & held, decision),
    }


def _counts(prefix: str, score: Floats, among: Bools, decision: Decision) -> Record:
    known = score[among & ~np.isnan(score)]
    return {
        f"{prefix}rows": known.size,
        f"{prefix}above_full": int(np.sum(known > decision.full_probability)),
        f"{prefix}above_partial": int(np.sum(known > decision.partial_probability)),
        f"{prefix}max": float(known.max()) if known.size else None,
    }
