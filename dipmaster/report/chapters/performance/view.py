"""Returns beside cash, buy-and-hold and random entries."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.performance import (
    abstention,
    equity,
    figures,
    heat_map,
    random_entry,
)
from dipmaster.report.findings.results import rarely_invested
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import accounts
from dipmaster.report.kit.phase_table import by_phase
from dipmaster.report.kit.table import table
from dipmaster.results.evaluation.record import SECTIONS

SELECTING = SECTIONS["funnel"]


def view(inputs: ReportInputs) -> Context:
    """Accounts, figures of each phase, equity, months, random entries."""
    phases = {phase: inputs.phase(phase) for phase in inputs.built}
    traded = {phase: one for phase, one in phases.items() if one.counts.trades}
    return {
        "accounts": table(accounts.COLUMNS, inputs.accounts, "data short accounts"),
        "benchmarks": inputs.validation.benchmarks,
        "headline": inputs.headline_phase,
        "is_barely_invested": rarely_invested(inputs) is not None,
        "exposure": inputs.phase(inputs.headline_phase).exposure,
        "figures": by_phase(figures.LINES, phases, ""),
        "phases": phases,
        "selecting": SELECTING,
        "abstained": None if SELECTING in traded else abstention.describe(inputs),
        "idle": [phase for phase in phases if phase not in traded],
        "equity_chart": equity.draw_equity(
            {phase: inputs.equity[phase] for phase in traded},
            traded,
            inputs.validation.period,
            inputs.phase_names,
        )
        if traded
        else "",
        "months_chart": heat_map.draw_months(
            {k: one.by_month for k, one in traded.items()}, inputs.phase_names
        )
        if traded
        else "",
        "random": random_entry.tabulate(inputs),
        "outside": random_entry.list_outside(inputs),
        "alpha": inputs.params.gates.alpha,
    }


PERFORMANCE = Chapter(folder="performance", title="Performance", view=view)
