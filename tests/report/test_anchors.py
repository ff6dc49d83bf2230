"""Labels of charts begin in the PDF where their anchor would have put them."""

import re

import pytest
from fontTools.ttLib import TTFont

from dipmaster.report.kit.anchors import anchor_at_start, text_width
from dipmaster.report.kit.printable import bundled_font


def label(attributes: str, words: str, x: float = 100.0, after: str = ' y="7"') -> str:
    return f'<text font-size="10px"{attributes} x="{x:.2f}"{after}>{words}</text>'


@pytest.mark.parametrize(("anchor", "x"), [("middle", 93.64), ("end", 87.28)])
def test_two_digits_of_1303_units_each_begin_before_their_anchor(anchor: str, x: float) -> None:
    after = ' y="7" transform="rotate(-90 100 7)"'
    assert anchor_at_start(
        label(f' text-anchor="{anchor}" fill="#444444"', "00", 100.0, after)
    ) == label(' fill="#444444"', "00", x, after)


def test_an_escaped_letter_counts_once() -> None:
    start = re.search(r' x="([^"]*)"', anchor_at_start(label(' text-anchor="end"', "&lt;&amp;")))
    width = text_width("<&", 10.0)
    assert start
    assert width is not None
    assert float(start[1]) == pytest.approx(100.0 - width, abs=0.005)


@pytest.mark.parametrize("bold", [False, True])
def test_widths_are_those_of_the_font_s_own_table(bold: bool) -> None:
    font = TTFont(bundled_font("DejaVuSans-Bold" if bold else "DejaVuSans"))
    names, table = font.getBestCmap(), font["hmtx"]
    words = "Phase 1: −12.3 % (95 %), σ²"
    units = sum(table[names[ord(letter)]][0] for letter in words)
    assert text_width(words, 8.0, bold) == pytest.approx(8.0 * units / 2048)


@pytest.mark.parametrize(
    "kept",
    [
        label(' text-anchor="start"', "00"),
        label(' text-anchor="end"', "中"),
        label(' text-anchor="end" font-style="italic"', "00"),
        label(' text-anchor="middle"', '<tspan x="1">00</tspan>'),
        '<text text-anchor="end" x="1" y="2">00</text>',
    ],
)
def test_other_labels_keep_their_anchor(kept: str) -> None:
    assert anchor_at_start(kept) == kept
