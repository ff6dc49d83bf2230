"""The HTML in every state, and the PDF as a reader, a printer and a machine meet it."""

import ctypes.util
import re
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from dipmaster.foundation.errors import DipMasterError, PipelineError
from dipmaster.report import pages, render
from dipmaster.report.inputs import Inputs

States = dict[str, Callable[[], Inputs]]
CUT = '<section class="chapter" id="contents">'
STATES = [
    "all phases",
    "all wins",
    "long reasons",
    "losing",
    "many coins",
    "no trades",
    "one trade",
    "passing",
    "real bars",
    "ruined",
    "too short",
]
CHAPTERS = [
    "Decision page",
    "Contents",
    "Achievement matrix",
    "Phase 0: the strategy as it stands",
    "Data quality",
    "Readings and contradictions of the roadmap",
    "Definitions",
    "Provenance",
    "Sign-off",
]


Page = Callable[[str], str]


def only(text: str, chapter: str) -> str:
    """The page with one chapter alone: a fraction of the time to lay it out."""
    head = text[: text.index('<section class="page-one"')]
    start = text.index(f'<section class="chapter" id="{chapter}">')
    return head + text[start : text.index("</section>", start)] + "</section></body></html>"


@pytest.fixture(scope="module")
def page(states: States, templates: Path, style: Path) -> Page:
    """The HTML of a state by its name, made once."""

    @cache
    def made(name: str) -> str:
        return render.html(templates, pages.context(states[name](), style))

    return made


def read(document: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(document))


def text_of(sheet: pypdf.PageObject) -> str:
    return re.sub(r"\s+", " ", sheet.extract_text())


@pytest.fixture(scope="module")
def document(states: States, page: Page) -> pypdf.PdfReader:
    return read(render.pdf(page("losing"), states["losing"]().gates_bytes))


@pytest.mark.parametrize("state", STATES)
def test_every_state_fills_one_decision_page_and_prints_no_raw_null(state: str, page: Page) -> None:
    text = page(state)
    body = text.split("</style>", 1)[1]
    visible = re.sub(r"<[^>]*>", " ", re.sub(r"<svg.*?</svg>", " ", body, flags=re.DOTALL))
    assert not re.search(r"\b(None|nan|NaN|inf|Undefined)\b", visible)
    head = text.split(CUT)[0] + "</body></html>"
    sheets = read(render.pdf(head, b"[]")).pages
    assert len(sheets) == 1
    assert "net return on the capital out of sample" in text_of(sheets[0])


def test_page_one_holds_the_matrix_and_what_a_trade_leaves(document: pypdf.PdfReader) -> None:
    text = text_of(document.pages[0])
    for words in (
        "No verdict yet: phases 1 to 4 are not built.",
        "Win rate",
        "55.4 %",
        "53.2 to 57.6 %",
        "FAIL · target ≥ 85 %",
        "Sharpe",
        "−10.91",
        "Profit factor",
        "0.53",
        "Max drawdown",
        "77.3 %",
        "stated, unverified",
        "contradict each other",
        "needed to break even 70.3 %",
        "paid in costs −22.4 bp",
        "SIMULATED MARKET",
    ):
        assert words in text, words
    assert text.count("not built") >= 16


def test_phases_not_built_have_no_number(page: Page) -> None:
    text = page("losing")
    cells = re.findall(r'<td class="later">(.*?)</td>', text)
    assert len(cells) == 16
    for cell in cells:
        words = re.findall(r'<span class="line">(.*?)</span>', cell)
        assert words[0][0] in "≥&<"
        assert words[1] == "not built"


def test_every_page_names_source_and_number(document: pypdf.PdfReader) -> None:
    total = len(document.pages)
    assert 8 <= total <= 16
    for number, sheet in enumerate(document.pages, start=1):
        text = text_of(sheet)
        assert "SIMULATED MARKET" in text
        assert f"{number} of {total}" in text
        assert len(text) > 400, f"page {number} is nearly empty"


def test_outline_lists_the_chapters_and_contents_point_to_them(document: pypdf.PdfReader) -> None:
    tops = [entry for entry in document.outline if not isinstance(entry, list)]
    assert [entry.title for entry in tops] == CHAPTERS
    contents = text_of(document.pages[1])
    for entry in tops[2:]:
        number = document.get_destination_page_number(entry) + 1
        assert re.search(rf"{re.escape(entry.title)}[ .]*{number}\b", contents), entry.title


def test_fonts_are_embedded_dejavu_only(document: pypdf.PdfReader) -> None:
    fonts = {}
    for sheet in document.pages:
        for font in sheet["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            fonts[str(inner["/BaseFont"])] = "/FontFile2" in inner["/FontDescriptor"].get_object()
    assert fonts
    assert all("DejaVu" in name for name in fonts)
    assert all(fonts.values())


def test_gates_are_attached_as_they_are(document: pypdf.PdfReader, losing: Inputs) -> None:
    assert document.attachments["gates.json"] == [losing.gates_bytes]


def test_figures_have_alternative_texts(page: Page) -> None:
    text = page("losing")
    titles = re.findall(r'<svg [^>]*role="img">\s*<title>(.*?)</title>', text, re.DOTALL)
    assert len(titles) == text.count("<svg ") == 9
    assert all(len(title) > 40 for title in titles)


def test_nothing_of_the_machine_is_printed(page: Page, project: Path) -> None:
    text = page("losing")
    assert str(project) not in text
    assert str(Path.home()) + "/" not in text
    assert "file://" not in text
    assert "http://" not in text.replace("http://www.w3.org/", "")


def test_strings_from_data_are_shown_as_text(page: Page) -> None:
    text = page("real bars")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;.txt" in text
    assert "⟨U+4E2D⟩⟨U+6587⟩⟨U+DCFF⟩.md" in text
    assert "and 20 more" in text
    quality = read(render.pdf(only(text, "quality"), b"[]"))
    shown = " ".join(text_of(sheet) for sheet in quality.pages)
    assert "<script>alert(1)</script>.txt" in shown
    assert "REAL BARS" in shown
    assert "SIMULATED" not in shown


@pytest.mark.parametrize("chapter", ["quality", "phase-0"])
def test_long_tables_break_with_their_headings(page: Page, chapter: str) -> None:
    sheets = [text_of(s) for s in read(render.pdf(only(page("many coins"), chapter), b"[]")).pages]
    everything = " ".join(sheets)
    assert all(f"COIN{k:02d}USDT" in everything for k in range(63))
    heading = {"quality": "Coin From, to Bars", "phase-0": "Coin Trades Win rate"}[chapter]
    assert sum(heading in sheet for sheet in sheets) >= 2


def test_a_value_that_a_stage_did_not_write_names_the_cure(
    losing: Inputs, templates: Path, style: Path
) -> None:
    context = pages.context(losing, style)
    del context["phase"]
    with pytest.raises(PipelineError, match=r"(?s)'phase' is undefined.*`dvc repro`"):
        render.html(templates, context)


def test_no_state_is_forgotten(states: States) -> None:
    assert sorted(states) == STATES


def test_a_number_without_format_is_refused() -> None:
    for value in (None, 0.1):
        with pytest.raises(TypeError, match="without a number format"):
            render._printable_value(value)


def test_names_may_break_and_stay_safe() -> None:
    assert render.breakable("a_b.c<d>") == "a_<wbr>b.<wbr>c&lt;d&gt;"


def test_a_missing_library_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    from weasyprint.text import ffi

    assert ctypes.util.find_library("pango-1.0")
    monkeypatch.setattr(ffi, "harfbuzz_subset", None)
    with pytest.raises(DipMasterError, match=r"apt-get install .*libharfbuzz-subset0"):
        render._weasyprint()
