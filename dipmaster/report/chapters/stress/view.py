"""Stress tests in half a page: one row a scenario, the paths of two, what controls do."""

from collections.abc import Sequence

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.stress import fan_chart
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.scenario_names import name_scenario
from dipmaster.report.kit.table import Column, Table, table
from dipmaster.results.stress import UNTOUCHED, ShockStart, StressMeasures, StressResults, StressRow

HELD: ShockStart = "positions open"
RANDOM: ShockStart = "random date"
SHOCKS_MOST = 9
"""Of the table in the body: those with the largest drawdowns; the appendix has all."""


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    results = inputs.stress
    held = rows_of(results, HELD)
    random = rows_of(results, RANDOM)
    shown = held or random
    shocks = [row for row in shown if row.scenario != UNTOUCHED]
    return {
        "results": results,
        "untouched": next((row for row in random if row.scenario == UNTOUCHED), None),
        "start": HELD if held else RANDOM,
        "idle": bool(shown) and not any(row.traded for row in (*held, *random)),
        "reason": "" if held else _why_none(results),
        "scenarios": tabulate(choose(shown), results.drawdown_limit_frac) if shown else None,
        "left_out": len(shocks) - SHOCKS_MOST,
        "chart": fan_chart.draw(results.fans) if held and results.fans else "",
        "shocks": len(shocks),
        "effective": sum(bool(row.risk_controls_effective) for row in shocks),
        "effective_without": sum(
            row.without_controls.worst_drawdown_frac < results.drawdown_limit_frac
            for row in shocks
            if row.without_controls
        ),
        "trades": max((row.independent for row in held), default=0),
        "runs": max((row.runs for row in shown), default=0),
    }


def rows_of(results: StressResults, start: ShockStart) -> list[StressRow]:
    """Rows of the final phase with runs."""
    return [
        row
        for row in results.rows
        if (row.phase, row.start) == (results.final_phase, start) and row.runs
    ]


def choose(rows: Sequence[StressRow]) -> list[StressRow]:
    """No shock, and the scenarios with the largest drawdowns, in their order."""
    shocks = [row for row in rows if row.scenario != UNTOUCHED]
    largest = sorted(shocks, key=_worst_drawdown, reverse=True)[:SHOCKS_MOST]
    return [row for row in rows if row.scenario == UNTOUCHED or row in largest]


def tabulate(rows: Sequence[StressRow], limit: float) -> Table:
    """A line a scenario; share beyond the limit with its bound."""
    beyond = f"Share ≥ {numbers.set_percent(limit)}"
    columns: Sequence[Column[StressRow]] = (
        Column("Scenario", lambda row: name_scenario(row.scenario), "l", "25%"),
        Column("Windows", lambda row: numbers.count(row.runs)),
        Column("Worst drawdown", lambda row: _percent(row.with_controls, "worst_drawdown_frac")),
        Column(beyond, share_beyond, "n"),
        Column("Expected shortfall", lambda row: _percent(row.with_controls, "es_95_frac")),
        Column("Recovered", recovered, "n"),
        Column("Effective", effective),
        Column(
            "Worst, no controls", lambda row: _percent(row.without_controls, "worst_drawdown_frac")
        ),
    )
    return table(columns, rows)


def share_beyond(row: StressRow) -> str:
    """Share of windows that reach the limit, with its upper bound."""
    figures = row.with_controls
    if figures is None:
        return numbers.MISSING
    share, high = (numbers.percent(one) for one in (figures.beyond_frac, figures.beyond_high_frac))
    return f"{share} (to {high})"


def recovered(row: StressRow) -> str:
    """How many of the windows that fell came back."""
    figures = row.with_controls
    if figures is None:
        return numbers.MISSING
    return f"{numbers.count(figures.recovered)} of {numbers.count(figures.fell)}"


def effective(row: StressRow) -> str:
    """The roadmap's verdict on the risk controls."""
    return "yes" if row.risk_controls_effective else "no"


def _percent(found: StressMeasures | None, name: str) -> str:
    return numbers.MISSING if found is None else numbers.percent(getattr(found, name), 2)


def _worst_drawdown(row: StressRow) -> float:
    return row.with_controls.worst_drawdown_frac if row.with_controls else 0.0


def _why_none(results: StressResults) -> str:
    return next(
        (
            row.reason
            for row in results.rows
            if row.phase == results.final_phase and row.start == HELD
        ),
        "no scenario was run",
    )


STRESS = Chapter(folder="stress", title="Stress tests", view=view)
