"""Rows of stress.json to tables: the final phase in full, phases side by side, worst windows."""

from collections.abc import Callable, Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.scenario_names import name_scenario
from dipmaster.report.kit.table import Column, Table, stacked, table, texts
from dipmaster.results.stress import (
    ShockStart,
    StressMeasures,
    StressResults,
    StressRow,
    WorstWindow,
)

STARTS: tuple[ShockStart, ...] = ("random date", "positions open")


def tabulate_final(results: StressResults) -> Table:
    """A line a scenario of the final phase, random dates over positions open."""
    cells = {(row.scenario, row.phase, row.start): row for row in results.rows}
    scenarios = list(dict.fromkeys(row.scenario for row in results.rows))
    pairs = [
        tuple(cells[name, results.final_phase, start] for start in STARTS) for name in scenarios
    ]

    def column(heading: str, cell: Callable[[StressRow], str]) -> Column[tuple[StressRow, ...]]:
        return Column(heading, lambda pair: stacked(*map(cell, pair)), "n")

    columns: Sequence[Column[tuple[StressRow, ...]]] = (
        Column("Scenario", lambda pair: name_scenario(pair[0].scenario), "l", "21%"),
        column(
            "Invested", lambda row: f"{numbers.count(row.invested)} of {numbers.count(row.runs)}"
        ),
        column("Median drawdown", lambda row: _percent(row.with_controls, "median_drawdown_frac")),
        column("95 % drawdown", lambda row: _percent(row.with_controls, "p95_drawdown_frac")),
        column("Mean return", lambda row: _percent(row.with_controls, "mean_return_frac")),
        column("VaR 95 %", lambda row: _percent(row.with_controls, "var_95_frac")),
        column("Sharpe ratio", _sharpe),
        column("Recovery", _recovery),
        column("Drawdown saved", _saved),
    )
    return table(columns, pairs)


def compare_phases(results: StressResults) -> Table:
    """Worst drawdown with risk controls over that without; two columns a phase."""
    cells = {(row.scenario, row.phase, row.start): row for row in results.rows}
    scenarios = list(dict.fromkeys(row.scenario for row in results.rows))
    pairs = [(phase, start) for phase in results.phases for start in STARTS]
    headings = [(f"Phase{numbers.NBSP}{phase}, {start}", "n") for phase, start in pairs]
    rows = [
        (
            name_scenario(scenario),
            *(_worst(cells[scenario, phase, start]) for phase, start in pairs),
        )
        for scenario in scenarios
    ]
    return table(texts(("Scenario", "l"), *headings), rows)


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
    if saved.low is None or saved.high is None:
        return numbers.percent(saved.value, 2)
    between = numbers.pair(*(numbers.percent(bound, 2) for bound in (saved.low, saved.high)))
    return f"{numbers.percent(saved.value, 2)} ({between})"


def _worst(row: StressRow) -> str:
    if row.with_controls is None or row.without_controls is None:
        return numbers.MISSING
    on, off = (
        numbers.percent(one.worst_drawdown_frac, 2)
        for one in (row.with_controls, row.without_controls)
    )
    return stacked(on, off)
