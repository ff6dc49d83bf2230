"""Four and five phases: nothing runs off a page, no cell into another."""

from collections.abc import Callable

import pytest

from dipmaster.report import pages
from dipmaster.report.inputs import ReportInputs
from tests.report import layout
from tests.report.conftest import unpainted

pytestmark = pytest.mark.slow

States = dict[str, Callable[[], ReportInputs]]
WIDE = ["phase 4", "phase 4, real bars"]
BODY_PAGES_MOST = 17  # 16 before stress tests, sensitivity and outcomes came


@pytest.fixture(scope="module", params=WIDE)
def sheets(request: pytest.FixtureRequest, states: States) -> list[layout.Page]:
    """A whole report with empty charts, which take the same room."""
    with unpainted():
        page = pages.html(states[request.param]())
    return layout.lay_out(page)


def test_nothing_runs_beyond_the_content_of_its_page(sheets: list[layout.Page]) -> None:
    assert layout.find_beyond(sheets) == []


def test_no_cell_runs_into_another(sheets: list[layout.Page]) -> None:
    assert layout.find_overlaps(sheets) == []


def test_no_word_of_a_table_is_cut_at_its_column(sheets: list[layout.Page]) -> None:
    """A column too narrow for a word breaks it anywhere: Phas-e, point-s."""
    assert layout.find_broken_words(sheets) == []


def test_page_one_is_one_page_and_the_body_is_short(sheets: list[layout.Page]) -> None:
    texts = [layout.text_of(sheet) for sheet in sheets]
    assert texts[1].startswith("Contents")
    body = next(k for k, text in enumerate(texts) if text.startswith("Trade statistics"))
    assert body <= BODY_PAGES_MOST


def test_every_entry_of_the_contents_has_a_line_of_its_own(sheets: list[layout.Page]) -> None:
    """As wide as its column, of which there are two."""
    assert len(layout.right_edges(sheets[1], "li")) == 2


def page_of(body: str) -> str:
    css = "@page { size: 100mm 60mm; margin: 10mm } table { width: 100%; table-layout: fixed }"
    return f"<style>{css} td {{ white-space: nowrap }}</style>{body}"


def row(*cells: str) -> str:
    return "<table><tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr></table>"


LONG = "minimum data: about 0.4 years"


def test_a_planted_overlap_is_found() -> None:
    assert layout.find_overlaps(layout.lay_out(page_of(row("1", "2", "3")))) == []
    found = layout.find_overlaps(layout.lay_out(page_of(row("1", LONG, LONG))))
    assert found == [f"page 1: {LONG!r} runs into {LONG!r}"]


def test_a_planted_table_too_wide_is_found() -> None:
    wide = layout.lay_out(page_of(row("1", "2", LONG * 3)))
    assert layout.find_beyond(wide) == [f"page 1: {LONG * 3!r}"]
    assert layout.find_beyond(layout.lay_out(page_of("<p>short</p>"))) == []


def test_a_planted_broken_word_is_found() -> None:
    narrow = "<style>td { width: 8mm; overflow-wrap: anywhere }</style>"
    table = row("Effective", "n").replace("<table", '<table style="width: 16mm"')
    sheets = layout.lay_out(page_of(narrow + table).replace("nowrap", "normal"))
    assert all(one.startswith("page 1: ") for one in layout.find_broken_words(sheets))
    assert len(layout.find_broken_words(sheets)) >= 2
    assert layout.find_broken_words(layout.lay_out(page_of(row("two words", "n")))) == []
