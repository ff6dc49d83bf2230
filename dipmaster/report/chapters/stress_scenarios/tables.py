"""Rows of stress.json to tables: the final phase in full, phases side by side, worst windows."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.scenario_names import name_scenario
from dipmaster.report.kit.table import Column, Table, table, texts
from dipmaster.results.stress import (
    ShockStart,
    StressMeasures,
    StressResults,
    StressRow,
    WorstWindow,
)

STARTS: tuple[ShockStart, ...] = ("random date", "positions open")


def tabulate_final(rows: Sequence[StressRow]) -> Table:
    """A line a scenario of the final phase, all of one start."""

    def of(heading: str, name: str) -> Column[StressRow]:
        return Column(heading, lambda row: _percent(row.with_controls, name))

    columns: Sequence[Column[StressRow]] = (
        Column("Scenario", lambda row: name_scenario(row.scenario), "l", "25%"),
        Column("Independent", lambda row: numbers.count(row.independent)),
        of("Median drawdown", "median_drawdown_frac"),
        of("95 % drawdown", "p95_drawdown_frac"),
        of("Mean return", "mean_return_frac"),
        of("VaR 95 %", "var_95_frac"),
        Column("Sharpe ratio", _sharpe),
        Column("Recovery", _recovery),
        Column("Drawdown saved", _saved, "n"),
    )
    return table(columns, rows, "data short switched")


def compare_phases(results: StressResults) -> Table:
    """Worst drawdown with risk controls / without; a column a phase and start that traded."""
    cells = {(row.scenario, row.phase, row.start): row for row in results.rows}
    scenarios = list(dict.fromkeys(row.scenario for row in results.rows))
    traded = {(row.phase, row.start) for row in results.rows if row.traded}
    pairs = [
        (phase, start) for phase in results.phases for start in STARTS if (phase, start) in traded
    ]
    if not pairs:
        return table((), ())
    headings = [(f"Phase{numbers.NBSP}{phase}, {start}", "n") for phase, start in pairs]
    rows = [
        (
            name_scenario(scenario),
            *(_worst(cells[scenario, phase, start]) for phase, start in pairs),
        )
        for scenario in scenarios
    ]
    return table(texts(("Scenario", "l", "24%"), *headings), rows)


def tabulate_worst(windows: Sequence[WorstWindow], window_days: int) -> Table:
    """A line a window, the largest drawdown first."""
    within = f"not within {numbers.days(window_days)}"
    columns: Sequence[Column[WorstWindow]] = (
        Column("Shock (UTC)", lambda one: numbers.minute(one.shock_time), "l n"),
        Column("Scenario", lambda one: name_scenario(one.scenario), "l"),
        Column("Start", lambda one: one.start, "l"),
        Column("Positions open", lambda one: numbers.count(one.open_at_shock)),
        Column("Drawdown", lambda one: numbers.percent(one.drawdown_frac, 2)),
        Column("Return", lambda one: numbers.percent(one.return_frac, 2, signed=True)),
        Column("Recovery", lambda one: _hours(one.recovery_bars) or within, "n"),
    )
    return table(columns, windows)


def side_by_side(first: str, second: str) -> str:
    """Two figures of one cell, the unit told once."""
    unit = second.partition(numbers.NBSP)[2]
    if unit and first.endswith(numbers.NBSP + unit):
        first = first.removesuffix(numbers.NBSP + unit)
    return f"{first} / {second}"


def _percent(found: StressMeasures | None, name: str) -> str:
    return numbers.MISSING if found is None else numbers.percent(getattr(found, name), 2)


def _sharpe(row: StressRow) -> str:
    return numbers.ratio(row.with_controls.sharpe if row.with_controls else None)


def _recovery(row: StressRow) -> str:
    bars = row.with_controls.median_recovery_bars if row.with_controls else None
    return _hours(bars) or numbers.MISSING


def _hours(bars: float | None) -> str:
    return "" if bars is None else f"{numbers.plain(bars / 12.0, 1)}{numbers.NBSP}h"


def _saved(row: StressRow) -> str:
    saved = row.drawdown_saved
    value = numbers.percent(saved.value, 2)
    if saved.low is None or saved.high is None:
        return value
    low, high = (numbers.percent(bound, 2) for bound in (saved.low, saved.high))
    return f"{value} ({numbers.pair(low, high)})"


def _worst(row: StressRow) -> str:
    if row.with_controls is None or row.without_controls is None:
        return numbers.MISSING
    on, off = (
        numbers.percent(one.worst_drawdown_frac, 2)
        for one in (row.with_controls, row.without_controls)
    )
    return side_by_side(on, off)
