"""Gross to net, break-even cost, size against traded volume."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.costs import chart, figures
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import gross_to_net
from dipmaster.report.kit.phase_table import by_phase


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints; nothing but words where no phase traded."""
    phases = {n: inputs.phase(n) for n in inputs.built if inputs.phase(n).counts.trades}
    if not phases:
        return {"phases": phases}
    has_funding = any(inputs.market.funding.values())
    per_trade = {n: gross_to_net.per_trade(phase.per_trade) for n, phase in phases.items()}
    shown = inputs.phase(inputs.headline_phase)
    return {
        "phases": phases,
        "account": by_phase(
            figures.account(has_funding=has_funding), phases, "Mean per trade / total"
        ),
        "chart": chart.waterfalls({n: one for n, one in per_trade.items() if one is not None}),
        "break_even": by_phase(figures.BREAK_EVEN, phases, "Costs without funding"),
        "capacity": by_phase(figures.capacity(phases.values()), phases, "Capacity"),
        "number": inputs.headline_phase,
        "shown": shown.costs.capacity,
        "equity": shown.money.equity_at_start,
    }


COSTS = Chapter(folder="costs", title="Costs and capacity", view=view)
