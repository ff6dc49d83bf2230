"""From a template and its values to HTML, and from HTML to PDF: what is refused."""

import ctypes.util

import pytest

from dipmaster.core.errors import DipMasterError, PipelineError
from dipmaster.report import pages
from dipmaster.report.chapters.decision.view import DECISION
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import html, pdf, printable
from tests.report.conftest import unpainted
from tests.report.impossible import find_impossible


def test_a_value_that_a_view_did_not_give_is_named(losing: ReportInputs) -> None:
    with unpainted():
        context = {**pages.shared(losing), **DECISION.view(losing)}
    del context["figures"]
    with pytest.raises(PipelineError, match=r"(?s)decision.html.j2.*'figures' is undefined"):
        html.render(DECISION.page, context)


def test_charts_are_images_with_their_titles_in_the_pdf() -> None:
    page = '<p>a</p><svg role="img">\n <title>up &amp; "down"</title><path/></svg><p>b</p>'
    images = pdf.with_images(page)
    assert images.startswith('<p>a</p><img alt="up &amp; &quot;down&quot;" src="data:image/svg')
    assert images.endswith('"><p>b</p>')
    assert pdf.with_images("<p>no chart</p>") == "<p>no chart</p>"


def test_a_number_without_format_is_refused() -> None:
    for value in (None, 0.1):
        with pytest.raises(TypeError, match="without a number format"):
            html._printable_value(value)


def test_names_may_break_and_stay_safe() -> None:
    assert printable.breakable("a_b.c<d>") == "a_<wbr>b.<wbr>c&lt;d&gt;"
    assert printable.breakable("x/0.85") == "x/<wbr>0.85"


def test_a_missing_library_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    from weasyprint.text import ffi

    assert ctypes.util.find_library("pango-1.0")
    monkeypatch.setattr(ffi, "harfbuzz_subset", None)
    with pytest.raises(DipMasterError, match=r"apt-get install .*libharfbuzz-subset0"):
        pdf._weasyprint()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("standard error 0.08 %, 1 trades", "plural of one"),
        ("1 losing trades, minimum 10", "plural of one"),
        ("win rate 103.2 %", "share"),
        ("mean −5 min", "negative duration"),
        ("net nan bp", "no number"),
        ("calibration error - [-, -]", "no number"),
        ("Sharpe -4.38", "typed minus"),
        ("1294 candidates", "no separator"),
    ],
)
def test_what_cannot_be_is_found(text: str, fault: str) -> None:
    assert [one.split(":")[0] for one in find_impossible({"risk": text})] == [f"risk, {fault}"]


def test_what_can_be_is_not_found() -> None:
    said = (
        "Phase 1 trades 1,294 candidates of 2023, at 0 of 1 refits; 1 trade lost −559.3 % of −1 bp"
    )
    assert find_impossible({"exits": said}) == []
    assert find_impossible({"claims": "Sharpe ratio +300 %"}) == []
