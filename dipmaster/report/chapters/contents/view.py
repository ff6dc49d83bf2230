"""Headings of the chapters, as printed, to two lists, of the body and of the appendix."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dipmaster.report.chapter import Chapter, Part

TEMPLATE = "chapters/contents/contents.html.j2"
_PART = re.compile(r'<h3 id="([^"]+)">(.*?)</h3>')


TITLES: Mapping[Part, str] = {"body": "Report", "appendix": "Appendix"}
CONTINUED = "Appendix, continued"
MOST_LINES = 58  # of a column of one page


@dataclass(frozen=True)
class ContentsLine:
    """One line of the contents.

    Attributes
    ----------
    anchor
        Of a chapter or of a part of the one above it; empty for the name of a part of the report.
    css
        Its class: "group" or "part", none for a chapter.
    """

    anchor: str
    title: str
    css: str = ""


def list_columns(
    chapters: Sequence[Chapter], printed: Sequence[str]
) -> list[Sequence[ContentsLine]]:
    """The body, then the appendix: chapters with their parts, headings that have an id.

    Two lists beside each other: WeasyPrint would try one break after another to balance columns.
    An appendix too long for its column begins below the body, so that both are about as long.
    """
    columns = [lines for part in TITLES if (lines := _list_part(part, chapters, printed))]
    if len(columns) < len(TITLES) or len(columns[1]) <= MOST_LINES:
        return columns
    body, appendix = columns
    starts = [k for k, line in enumerate(appendix) if not line.css]
    at = min(starts, key=lambda k: max(len(body) + k, len(appendix) + 1 - k))
    continued = ContentsLine("", CONTINUED, "group")
    return [[*body, *appendix[:at]], [continued, *appendix[at:]]]


def list_once(columns: Sequence[Sequence[ContentsLine]]) -> list[ContentsLine]:
    """All lines in order, for a list that is not cut into columns."""
    return [line for column in columns for line in column if line.title != CONTINUED]


def _list_part(
    part: Part, chapters: Sequence[Chapter], printed: Sequence[str]
) -> Sequence[ContentsLine]:
    lines = [
        line
        for chapter, text in zip(chapters, printed, strict=True)
        if chapter.part == part
        for line in (ContentsLine(chapter.folder, chapter.title), *find_parts(text))
    ]
    return [ContentsLine("", TITLES[part], "group"), *lines] if lines else []


def find_parts(chapter: str) -> list[ContentsLine]:
    """Parts of a printed chapter, in order."""
    return [ContentsLine(anchor, Markup(title), "part") for anchor, title in _PART.findall(chapter)]
