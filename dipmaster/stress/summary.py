"""Runs to the rows, fans and worst windows of stress.json."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Ints
from dipmaster.core.panel import Panel, format_time
from dipmaster.core.params import Stress
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, HOUR_MS
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.common import Interval
from dipmaster.results.stress import (
    ShockStart,
    StressFan,
    StressResults,
    StressRow,
    WorstWindow,
)
from dipmaster.stress.dates import ShockDate
from dipmaster.stress.measures import (
    WindowFigures,
    compare_drawdowns,
    path_bars,
    summarize_windows,
)
from dipmaster.stress.scenarios import SCENARIOS

FANNED = ("market_crash", "outage_crash")
STARTS: tuple[ShockStart, ...] = ("random date", "positions open")


class RunKey(NamedTuple):
    """What was run on a date."""

    scenario: str
    phase: int
    controls: bool


class DatedRun(NamedTuple):
    """One run and where it began."""

    date: ShockDate
    key: RunKey
    figures: WindowFigures


class _Cell(NamedTuple):
    """Dates of one scenario, phase and start, and the runs on them, in the same order."""

    dates: list[ShockDate]
    on: list[WindowFigures]
    off: list[WindowFigures]


_Cells = dict[tuple[str, int, ShockStart], _Cell]


def summarize_runs(
    runs: Sequence[DatedRun],
    phases: tuple[int, ...],
    panel: Panel,
    period: Period,
    stress: Stress,
) -> StressResults:
    """Summarise all runs.

    Parameters
    ----------
    runs
        In the order of their dates.
    phases
        That were run; the last is the final one.
    """
    cells = _group_runs(runs)
    final = phases[-1]
    return StressResults(
        phases=phases,
        final_phase=final,
        window_days=stress.window_days,
        drawdown_limit_frac=stress.drawdown_limit_frac,
        alpha=stress.alpha,
        rows=tuple(
            _summarize_cell(scenario.name, phase, start, cells, panel, period, stress)
            for scenario in SCENARIOS
            for phase in phases
            for start in STARTS
        ),
        fans=tuple(_draw_fans(cells, final, stress)),
        worst_windows=tuple(_find_worst(cells, final, panel)),
    )


def _group_runs(
    runs: Sequence[DatedRun],
) -> _Cells:
    cells: _Cells = {}
    for date, key, figures in runs:
        cell = cells.setdefault((key.scenario, key.phase, date.start), _Cell([], [], []))
        (cell.on if key.controls else cell.off).append(figures)
        if key.controls:
            cell.dates.append(date)
    return cells


def _summarize_cell(
    scenario: str,
    phase: int,
    start: ShockStart,
    cells: _Cells,
    panel: Panel,
    period: Period,
    stress: Stress,
) -> StressRow:
    cell = cells.get((scenario, phase, start), _Cell([], [], []))
    runs, independent = len(cell.on), _count_independent(cell.dates, start)
    on, off = (
        summarize_windows(found, independent, stress) if runs else None
        for found in (cell.on, cell.off)
    )
    return StressRow(
        scenario=scenario,
        phase=phase,
        start=start,
        runs=runs,
        independent=independent,
        invested=sum(one.open_at_shock > 0 for one in cell.on),
        traded=sum(one.traded for one in cell.on),
        with_controls=on,
        without_controls=off,
        risk_controls_effective=(
            on.worst_drawdown_frac < stress.drawdown_limit_frac if on else None
        ),
        drawdown_saved=_saved(cell, panel, period, stress),
        reason="" if runs else _why_no_runs(phase, start, stress),
    )


def _count_independent(dates: Sequence[ShockDate], start: ShockStart) -> int:
    """Distinct bars, or distinct trades: what was drawn again is no new evidence."""
    return len({date.bar if start == "random date" else date.trade for date in dates})


def _saved(cell: _Cell, panel: Panel, period: Period, stress: Stress) -> Interval:
    if not cell.dates:
        return Interval(None, None, None, "no runs")
    bars: Ints = np.array([date.bar for date in cell.dates], dtype=np.int64)
    block = period.block_of(period.day_of(panel.open_time[bars]))
    return compare_drawdowns(cell.on, cell.off, block, stress)


def _why_no_runs(phase: int, start: ShockStart, stress: Stress) -> str:
    window = f"with {stress.window_days} days of bars after it"
    if start == "random date":
        return f"no bar out of sample {window}"
    return f"phase {phase} held no position out of sample past the bar of its entry, {window}"


def _draw_fans(cells: _Cells, phase: int, stress: Stress) -> list[StressFan]:
    """With positions open, or at random dates where there are none."""
    start: ShockStart = "positions open"
    if not any(key[1:] == (phase, start) for key in cells):
        start = "random date"
    bars = path_bars(stress.window_days * BARS_PER_DAY)
    hours = tuple(float(bar * BAR_MS / HOUR_MS) for bar in bars)
    return [
        _draw_fan(scenario, phase, start, controls, hours, found)
        for scenario in FANNED
        if (scenario, phase, start) in cells
        for controls, found in (
            (True, cells[scenario, phase, start].on),
            (False, cells[scenario, phase, start].off),
        )
    ]


def _draw_fan(
    scenario: str,
    phase: int,
    start: ShockStart,
    controls: bool,
    hours: tuple[float, ...],
    runs: Sequence[WindowFigures],
) -> StressFan:
    paths = np.array([one.path for one in runs])
    low, median, high = (
        tuple(map(float, line)) for line in np.quantile(paths, (0.05, 0.5, 0.95), axis=0)
    )
    worst = paths[int(paths[:, -1].argmin())]
    return StressFan(
        scenario=scenario,
        phase=phase,
        start=start,
        controls=controls,
        runs=len(runs),
        hours=hours,
        low=low,
        median=median,
        high=high,
        worst=tuple(map(float, worst)),
    )


def _find_worst(cells: _Cells, phase: int, panel: Panel) -> list[WorstWindow]:
    """Largest drawdown of each scenario; the first where several have it."""
    largest = []
    for scenario in SCENARIOS:
        windows = [
            (one, date)
            for start in STARTS
            for cell in [cells.get((scenario.name, phase, start), _Cell([], [], []))]
            for date, one in zip(cell.dates, cell.on, strict=True)
            if one.drawdown_frac > 0.0
        ]
        if windows:
            one, date = max(windows, key=lambda pair: pair[0].drawdown_frac)
            largest.append(_name_window(scenario.name, date, one, panel))
    return sorted(largest, key=lambda one: -one.drawdown_frac)


def _name_window(scenario: str, date: ShockDate, one: WindowFigures, panel: Panel) -> WorstWindow:
    return WorstWindow(
        scenario=scenario,
        start=date.start,
        shock_time=format_time(int(panel.open_time[date.bar])),
        open_at_shock=one.open_at_shock,
        drawdown_frac=one.drawdown_frac,
        return_frac=one.return_frac,
        recovery_bars=None if one.recovery_bars < 0 else one.recovery_bars,
    )
