"""Inputs to the report as HTML: chapters are printed, and contents made of their headings."""

from collections.abc import Sequence

from markupsafe import Markup

from dipmaster.core.params.roadmap import FINAL_PHASE, HOLDING_BAND_MINUTES
from dipmaster.report import registry
from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.contents import view as contents
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import STYLE, drawing
from dipmaster.report.kit.html import render


def html(inputs: ReportInputs, chapters: Sequence[Chapter] | None = None) -> str:
    """The report as one HTML page.

    Parameters
    ----------
    chapters
        These alone, without contents; all where not given.
    """
    chosen = registry.chapters(inputs) if chapters is None else chapters
    common = shared(inputs)
    with drawing():
        printed = [render(one.page, {**common, **one.view(inputs)}) for one in chosen]
    if chapters is None:
        columns = contents.list_columns(chosen, printed)
        printed.insert(1, render(contents.TEMPLATE, {**common, "columns": columns}))
    return str(render("kit/page.html.j2", {**common, "chapters": printed}))


def shared(inputs: ReportInputs) -> Context:
    """What every template may print."""
    gates, period = inputs.params.gates, inputs.validation.period
    counts = inputs.phase(inputs.built[0]).counts
    return {
        "css": Markup((STYLE / "report.css").read_text(encoding="utf-8")),  # quotes stay quotes
        "document_id": inputs.document_id,
        "params": inputs.params,
        "market": inputs.market,
        "simulated": inputs.simulated,
        "period": period,
        "counts": counts,
        "built": inputs.built,
        "final_phase": FINAL_PHASE,
        "holding_band": HOLDING_BAND_MINUTES,
        "is_too_short": period.blocks < gates.blocks_needed,
        "has_few_days": 0 < counts.days_with_trades < gates.min_trades,
        "bound_level": numbers.percent(1.0 - gates.alpha),
        "bound_pair": numbers.percent(1.0 - 2.0 * gates.alpha, 0),
        "terms": [one.terms for one in registry.chapters(inputs)],
    }
