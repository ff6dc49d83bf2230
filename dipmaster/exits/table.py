"""Scored rows to table EXIT_ROWS."""

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Ints
from dipmaster.core.panel import as_times
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits.heads import HEADS
from dipmaster.exits.levels import Scored

_SAID = {"profit": "p_profit", "timing": "timing_bars", "risk": "p_risk"}


def rows_table(scored: Scored, grid_ms: Ints) -> pd.DataFrame:
    """Table EXIT_ROWS, in the order of the rows.

    Parameters
    ----------
    grid_ms
        Open times of the panel's bars.
    """
    school = scored.school
    rows, labels = school.rows, school.labels
    features = {name: rows.features[:, at] for at, name in enumerate(EXIT_FEATURES)}
    return pd.DataFrame(
        {
            "candidate_id": school.candidate_id[rows.position],
            "open_time": as_times(grid_ms[rows.bar]),
            "bars_held": rows.held.astype(np.int32),
            **features,
            "exit_net_frac": labels.exit_net_frac,
            "hold_net_frac": labels.hold_net_frac,
            "exit_is_best": labels.exit_is_best,
            "bars_to_best": labels.bars_to_best.astype(np.float32),
            "stopped_first": labels.stopped_first,
            **{_SAID[name]: scored.heads[name].predictions for name in HEADS},
            "exit_probability": scored.exit_probability,
            "models_fitted": _moments(scored.heads_fitted_ms),
            "calibrator_fitted": _moments(scored.calibrator.fitted_ms),
        }
    )


def _moments(times_ms: Ints) -> "pd.Index[pd.Timestamp]":
    """Times, missing where -1."""
    return as_times(times_ms).where(times_ms >= 0)
