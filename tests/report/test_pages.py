"""The HTML in every state, and the PDF as a reader, a printer and a machine meet it."""

import ctypes.util
import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from dipmaster.core.errors import DipMasterError, PipelineError
from dipmaster.report import pages, registry
from dipmaster.report.chapters.changes import ablation
from dipmaster.report.chapters.decision.view import DECISION
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import html, numbers, pdf, printable
from tests.report.conftest import unpainted
from tests.report.run import validated
from tests.report.wording import find_refused, text_of_page

pytestmark = [pytest.mark.slow, pytest.mark.painted]

States = dict[str, Callable[[], ReportInputs]]
FRONT = '<section class="page-one'
NEXT_PAGE = '<div style="break-before: page"></div>'
STATES = [
    "all phases",
    "all phases, costly models",
    "all wins",
    "long reasons",
    "losing",
    "many coins",
    "no trades",
    "one trade",
    "passing",
    "phase 1",
    "phase 1 abstained",
    "phase 1, most words",
    "phase 1, no candidates",
    "phase 1, no score",
    "phase 1, one coin",
    "phase 1, quick",
    "phase 1, real bars",
    "phase 2",
    "phase 2 abstained",
    "phase 2, many trades",
    "phase 2, most words",
    "phase 2, no candidates",
    "phase 2, no models",
    "phase 3",
    "phase 3 abstained",
    "phase 3, few trades",
    "phase 3, fixed sizes",
    "phase 3, no orders",
    "phase 3, real bars",
    "phase 4",
    "phase 4 abstained",
    "phase 4, few trades",
    "phase 4, no data",
    "phase 4, not credited",
    "phase 4, real bars",
    "phase 4, too little evidence",
    "real bars",
    "ruined",
    "too short",
]
WHOLE = [
    "all phases",
    "phase 1",
    "phase 1 abstained",
    "phase 1, no candidates",
    "phase 1, quick",
    "phase 1, real bars",
    "phase 2",
    "phase 2 abstained",
    "phase 2, many trades",
    "phase 2, no candidates",
    "phase 2, no models",
    "phase 3",
    "phase 3 abstained",
    "phase 3, few trades",
    "phase 3, fixed sizes",
    "phase 3, no orders",
    "phase 3, real bars",
    "phase 4, few trades",
]
FULL = "phase 3"  # every chapter
PAINTED = [FULL, "phase 2, no candidates"]  # the latter has phase 1's empty charts too
PAINTED_FRONTS = ["all phases", "no trades", "one trade", "phase 2"]
CHAPTERS = [
    "Decision page",
    "Contents",
    "Purpose and scope",
    "Data and method",
    "Gates",
    "Performance",
    "Risk",
    "Costs and capacity",
    "Change by phase",
    "Position sizing",
    "Contributions and outcomes",
    "Models",
    "Findings, limits and assumptions",
    "Approvals",
    "Trade statistics",
    "Signal filter and confidence",
    "Exit rules and exit models",
    "Position sizes in detail",
    "Contributions in detail",
    "Volatility and regimes",
    "Volatility spillover",
    "Intraday volatility patterns",
    "Data quality and reconciliation",
    "Roadmap claims",
    "Contradictions of the roadmap",
    "Interpretation log",
    "Definitions",
    "Provenance",
]


Page = Callable[[str], str]


def only(text: str, chapter: str) -> str:
    """The page with one chapter alone: a fraction of the time to lay it out."""
    head = text[: text.index(FRONT)]
    start = text.index(f'<section class="chapter" id="{chapter}">')
    return head + text[start : text.index("</section>", start)] + "</section></body></html>"


@pytest.fixture(scope="module")
def page(states: States) -> Page:
    """The HTML of a state by its name, made once; charts are painted in some states only."""

    @cache
    def made(name: str) -> str:
        with nullcontext() if name in PAINTED else unpainted():
            return pages.html(states[name]())

    return made


@pytest.fixture(scope="module")
def front(states: States) -> Page:
    """Page one alone, of a state by its name; charts are painted in some states only."""

    @cache
    def made(name: str) -> str:
        with nullcontext() if name in PAINTED_FRONTS else unpainted():
            return pages.html(states[name](), [DECISION])

    return made


def read(document: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(document))


def text_of(sheet: pypdf.PageObject) -> str:
    return re.sub(r"\s+", " ", sheet.extract_text())


@pytest.fixture(scope="module")
def fronts(front: Page) -> pypdf.PdfReader:
    """Page one of every state in one document."""
    texts = [front(state) for state in STATES]
    first = texts[0]
    start, end = first.index(FRONT), first.rindex("</body>")
    bodies = [text[text.index(FRONT) : text.rindex("</body>")] for text in texts]
    whole = first[:start] + NEXT_PAGE.join(bodies).replace(' id="decision"', "") + first[end:]
    return read(pdf.pdf(whole, ()))


def emptied(page: str) -> str:
    """The page with its charts emptied to their frame and title."""
    return re.sub(
        r"(<svg [^>]*>\s*<title>.*?</title>).*?</svg>", r"\1</svg>", page, flags=re.DOTALL
    )


@pytest.fixture(scope="module")
def document(page: Page, states: States) -> pypdf.PdfReader:
    """All pages with empty charts: they take the same room, and half the time to set."""
    return read(pdf.pdf(emptied(page(FULL)), states[FULL]().attachments))


@pytest.fixture(scope="module")
def sheets(document: pypdf.PdfReader) -> list[str]:
    """The text of every page."""
    return [text_of(sheet) for sheet in document.pages]


def no_raw_value(text: str) -> bool:
    body = re.sub(r"<(svg|style|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    visible = re.sub(r"<[^>]*>", " ", body)
    return not re.search(r"\b(None|nan|NaN|inf|Undefined)\b", visible)


def test_every_state_fills_one_decision_page(front: Page, fronts: pypdf.PdfReader) -> None:
    """All in one document: page k is that of state k, from its first word to its last."""
    assert [state for state in STATES if not no_raw_value(front(state))] == []
    sheets = [text_of(sheet) for sheet in fronts.pages]
    for state, text in zip(STATES, sheets, strict=False):
        assert "Has the strategy reached its targets?" in text, (
            f"the page before {state} is too long"
        )
        assert "Largest risks" in text, f"{state} runs over its page"
    assert len(sheets) == len(STATES)


@pytest.mark.parametrize("state", WHOLE)
def test_no_chapter_prints_a_raw_null_and_every_entry_of_the_contents_is_there(
    state: str, page: Page
) -> None:
    text = page(state)
    assert no_raw_value(text)
    wanted = re.findall(r'<a href="#([^"]+)">', text)
    assert len(wanted) > 20
    without_ticks = re.sub(r"<text[^>]*>[^A-Za-z<]*</text>", "", text)  # "1" beside "candidates"
    assert find_refused(text_of_page(without_ticks)) == []
    assert not [anchor for anchor in wanted if f'id="{anchor}"' not in text]


@pytest.mark.parametrize("state", ["phase 3", "phase 3 abstained", "phase 3, fixed sizes"])
def test_position_sizing_fits_one_page_of_the_body(state: str, page: Page) -> None:
    chapter = only(page(state), "position_sizing")
    assert len(read(pdf.pdf(emptied(chapter), ())).pages) == 1


def test_page_one_holds_recommendations_matrix_accounts_and_risks(fronts: pypdf.PdfReader) -> None:
    text = text_of(fronts.pages[STATES.index("phase 2")])
    for words in (
        "Phase 1: keep collecting, not decided: win rate, Sharpe and profit factor",
        "Phase 2: reject the adaptive exits, they reduce net return by 3.1 bp",
        "No overall verdict: phases 3 and 4 are not built.",
        "Win rate",
        "55.4 %",
        "53.2 to 57.6 %",
        "FAIL target ≥ 85 %",
        "84.2 %",
        "80.2 %",
        "INCONCLUSIVE target ≥ 82 %",
        "target ≥ 1.4",
        "Sharpe",
        "−10.91",
        "Profit factor",
        "0.53",
        "Max drawdown",
        "77.3 %",
        "stated, unverified",
        "Time to a decision",
        "Buy-and-hold",
        "Largest risks",
        "SIMULATED MARKET",
    ):
        assert words in text, words
    assert text.count("not built") >= 8


def test_phases_not_built_have_no_number(front: Page) -> None:
    text = front("losing")
    metrics = text[: text.index('<tr class="foot">')]
    cells = re.findall(r'<td class="later">(.*?)</td>', metrics)
    assert len(cells) == 16
    for cell in cells:
        words = re.findall(r'<span class="line">(.*?)</span>', cell)
        assert words[0][0] in "≥&<"
        assert words[1] == "not built"


def test_every_page_names_source_document_and_number(sheets: list[str], states: States) -> None:
    document_id = states[FULL]().document_id
    total = len(sheets)
    assert 25 <= total <= 45
    for number, text in enumerate(sheets, start=1):
        assert "SIMULATED MARKET" in text
        assert f"{number} of {total}" in text
        assert f"Document {document_id}" in text
        assert len(text) > 300, f"page {number} is nearly empty"


def test_outline_lists_the_chapters_and_contents_point_to_them(
    document: pypdf.PdfReader, sheets: list[str]
) -> None:
    tops = [entry for entry in document.outline if not isinstance(entry, list)]
    assert [entry.title for entry in tops] == CHAPTERS
    contents = sheets[1]
    for entry in tops[2:]:
        number = document.get_destination_page_number(entry) + 1
        assert re.search(rf"{re.escape(entry.title)}[ .]*{number}\b", contents), entry.title


def test_charts_ask_for_no_other_font(page: Page) -> None:
    """Every chart of every chapter, painted."""
    charts = re.findall(r"<svg .*?</svg>", page(FULL), re.DOTALL)
    assert len(charts) > 15
    for chart in charts:
        assert re.findall(r'font-family="([^"]*)"', chart) == ["DejaVu Sans"]
        assert " style=" not in chart


def test_fonts_are_embedded_dejavu_only(document: pypdf.PdfReader, fronts: pypdf.PdfReader) -> None:
    """Of the text in the whole report, of painted charts on the pages one."""
    found = {}
    for sheet in [*document.pages, *fronts.pages]:
        for font in sheet["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            found[str(inner["/BaseFont"])] = "/FontFile2" in inner["/FontDescriptor"].get_object()
    assert found
    assert all("DejaVu" in name for name in found)
    assert all(found.values())


def test_files_are_attached_as_they_are(document: pypdf.PdfReader, states: States) -> None:
    expected = {one.name: [one.content] for one in states[FULL]().attachments}
    assert sorted(expected) == ["gates.json", "provenance.json"]
    assert dict(document.attachments) == expected


def test_figures_have_alternative_texts(page: Page) -> None:
    text = page(FULL)
    titles = re.findall(r'<svg [^>]*role="img">\s*<title>(.*?)</title>', text, re.DOTALL)
    assert len(titles) == text.count("<svg ") > 15
    assert all(len(title) > 40 for title in titles)


def test_each_rule_stands_with_its_contribution_and_interval(page: Page, states: States) -> None:
    text = page(FULL)
    rows = ablation.variants(states[FULL]().validation.adaptive_exits.ablation)
    assert len(rows) == 6
    for row in rows:
        assert f"{row.name} {numbers.estimate(row.contribution, 'bps')}  {row.verdict}" in text, (
            row.name
        )


def test_nothing_of_the_machine_is_printed(page: Page, project: Path) -> None:
    text = page(FULL)
    assert str(project) not in text
    assert str(Path.home()) + "/" not in text
    assert "file://" not in text
    assert "http://" not in text.replace("http://www.w3.org/", "")


def test_reasons_are_printed_in_full(states: States) -> None:
    """Which limit decides stands at the end of a reason: it must not be cut or run off the page."""
    base = states["phase 1"]()
    long = "the slope decides: " + "its interval 0.75 to 1.13 reaches below 0.8, " * 4 + "THE END"
    calibrated = {
        name: replace(row, reason=long)
        for name, row in base.confidence.calibration_by_regime.items()
    }
    claims = tuple(replace(row, reason=long) for row in base.validation.claims)
    inputs = replace(
        validated(base, claims=claims),
        confidence=replace(base.confidence, calibration_by_regime=calibrated),
    )
    with unpainted():
        text = pages.html(inputs)
    again = 1  # the volatility chapter repeats the reason of the claim on regime accuracy
    assert text.count(long) == len(calibrated) + len(claims) + again
    sheets = read(pdf.pdf(only(text, "claims"), ())).pages
    assert sum(text_of(sheet).count("THE END") for sheet in sheets) == len(claims)


def test_strings_from_data_are_shown_as_text(page: Page) -> None:
    text = page("real bars")
    assert text.count("<script") == 1  # the page's own
    assert "&lt;script&gt;alert(1)&lt;/script&gt;.txt" in text
    assert "⟨U+4E2D⟩⟨U+6587⟩⟨U+DCFF⟩.md" in text
    assert "and 20 more" in text
    quality = read(pdf.pdf(only(text, "quality"), ()))
    shown = " ".join(text_of(sheet) for sheet in quality.pages)
    assert "<script>alert(1)</script>.txt" in shown
    assert "REAL BARS" in shown
    assert "SIMULATED" not in shown


@pytest.mark.parametrize("chapter", ["quality", "trades"])
def test_long_tables_break_with_their_headings(page: Page, chapter: str) -> None:
    sheets = [text_of(s) for s in read(pdf.pdf(only(page("many coins"), chapter), ())).pages]
    everything = " ".join(sheets)
    assert all(f"COIN{k:02d}USDT" in everything for k in range(63))
    heading = {"quality": "Coin From, to Bars", "trades": "Coin Phase 0 trades"}[chapter]
    assert sum(heading in sheet for sheet in sheets) >= 2


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


def test_no_state_is_forgotten(states: States) -> None:
    assert sorted(states) == STATES


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


def test_the_page_is_the_same_for_any_number_of_workers(
    states: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Charts painted, by one process and by three."""
    inputs, made = states["phase 1"](), []
    chosen = [one for one in registry.chapters(inputs) if one.folder in ("gates", "performance")]
    for workers in ("1", "3"):
        monkeypatch.setenv("DIPMASTER_WORKERS", workers)
        made.append(pages.html(inputs, [*chosen, DECISION]))
    assert made[0] == made[1]
    assert made[0].count("<svg ") > 2


def test_the_appendix_is_folded_on_a_screen(page: Page, states: States) -> None:
    text = page(FULL)
    folded = re.findall(r'<details class="fold"><summary>(.*?)</summary>', text)
    chapters = registry.chapters(states[FULL]())
    assert folded == [one.title for one in chapters if one.part == "appendix"]
    assert text.count("appendix-heading") == 2  # its rule in the style sheet, and once in print


def test_every_table_and_chart_stands_in_a_box(page: Page) -> None:
    text = page(FULL)
    body = text[text.index("<main>") : text.index("<script>")]
    wide = body.count("<table") + body.count("<svg ")
    assert body.count('<div class="scroll"><') == wide > 50
