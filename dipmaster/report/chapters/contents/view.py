"""Headings of the chapters, as printed, to a list in two columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dipmaster.report.chapter import Chapter

TEMPLATE = "chapters/contents/contents.html.j2"
_PART = re.compile(r'<h3 id="([^"]+)">(.*?)</h3>')


@dataclass(frozen=True)
class ContentsLine:
    """One line of the contents: a chapter, or a part of the one above it."""

    anchor: str
    title: str
    is_part: bool = False


def list_lines(chapters: Sequence[Chapter], printed: Sequence[str]) -> list[ContentsLine]:
    """Chapters with their parts, which are the headings that have an id."""
    return [
        line
        for chapter, text in zip(chapters, printed, strict=True)
        for line in (ContentsLine(chapter.anchor, chapter.title), *find_parts(text))
    ]


def find_parts(chapter: str) -> list[ContentsLine]:
    """Parts of a printed chapter, in order."""
    return [ContentsLine(anchor, Markup(title), True) for anchor, title in _PART.findall(chapter)]


def in_columns(
    lines: Sequence[ContentsLine],
) -> tuple[Sequence[ContentsLine], Sequence[ContentsLine]]:
    """Two halves: WeasyPrint would try one break after another to balance them."""
    half = (len(lines) + 1) // 2
    return lines[:half], lines[half:]
