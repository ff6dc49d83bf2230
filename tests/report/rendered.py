"""Pages as HTML and as PDF, and what is read from them."""

import re
from collections.abc import Callable, Iterable
from io import BytesIO

import pypdf

from dipmaster.report.inputs import ReportInputs

States = dict[str, Callable[[], ReportInputs]]
Page = Callable[[str], str]
FRONT = '<section class="page-one'
FULL = "phase 3"  # every chapter


def only(text: str, chapter: str) -> str:
    """The page with one chapter alone: a fraction of the time to lay it out."""
    head = text[: text.index(FRONT)]
    start = text.index(f'<section class="chapter" id="{chapter}">')
    return head + text[start : text.index("</section>", start)] + "</section></body></html>"


def read(document: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(document))


def text_of(sheet: pypdf.PageObject) -> str:
    return re.sub(r"\s+", " ", sheet.extract_text())


def emptied(page: str) -> str:
    """The page with its charts emptied to their frame and title."""
    return re.sub(
        r"(<svg [^>]*>\s*<title>.*?</title>).*?</svg>", r"\1</svg>", page, flags=re.DOTALL
    )


def no_raw_value(text: str) -> bool:
    body = re.sub(r"<(svg|style|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    visible = re.sub(r"<[^>]*>", " ", body)
    return not re.search(r"\b(None|nan|NaN|inf|Undefined)\b", visible)


def fonts_of(sheets: Iterable[pypdf.PageObject]) -> dict[str, bool]:
    """Fonts of some pages by name, and whether each is embedded as TrueType."""
    found = {}
    for sheet in sheets:
        for font in sheet["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            found[str(inner["/BaseFont"])] = "/FontFile2" in inner["/FontDescriptor"].get_object()
    return found
