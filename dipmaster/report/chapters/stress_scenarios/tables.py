"""Rows of stress.json to tables: the final phase in full, phases side by side, worst windows."""

from collections.abc import Sequence

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


def tabulate_final(rows: Sequence[StressRow]) -> Table:
    """A line a scenario and start of the final phase."""

    def of(name: str, digits: int = 2) -> Column[StressRow]:
        return Column(HEADINGS[name], lambda row: _percent(row.with_controls, name, digits))

    columns: Sequence[Column[StressRow]] = (
        Column("Scenario", lambda row: stacked(name_scenario(row.scenario), row.start), "l"),
        Column("Windows, invested", lambda row: _pair(row.runs, row.invested), "n"),
        of("median_drawdown_frac"),
        of("p95_drawdown_frac"),
        of("mean_return_frac"),
        of("worst_return_frac"),
        of("var_95_frac"),
        Column("Sharpe ratio", _sharpe),
        Column("Median recovery", _recovery, "n"),
        Column("Drawdown saved", _saved, "n"),
    )
    return table(columns, rows)


HEADINGS = {
    "median_drawdown_frac": "Median drawdown",
    "p95_drawdown_frac": "95 % drawdown",
    "mean_return_frac": "Mean return",
    "worst_return_frac": "Worst return",
    "var_95_frac": "VaR 95 %",
}


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


def _percent(found: StressMeasures | None, name: str, digits: int) -> str:
    return numbers.MISSING if found is None else numbers.percent(getattr(found, name), digits)


def _pair(runs: int, invested: int) -> str:
    return f"{numbers.count(runs)}, {numbers.count(invested)}"


def _sharpe(row: StressRow) -> str:
    return numbers.ratio(row.with_controls.sharpe if row.with_controls else None)


def _recovery(row: StressRow) -> str:
    bars = row.with_controls.median_recovery_bars if row.with_controls else None
    return _hours(bars) or numbers.MISSING


def _hours(bars: float | None) -> str:
    return "" if bars is None else f"{numbers.plain(bars / 12.0, 1)}{numbers.NBSP}h"


def _saved(row: StressRow) -> str:
    saved = row.drawdown_saved
    between = _interval(saved.low, saved.high)
    value = numbers.percent(saved.value, 2)
    return stacked(value, "" if between == numbers.MISSING else between)


def _worst(row: StressRow) -> str:
    if row.with_controls is None or row.without_controls is None:
        return numbers.MISSING
    on, off = (
        numbers.percent(one.worst_drawdown_frac, 2)
        for one in (row.with_controls, row.without_controls)
    )
    return stacked(on, off)


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return numbers.MISSING
    return numbers.pair(numbers.percent(low, 2), numbers.percent(high, 2))
