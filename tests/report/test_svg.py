"""Charts are made small without losing a stroke, and tell the page where their data are."""

import json
import re
from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest

from dipmaster.report.kit.drawing import date_ticks, drawing, inline_svg, list_rows, new_figure
from dipmaster.report.kit.svg import compact, without_data

pytestmark = pytest.mark.painted

WRITTEN = """<?xml version="1.0"?>
<svg width="10pt" viewBox="0 0 10 10">
 <g id="figure_1">
  <path d="M 0 9.123456
L 1 2
" style="fill: none"/>
  <g id="series:point||a &gt; b">
   <path d="M 0 9.129999
L -1.5 2.000001
" clip-path="url(#p1)" style="fill: none; stroke: #1f3a5f; stroke-width: 0.6"/>
  </g>
  <text style="font-size: 7px; font-family: 'DejaVu Sans'; fill: #444444" x="1.239" \
transform="rotate(-0 1.239 2)">p = 0.12345</text>
 </g>
</svg>"""


def axes_of(svg: str) -> list[list[object]]:
    found = re.search(r"data-axes='([^']*)'", svg)
    assert found
    described: list[list[object]] = json.loads(unescape(found[1]))
    return described


def test_a_chart_keeps_strokes_words_and_names_and_nothing_else() -> None:
    small = compact(WRITTEN)
    assert "".join(line.strip() for line in small.splitlines()) == (
        '<svg width="10pt" viewBox="0 0 10 10" font-family="DejaVu Sans">'
        '<g data-series="point||a &gt; b">'
        '<path d="M 0 9.12L -1.5 2.00" clip-path="url(#p1)" fill="none" stroke="#1f3a5f"'
        ' stroke-width="0.6"/>'
        "</g>"
        '<text font-size="7px" fill="#444444" x="1.23">p = 0.12345</text>'
        "</svg>"
    )


def test_the_pdf_gets_no_data_and_no_group_for_it() -> None:
    chart = """<svg data-axes='[1,"a"]' role="img"><g data-series="point||a"><path/></g></svg>"""
    assert without_data(chart) == '<svg role="img"><path/></svg>'


def test_ids_of_two_charts_differ() -> None:
    def draw(alt: str) -> set[str]:
        figure = new_figure(20)
        figure.subplots().plot([0, 1], [0, 1])
        return set(re.findall(r' id="([^"]+)"', inline_svg(figure, alt)))

    with drawing():
        first, second = draw("one"), draw("two")
    assert first
    assert not first & second


def test_axes_tell_scale_ends_words_and_label() -> None:
    with drawing():
        figure = new_figure(40)
        upper, lower = figure.subplots(2, 1)
        upper.plot(np.array(["2024-01-01", "2024-01-03"], dtype="datetime64[D]"), [1.0, 10.0])
        upper.set_xlim(np.datetime64("2024-01-01"), np.datetime64("2024-01-03"))
        upper.set_yscale("log")
        upper.set_ylim(1, 100)
        upper.set_title("equity")
        date_ticks(upper.xaxis)
        lower.barh([0, 1], [2.0, -3.0])
        lower.set_xlabel("per\ncent")
        list_rows(lower, ["A & B", "it's"])
        first, second = axes_of(inline_svg(figure, "chart"))
    assert first[4:] == [["date", 19723, 19725, ""], ["log", 1, 100, "equity"]]
    assert second[4][3] == "per cent"
    assert second[5][4] == [[0, "A & B"], [1, "it's"]]
    left, top, width, height = first[:4]
    assert 0 <= left < left + width <= 504
    assert 0 <= top < top + height <= second[1]


def test_data_are_marked_and_lines_across_an_axis_are_not() -> None:
    with drawing():
        figure = new_figure(40)
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], label="this phase")
        axes.bar([0, 1], [2.0, -0.5])
        axes.barh(0, 5, zorder=0)
        axes.scatter([0], [1], label="_hidden")
        axes.axvline(0.5)
        axes.grid()
        svg = inline_svg(figure, "chart")
    assert sorted(re.findall(r'data-series="([^"]*)"', svg)) == [
        "point||",
        "point||this phase",
        "vertical|-0.5|",
        "vertical|2|",
    ]


def test_an_axis_on_another_scale_is_left_out() -> None:
    with drawing():
        figure = new_figure(20)
        axes = figure.subplots()
        axes.set_yscale("symlog")
        assert axes_of(inline_svg(figure, "chart")) == []


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [np.nan, 1.0]])
@pytest.mark.parametrize("drawn", ["plot", "scatter"])
def test_a_series_of_which_nothing_is_known_leaves_a_whole_chart(
    drawn: str, values: list[float]
) -> None:
    """Matplotlib writes its named group without an end."""
    with drawing():
        figure = new_figure(30)
        axes = figure.subplots()
        getattr(axes, drawn)(range(len(values)), values, label="calibration")
        axes.plot([0, 1], [0, 1])
        axes.legend()
        chart = inline_svg(figure, "Calibration")
    for svg in (str(chart), without_data(str(chart))):
        ElementTree.fromstring(svg)
        assert svg.count("<g ") == svg.count("</g>")
