"""Where everything stands on the pages: WeasyPrint's boxes, and what is wrong with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dipmaster.report.kit import pdf

TOLERANCE_PX = 0.6
"""Rounding of widths in per cent; half a point is no overlap that a reader sees."""


@dataclass(frozen=True)
class Stretch:
    """From where to where a cell's text reaches beside where it may.

    Attributes
    ----------
    row
        Identity of the table's row.
    left, right
        Of the text, CSS pixels from the left edge of the page.
    """

    page: int
    row: int
    text: str
    left: float
    right: float


def lay_out(page: str) -> Sequence[Any]:
    """The pages of a report as WeasyPrint sets them, unpainted."""
    with pdf._only_bundled_fonts():
        document = pdf._weasyprint().HTML(string=pdf.with_images(page), base_url=None).render()
    return [one._page_box for one in document.pages]


def find_beyond(pages: Sequence[Any]) -> list[str]:
    """Texts and pictures that run beyond the content box of their page, each with its page."""
    return [
        f"page {number}: {_text(box)!r}"
        for number, page in enumerate(pages, start=1)
        for box in _inked(page)
        if box.position_x < page.content_box_x() - TOLERANCE_PX
        or box.position_x + box.width > page.content_box_x() + page.width + TOLERANCE_PX
        or box.position_y + box.height > page.content_box_y() + page.height + TOLERANCE_PX
    ]


def find_overlaps(pages: Sequence[Any]) -> list[str]:
    """Cells of one row whose texts touch, each pair with its page."""
    rows: dict[int, list[Stretch]] = {}
    for number, page in enumerate(pages, start=1):
        for stretch in _stretches(page, number):
            rows.setdefault(stretch.row, []).append(stretch)
    return [
        f"page {left.page}: {left.text!r} runs into {right.text!r}"
        for row in rows.values()
        for left, right in pairwise(sorted(row, key=lambda one: one.left))
        if left.right > right.left + TOLERANCE_PX
    ]


def _stretches(page: Any, number: int) -> Iterator[Stretch]:
    for row in _descend(page):
        if type(row).__name__ != "TableRowBox":
            continue
        for cell in row.children:
            texts = [box for box in _descend(cell) if hasattr(box, "text")]
            if texts:
                yield Stretch(
                    number,
                    id(row),
                    " ".join(box.text for box in texts),
                    min(box.position_x for box in texts),
                    max(box.position_x + box.width for box in texts),
                )


def _inked(page: Any) -> Iterator[Any]:
    """Boxes of the page's flow that are printed; margin boxes are not of the content."""
    for child in page.children:
        if type(child).__name__ == "MarginBox":
            continue
        for box in _descend(child):
            is_hidden = box.style["color"].alpha == 0 if "color" in box.style else False
            if (hasattr(box, "text") or hasattr(box, "replacement")) and not is_hidden:
                yield box


def _descend(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from _descend(child)


def _text(box: Any) -> str:
    return str(getattr(box, "text", "picture"))
