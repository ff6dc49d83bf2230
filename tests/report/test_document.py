"""The whole report as PDF: as a reader, a printer and a machine meet it."""

import re

import pypdf
import pytest

from dipmaster.report import pages
from dipmaster.report.kit import pdf
from tests.report.conftest import unpainted
from tests.report.rendered import FULL, States, emptied, fonts_of, read, text_of

pytestmark = [pytest.mark.slow, pytest.mark.painted]
CHAPTERS = [
    "Decision page",
    "Contents",
    "Purpose and scope",
    "Data and method",
    "Gates",
    "Performance",
    "Risk",
    "Costs and capacity",
    "Stress tests",
    "Sensitivity",
    "Contributions and outcomes",
    "Models",
    "Findings, limits and assumptions",
    "Approvals",
    "Trade statistics",
    "Signal filter and confidence",
    "Exit rules and exit models",
    "Position sizing",
    "Position sizes in detail",
    "Stress scenarios",
    "Sensitivity in detail",
    "Contributions in detail",
    "Change by phase",
    "Monitoring",
    "Rollout readiness",
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


@pytest.fixture(scope="module")
def document(states: States) -> pypdf.PdfReader:
    """All pages with empty charts: they take the same room, and half the time to set."""
    with unpainted():
        page = pages.html(states[FULL]())
    return read(pdf.pdf(emptied(page), states[FULL]().attachments))


@pytest.fixture(scope="module")
def sheets(document: pypdf.PdfReader) -> list[str]:
    """The text of every page."""
    return [text_of(sheet) for sheet in document.pages]


def test_every_page_names_source_document_and_number(sheets: list[str], states: States) -> None:
    document_id = states[FULL]().document_id
    total = len(sheets)
    assert 25 <= total <= 48
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


def test_fonts_are_embedded_dejavu_only(document: pypdf.PdfReader) -> None:
    """Of the text in the whole report."""
    found = fonts_of(document.pages)
    assert found
    assert all("DejaVu" in name for name in found)
    assert all(found.values())


def test_files_are_attached_as_they_are(document: pypdf.PdfReader, states: States) -> None:
    expected = {one.name: [one.content] for one in states[FULL]().attachments}
    assert sorted(expected) == ["gates.json", "provenance.json"]
    assert dict(document.attachments) == expected


def test_streams_are_compressed_to_the_bytes_that_the_pdf_library_makes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = "<html lang=en><title>One</title><body><p>One page, twice.</p></body></html>"
    once = pdf.pdf(page, [])
    monkeypatch.setattr(pdf, "_compress_streams", None)
    assert pdf.pdf(page, []) == once
