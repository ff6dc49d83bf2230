"""Phases to the data of the plots that DVC draws."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from dipmaster.backtest.metrics import measure_drawdowns
from dipmaster.core.panel import to_epoch_ms, to_timestamps
from dipmaster.core.time_units import DAY_MS
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import select_out_of_sample_marks
from dipmaster.results.gates import GateRow


def build_daily_equity(equity: pd.DataFrame, period: Period) -> pd.DataFrame:
    """A row a UTC day: last mark, and the deepest fall from the running peak in that day.

    The high-water mark resets at the out-of-sample start, so that the
    largest fall after it is that of the whole period.
    """
    start, marks = select_out_of_sample_marks(equity, period)
    burn_in = equity["equity"].to_numpy(dtype=np.float64)[: len(equity) - marks.size]
    falls = np.concatenate(
        [measure_drawdowns(burn_in, burn_in[0]), measure_drawdowns(marks, start)]
    )
    day = to_epoch_ms(equity["time"]) // DAY_MS
    daily = pd.DataFrame({"day": day, "equity": equity["equity"], "fall": falls}).groupby("day")
    last = daily["equity"].last()
    return pd.DataFrame(
        {
            "date": to_timestamps(last.index.to_numpy(dtype=np.int64) * DAY_MS).strftime(
                "%Y-%m-%d"
            ),
            "equity": last.to_numpy(),
            "drawdown_frac": daily["fall"].max().to_numpy(),
        }
    )


def to_csv_text(frame: pd.DataFrame) -> str:
    """Comma-separated text with numbers of ten significant digits, empty where missing."""
    return str(frame.to_csv(index=False, float_format="%.10g", lineterminator="\n"))


def build_gates_frame(rows: Sequence[GateRow]) -> pd.DataFrame:
    """What the plot of gates needs."""
    names = ("phase", "metric", "target", "value", "low", "high")
    columns = {name: [_or_nan(getattr(row, name)) for row in rows] for name in names}
    return pd.DataFrame(columns)


def _or_nan(value: object) -> object:
    return math.nan if value is None else value
