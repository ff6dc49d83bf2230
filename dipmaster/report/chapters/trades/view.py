"""Trade statistics: tables with the phases as columns."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.trades import figures
from dipmaster.report.chapters.trades.holding_chart import draw_holding
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.drawdown_table import DRAWDOWNS, rank_drawdowns
from dipmaster.report.kit.exit_types import name_exit_type
from dipmaster.report.kit.phase_table import by_phase, crossed
from dipmaster.report.kit.table import table


def view(inputs: ReportInputs) -> Context:
    """Counts, returns, exit types, holding, coins, regimes, uncertainty, order inside a bar."""
    phases = {number: inputs.phase(number) for number in inputs.built}
    traded = {number: phase for number, phase in phases.items() if phase.counts.trades}
    return {
        "counts": by_phase(figures.counts(phases.values()), phases),
        "returns": by_phase(figures.RETURNS, phases),
        "break_even": any(phase.counts.break_even for phase in phases.values()),
        "ruined": [number for number in phases if inputs.is_ruined(number)],
        "traded": list(traded),
        "exits": crossed(
            "Exit type",
            figures.EXITS,
            {
                number: {name_exit_type(row.exit_type): row for row in phase.exits}
                for number, phase in traded.items()
            },
            "stacked",
        ),
        "holding": by_phase(figures.HOLDING, traded, "Holding period"),
        "holding_chart": draw_holding({n: phase.holding for n, phase in traded.items()})
        if traded
        else "",
        "coins": crossed(
            "Coin",
            figures.GROUPS,
            {n: {row.symbol: row for row in phase.by_symbol} for n, phase in traded.items()},
        ),
        "regimes": crossed(
            "Regime at the signal",
            figures.GROUPS,
            {n: {row.regime: row for row in phase.by_regime} for n, phase in traded.items()},
        ),
        "uncertainty": by_phase(figures.UNCERTAINTY, traded, "Interval or factor"),
        "drawdowns": [
            table(DRAWDOWNS, rows)
            for number, phase in phases.items()
            if number != inputs.headline_phase and (rows := rank_drawdowns({number: phase}))
        ],
        "intrabar": by_phase(figures.INTRABAR, traded, "Win rate / profit factor / net"),
    }


TRADES = Chapter(folder="trades", title="Trade statistics", view=view, part="appendix")
