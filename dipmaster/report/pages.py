"""Inputs to the report as HTML: chapters are printed, and contents made of their headings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dipmaster.core.parallel import map_in_forks
from dipmaster.core.params.roadmap import FINAL_PHASE, HOLDING_BAND_MINUTES
from dipmaster.report import registry
from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.contents import view as contents
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import STYLE, drawing
from dipmaster.report.kit.html import curl_apostrophes, render

TEMPLATE = "kit/page.html.j2"
STYLES = {"print_style": "report.css", "screen_style": "screen.css", "script": "screen.js"}
_WIDE = re.compile(r"<table\b.*?</table>|<svg .*?</svg>", re.DOTALL)


def html(inputs: ReportInputs, chapters: Sequence[Chapter] | None = None) -> str:
    """The report as one HTML page, for screens and for the PDF.

    Parameters
    ----------
    chapters
        These alone, without contents; all where not given.
    """
    chosen = registry.chapters(inputs) if chapters is None else chapters
    common = shared(inputs)
    printed = print_chapters(inputs, chosen, common)
    pages = [_Printed(one.title, text, one.part == "appendix") for one, text in printed]
    lines: Sequence[contents.ContentsLine] = ()
    if chapters is None:
        columns = contents.list_columns(chosen, [text for _, text in printed])
        lines = contents.list_once(columns)
        listed = render(contents.TEMPLATE, {**common, "columns": columns})
        pages.insert(1, _Printed("Contents", listed))
    styles = {name: Markup(_read_style(file)) for name, file in STYLES.items()}
    return str(render(TEMPLATE, {**common, **styles, "chapters": pages, "contents": lines}))


@dataclass(frozen=True)
class _Printed:
    """A chapter in print; one of the appendix is folded on a screen."""

    title: str
    text: Markup
    is_folded: bool = False


def print_chapters(
    inputs: ReportInputs, chapters: Sequence[Chapter], common: Context
) -> list[tuple[Chapter, Markup]]:
    """Every chapter with its charts, drawn by as many processes as there are workers."""

    def print_chapter(chapter: Chapter) -> Markup:
        text = render(chapter.page, {**common, **chapter.view(inputs)})
        return in_boxes(curl_apostrophes(text))

    with drawing():
        printed = map_in_forks(print_chapter, chapters)
    return list(zip(chapters, printed, strict=True))


def in_boxes(printed: Markup) -> Markup:
    """Put every table and chart into a box of its own, which scrolls where it is too wide."""
    return Markup(_WIDE.sub(r'<div class="scroll">\g<0></div>', str(printed)))


def _read_style(name: str) -> str:
    return (STYLE / name).read_text(encoding="utf-8")


def shared(inputs: ReportInputs) -> Context:
    """What every template may print."""
    gates, period = inputs.params.gates, inputs.validation.period
    counts = inputs.phase(inputs.built[0]).counts
    return {
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
