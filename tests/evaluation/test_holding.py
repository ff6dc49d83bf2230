"""Holding times: what the end of the data cut off says nothing of how long trades last."""

import numpy as np
import pandas as pd

from dipmaster.core.panel import to_timestamps
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.figures.breakdowns import summarize_holding


def test_positions_open_when_the_data_ended_are_left_out() -> None:
    bars = np.array([3, 9, 36, 8000])
    trades = pd.DataFrame(
        {
            "entry_time": to_timestamps(np.zeros(4, np.int64)),
            "exit_time": to_timestamps(bars * BAR_MS),
            "bars_held": bars,
            "open_at_end": [False, False, False, True],
        }
    )
    times = summarize_holding(trades, max_holding_bars=36)
    assert times.mean_minutes == 80.0
    assert times.median_minutes == 45.0
    assert sum(row.trades for row in times.histogram) == 3
