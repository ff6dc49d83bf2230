"""Where everything stands on the pages: WeasyPrint's boxes, and what is wrong with them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dipmaster.report.kit import pdf
from dipmaster.report.kit.drawing import without_cycle_search

Page = Any
"""A page's box; WeasyPrint has no types."""
TOLERANCE_PX = 0.6
"""Rounding of widths in per cent; half a point is no overlap that a reader sees."""
ANYWHERE = {"any", "mono"}
"""Classes of cells that may break within a word."""


@dataclass(frozen=True)
class Stretch:
    """From where to where the text of a cell reaches, CSS pixels from the page's left edge."""

    page: int
    row: int
    text: str
    left: float
    right: float


def lay_out(page: str) -> list[Page]:
    """The pages of a report as WeasyPrint sets them, unpainted."""
    with pdf._only_bundled_fonts(), without_cycle_search():
        document = pdf._weasyprint().HTML(string=pdf.with_images(page), base_url=None).render()
    return [one._page_box for one in document.pages]


def text_of(page: Page) -> str:
    """All text of a page's content."""
    return " ".join(box.text for box in _inked(page) if hasattr(box, "text"))


def right_edges(page: Page, tag: str) -> set[int]:
    """Where the boxes of one kind of element end, CSS pixels from the page's left edge."""
    kinds = ("BlockBox", "InlineBlockBox")
    found = (box for box in _descend(page) if box.element_tag == tag)
    boxes = [box for box in found if type(box).__name__ in kinds]
    return {round(box.position_x + box.margin_width()) for box in boxes}


def find_beyond(pages: Sequence[Page]) -> list[str]:
    """Texts and pictures that run beyond the content box of their page, each with its page."""
    return [
        f"page {number}: {getattr(box, 'text', 'picture')!r}"
        for number, page in enumerate(pages, start=1)
        for box in _inked(page)
        if box.position_x < page.content_box_x() - TOLERANCE_PX
        or box.position_x + box.width > page.content_box_x() + page.width + TOLERANCE_PX
        or box.position_y + box.height > page.content_box_y() + page.height + TOLERANCE_PX
    ]


def find_overlaps(pages: Sequence[Page]) -> list[str]:
    """Cells of one row whose texts touch, each pair with its page."""
    rows: dict[int, list[Stretch]] = {}
    for number, page in enumerate(pages, start=1):
        for row, cell in _cells(page):
            texts = [box for box in _descend(cell) if hasattr(box, "text")]
            if texts:
                rows.setdefault(id(row), []).append(_stretch(number, row, texts))
    return [
        f"page {left.page}: {left.text!r} runs into {right.text!r}"
        for row in rows.values()
        for left, right in pairwise(sorted(row, key=lambda one: one.left))
        if left.right > right.left + TOLERANCE_PX
    ]


def find_broken_words(pages: Sequence[Page]) -> list[str]:
    """Parts of words that end a line of a cell, where its column is narrower than a word."""
    return [
        f"page {number}: {part!r}"
        for number, page in enumerate(pages, start=1)
        for _, cell in _cells(page)
        if not ANYWHERE & set(cell.element.get("class", "").split())
        for part in sorted(_parts(_text(cell)) - _words(cell.element))
    ]


def _stretch(page: int, row: Any, texts: Sequence[Any]) -> Stretch:
    return Stretch(
        page,
        id(row),
        " ".join(box.text for box in texts),
        min(box.position_x for box in texts),
        max(box.position_x + box.width for box in texts),
    )


def _parts(text: str) -> set[str]:
    """Words, and what stands between the marks at which a word may break."""
    return set(re.split(r"[\s\u200b/_.\-–:,;()]+", text))


def _words(element: Any) -> set[str]:
    """Of a cell as it was written, whether its pieces stand in one line or in several."""
    pieces = list(element.itertext())
    return {"", *_parts("".join(pieces)), *_parts(" ".join(pieces))}


def _text(cell: Any) -> str:
    lines = [box for box in _descend(cell) if type(box).__name__ == "LineBox"]
    inner = [{id(box) for box in _descend(line)} - {id(line)} for line in lines]
    outer = [line for line in lines if not any(id(line) in held for held in inner)]
    return " ".join(map(_line, outer))


def _line(line: Any) -> str:
    """Text of a line; boxes in it have lines of their own."""
    boxes = _descend(line)
    return "".join(
        " " if type(box).__name__ == "LineBox" else box.text
        for box in boxes
        if hasattr(box, "text") or type(box).__name__ == "LineBox"
    )


def _cells(page: Page) -> Iterator[tuple[Any, Any]]:
    for row in _descend(page):
        if type(row).__name__ == "TableRowBox":
            yield from ((row, cell) for cell in row.children)


def _inked(page: Page) -> Iterator[Any]:
    """Texts and pictures of the page's flow; its margins are no content, and a flag is hidden."""
    for child in page.children:
        if type(child).__name__ == "MarginBox":
            continue
        for box in _descend(child):
            is_flag = box.style["color"].alpha == 0
            if (hasattr(box, "text") or hasattr(box, "replacement")) and not is_flag:
                yield box


def _descend(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from _descend(child)
