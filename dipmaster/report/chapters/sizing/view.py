"""The appendix on position sizes, charts drawn."""

from collections.abc import Mapping, Sequence

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.sizing import (
    ablation,
    components,
    displaced,
    drawdown_chart,
    targeting,
    waterfall,
    waterfall_chart,
)
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import by_phase
from dipmaster.report.kit.table import table
from dipmaster.results.evaluation.sizing import DrawdownQuantiles, SizedTrade


def view(inputs: ReportInputs) -> Context:
    """Components, explained trades, displaced trades, ablation, targeting, drawdown."""
    results = inputs.validation.position_sizing
    rows = components.known(results.components)
    judged = ablation.judged(results.ablation)
    return {
        "results": results,
        "components": table(components.COLUMNS, rows) if rows else None,
        **_show_trades(results.explained),
        "displacement": results.displacement,
        "reasons": displaced.count_reasons(results.displacement),
        "displaced": displaced.list_first("Displaced", results.displacement.displaced),
        "added": displaced.list_first("Added", results.displacement.added),
        "listed": displaced.LISTED,
        "is_cut": displaced.is_cut(results.displacement),
        "ablation": table(ablation.COLUMNS, judged, "data short switched") if judged else None,
        "ablation_reasons": ablation.reasons(results.ablation),
        "overlay": table(targeting.OVERLAY, results.overlay),
        "overlay_reasons": targeting.overlay_reasons(results.overlay),
        "arithmetic": targeting.arithmetic_pairs(results.drawdown_arithmetic),
        **_show_drawdowns(results.drawdown, inputs.phase_names),
    }


def _show_trades(trades: Sequence[SizedTrade]) -> Context:
    chosen = waterfall.select(trades)
    return {
        "waterfall": waterfall_chart.panels(chosen) if chosen else "",
        "explained": [(one, _typeset(one.trade.words)) for one in chosen],
    }


def _typeset(words: str) -> str:
    """The product in words with its true signs."""
    return numbers.typeset(words).replace(" x ", " × ").replace(" - ", f" {numbers.MINUS} ")


def _show_drawdowns(drawdowns: Sequence[DrawdownQuantiles], names: Mapping[int, str]) -> Context:
    drawn = [one for one in drawdowns if one.frac]
    reasons = list(dict.fromkeys(one.reason for one in drawdowns if one.reason))
    phases = {one.phase: one for one in drawn}
    return {
        "drawdown_chart": drawdown_chart.ranges(drawn, names) if drawn else "",
        "drawdowns": by_phase(targeting.drawdown_lines(drawn[0]), phases, "Drawdown")
        if drawn
        else None,
        "drawdown_reasons": reasons,
    }


SIZING = Chapter(
    folder="sizing",
    title="Position sizes in detail",
    view=view,
    part="appendix",
    applies=lambda inputs: inputs.validation.sizing is not None,
)
