"""Page one of every state: on one page, with all that it promises."""

import re
from contextlib import nullcontext
from functools import cache

import pypdf
import pytest

from dipmaster.report import pages
from dipmaster.report.chapters.decision.view import DECISION
from dipmaster.report.kit import pdf
from tests.report.conftest import unpainted
from tests.report.rendered import FRONT, Page, States, fonts_of, no_raw_value, read, text_of

pytestmark = [pytest.mark.slow, pytest.mark.painted]
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
PAINTED_FRONTS = ["all phases", "no trades", "one trade", "phase 2"]


@pytest.fixture(scope="module")
def front(states: States) -> Page:
    """Page one alone, of a state by its name; charts are painted in some states only."""

    @cache
    def made(name: str) -> str:
        with nullcontext() if name in PAINTED_FRONTS else unpainted():
            return pages.html(states[name](), [DECISION])

    return made


@pytest.fixture(scope="module")
def fronts(front: Page) -> pypdf.PdfReader:
    """Page one of every state in one document."""
    texts = [front(state) for state in STATES]
    first = texts[0]
    start, end = first.index(FRONT), first.rindex("</body>")
    bodies = [text[text.index(FRONT) : text.rindex("</body>")] for text in texts]
    whole = first[:start] + NEXT_PAGE.join(bodies).replace(' id="decision"', "") + first[end:]
    return read(pdf.pdf(whole, ()))


def test_no_state_is_forgotten(states: States) -> None:
    assert sorted(states) == STATES


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


def test_fonts_are_embedded_dejavu_only(fronts: pypdf.PdfReader) -> None:
    """Of painted charts too."""
    found = fonts_of(fronts.pages)
    assert found
    assert all("DejaVu" in name for name in found)
    assert all(found.values())
