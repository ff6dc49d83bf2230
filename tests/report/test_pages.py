"""The HTML in every state, and its chapters as a reader of the PDF meets them."""

import re
from contextlib import nullcontext
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from dipmaster.report import pages, registry
from dipmaster.report.chapters.changes import ablation
from dipmaster.report.chapters.decision.view import DECISION
from dipmaster.report.kit import numbers, pdf
from dipmaster.report.kit.html import curl_apostrophes
from tests.report.conftest import unpainted
from tests.report.rendered import FULL, Page, States, emptied, no_raw_value, only, read, text_of
from tests.report.run import validated
from tests.report.wording import find_refused, text_of_page

pytestmark = [pytest.mark.slow, pytest.mark.painted]
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
PAINTED = [FULL, "phase 2, no candidates"]  # the latter has phase 1's empty charts too


@pytest.fixture(scope="module")
def page(states: States) -> Page:
    """The HTML of a state by its name, made once; charts are painted in some states only."""

    @cache
    def made(name: str) -> str:
        with nullcontext() if name in PAINTED else unpainted():
            return pages.html(states[name]())

    return made


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


def test_charts_ask_for_no_other_font(page: Page) -> None:
    """Every chart of every chapter, painted."""
    charts = re.findall(r"<svg .*?</svg>", page(FULL), re.DOTALL)
    assert len(charts) > 15
    for chart in charts:
        assert re.findall(r'font-family="([^"]*)"', chart) == ["DejaVu Sans"]
        assert " style=" not in chart


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


@pytest.mark.parametrize(
    ("page", "curled"),
    [
        ("<p>a coin's price</p>", "<p>a coin’s price</p>"),
        ("<p>a coin&#39;s price</p>", "<p>a coin’s price</p>"),
        ("<td title='a'>it's</td>", "<td title='a'>it’s</td>"),
        ("<style>p { font: 'x' }</style>it's", "<style>p { font: 'x' }</style>it’s"),
        ("<svg a='1'><text>x'y</text></svg>it's", "<svg a='1'><text>x'y</text></svg>it’s"),
        ("<span class=\"mono\">f('x')</span>", "<span class=\"mono\">f('x')</span>"),
        ("<td class=\"l mono\">x'y</td><td>x'y</td>", '<td class="l mono">x\'y</td><td>x’y</td>'),
    ],
)
def test_apostrophes_of_texts_alone_are_made_curly(page: str, curled: str) -> None:
    assert curl_apostrophes(page) == curled


def test_the_report_has_one_kind_of_apostrophe(page: Page) -> None:
    text = re.sub(
        r"<(svg|style|script)\b.*?</\1>|<[^>]*mono[^>]*>[^<]*", "", page(FULL), flags=re.S
    )
    assert re.findall(r"\w(?:'|&#39;)\w*", re.sub(r"<[^>]*>", "", text)) == []
