"""Drawdowns of the account: the worst episodes, within the horizon, and of bootstrap paths."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from dipmaster.backtest.metrics import measure_drawdowns
from dipmaster.core.kernels import Floats
from dipmaster.core.params import Gates
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.evaluation.figures.times import format_mark_time
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics import account_metrics
from dipmaster.evaluation.statistics.account_metrics import HorizonDrawdown
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import select_out_of_sample_marks
from dipmaster.evaluation.statistics.streams import Stream, build_resampling
from dipmaster.results.evaluation.phase import DrawdownFigures
from dipmaster.results.evaluation.risk import DrawdownEpisode
from dipmaster.results.metrics import MAX_DRAWDOWN

SHOWN_EPISODES = 5


def build_drawdown(
    evaluation: PhaseEvaluation, equity: pd.DataFrame, period: Period, gates: Gates
) -> DrawdownFigures:
    """Observed drawdowns, and the range of bootstrap paths where the period has their length."""
    start, marks = select_out_of_sample_marks(equity, period)
    worst = find_worst_episodes(marks, start, period)
    estimate = evaluation.estimators[MAX_DRAWDOWN.key](gates.alpha)
    is_long = period.days >= gates.drawdown_horizon_days
    paths = None if None in estimate.shown_bounds else _resample(evaluation, gates)
    return DrawdownFigures(
        max_frac=worst[0].depth_frac if worst else 0.0,
        peak_time=worst[0].peak_time if worst else None,
        trough_time=worst[0].trough_time if worst else None,
        worst=worst,
        days=period.days,
        horizon_max_frac=estimate.value if is_long else None,
        horizon_days=gates.drawdown_horizon_days,
        bootstrap_lower_frac=None if paths is None else paths.low,
        bootstrap_median_frac=None if paths is None else paths.median,
        bootstrap_upper_frac=None if paths is None else paths.high,
    )


def _resample(evaluation: PhaseEvaluation, gates: Gates) -> HorizonDrawdown:
    return account_metrics.estimate_horizon_drawdown(
        evaluation.sample,
        gates.alpha,
        gates.drawdown_horizon_days,
        build_resampling(evaluation.phase, Stream.DRAWDOWN, gates),
    )


def find_worst_episodes(
    marks: Floats, start: float, period: Period, shown: int = SHOWN_EPISODES
) -> tuple[DrawdownEpisode, ...]:
    """Deepest falls below the high-water mark that do not overlap, deepest first.

    Parameters
    ----------
    marks
        Shape (bars,), equity at the close of each bar out of sample; below zero counts as zero.
    start
        Equity just before: the first high-water mark.
    """
    falls = np.concatenate([[0.0], measure_drawdowns(marks, start)])
    spans = sorted(_find_spans(falls), key=lambda span: (-falls[slice(*span)].max(), span))
    return tuple(_describe(falls, span, period) for span in spans[:shown])


def _find_spans(falls: Floats) -> Iterator[tuple[int, int]]:
    """First and end position of every run of marks below the high-water mark."""
    below = np.concatenate([[False], falls > 0.0, [False]])
    edges = np.flatnonzero(below[1:] != below[:-1])
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _describe(falls: Floats, span: tuple[int, int], period: Period) -> DrawdownEpisode:
    """Positions count the start too: the mark of bar `k` is at `k` + 1."""
    first, end = span
    recovered = end < falls.size
    trough, last = first + int(np.argmax(falls[first:end])), end if recovered else end - 1
    return DrawdownEpisode(
        peak_time=format_mark_time(period, first - 2),
        trough_time=format_mark_time(period, trough - 1),
        recovery_time=format_mark_time(period, end - 1) if recovered else None,
        depth_frac=float(falls[trough]),
        days=(last - (first - 1)) / BARS_PER_DAY,
    )
