"""What each refit of each level learned from."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from dipmaster.confidence.levels import complete
from dipmaster.confidence.scores import Scores
from dipmaster.confidence.stored import when
from dipmaster.core.kernels import Bools
from dipmaster.learning.walk_forward import Walk, training_rows

Record = dict[str, Any]


def folds_of(scores: Scores) -> list[Record]:
    """A row a level and refit: candidates and wins it learned from, or why there is none."""
    return [
        {
            "level": level,
            "fitted_at": when(refit.refit_ms),
            "rows": refit.rows,
            "wins": _wins(scores, refit.refit_ms, present),
            "reason": refit.reason,
        }
        for level, walk, present in _levels(scores)
        for refit in walk.models
    ]


def _levels(scores: Scores) -> Iterator[tuple[str, Walk[Any], Bools]]:
    """Name, walk and candidates whose inputs are there; both libraries share their rows."""
    base = scores.base
    everyone = np.ones(scores.events.count, dtype=np.bool_)
    yield "models", base.walks["lgb"], everyone
    yield "stack", base.stack, complete(base.probabilities[:, :2])
    yield "layer", scores.layer, np.isfinite(base.p_ensemble)
    yield "calibrator", scores.calibrators[scores.kind], np.isfinite(scores.layer.predictions)
    yield "reference", scores.reference, everyone


def _wins(scores: Scores, refit_ms: int, present: Bools) -> int:
    school, events = scores.school, scores.events
    rows = training_rows(
        events.signal_ms, events.known_ms, refit_ms, school.purge_ms, events.settled & present
    )
    return int(np.count_nonzero(events.label[rows] == 1))
