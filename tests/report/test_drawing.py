"""Thinned curves keep their extremes; drawings are the same every time and safe to inline."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager

from dipmaster.report.chapters.position_sizing import exposure_chart
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import forest
from dipmaster.report.kit.drawing import (
    drawing,
    ink_on,
    inline_svg,
    new_figure,
    thinned,
)
from dipmaster.report.kit.interval_plot import Mark
from dipmaster.report.kit.svg import without_idle_groups
from dipmaster.results.evaluation.sizing import ExposureSeries
from dipmaster.results.metrics import MAX_DRAWDOWN, PROFIT_FACTOR

pytestmark = pytest.mark.painted


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400), st.integers(4, 60))
def test_thinning_keeps_ends_and_extremes(values: list[float], points: int) -> None:
    curve = np.array(values)
    drawn = thinned(curve, points)
    assert drawn.size <= max(points, 4)
    assert (np.diff(drawn) > 0).all()
    assert drawn[0] == 0
    assert drawn[-1] == curve.size - 1
    assert curve[drawn].max() == curve.max()
    assert curve[drawn].min() == curve.min()


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@given(st.integers(0, 0xFFFFFF))
def test_figures_can_be_read_on_every_colour(value: int) -> None:
    """Contrast of 4.5 or more, what WCAG asks of text."""
    colour = f"#{value:06x}"
    lighter, darker = sorted((luminance(colour), float(ink_on(colour) == "white")), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_dates_of_half_a_page_do_not_touch() -> None:
    series = ExposureSeries(phase=3, run_days=7, mean_frac=(0.01,) * 79, turnover=(0.2,) * 79)
    painted = exposure_chart.draw([series], "2023-06-30T00:00:00Z", {3: "Phase 3: sizing"})
    assert 4 <= len(re.findall(r"<!-- \d{4}-\d\d-\d\d -->", painted)) <= 8  # of both panels


def test_a_short_curve_is_kept_whole() -> None:
    assert thinned(np.arange(5.0), 10).tolist() == [0, 1, 2, 3, 4]


def test_an_svg_has_escaped_text_a_title_and_no_leftovers() -> None:
    with drawing():
        figure = new_figure(20)
        figure.subplots().set_title("<script>&")
        text = inline_svg(figure, 'shows "a" < b & c')
    root = ElementTree.fromstring(text)
    assert root[0].text == 'shows "a" < b & c'
    assert "<script>" not in text
    assert "<style" not in text
    assert 'id="figure' not in text
    assert "Verdana" not in text


def test_only_the_packages_own_fonts_are_known() -> None:
    with drawing():
        names = {font.fname for font in font_manager.fontManager.ttflist}
    assert all("mpl-data" in name for name in names)


def test_gates_against_targets_are_the_same_twice_and_named(losing: ReportInputs) -> None:
    with drawing():
        first, second = forest.forest(losing.judged), forest.forest(losing.judged)
    assert first == second
    assert "phase 0 55.4" in first
    assert "target ≥" in first


def test_each_panel_has_a_scale_of_its_own() -> None:
    """A target far from the interval is drawn; a drawdown of 37 % does not hide one of 0.2 %."""
    assert forest._limits(MAX_DRAWDOWN, Mark(37.0, 29.9, 43.7, targets=(3.0,)))[0] < 3.0
    small = forest._limits(MAX_DRAWDOWN, Mark(0.2, 0.1, 0.4, targets=(3.0,)))
    assert small[0] == 0.0
    assert 3.0 < small[1] < 3.5


def test_a_bound_without_end_does_not_set_the_axis() -> None:
    low, high = forest._limits(PROFIT_FACTOR, Mark(2.0, 1.0, 1.7e308, targets=(1.4,)))
    assert 0.0 < low < 1.0
    assert 2.0 < high < 3.0


def test_groups_that_say_nothing_are_dropped_and_the_others_stay_balanced() -> None:
    svg = '<svg><g>\n <g clip-path="a">\n  <g><path/></g>\n </g>\n <g/>\n</g></svg>'
    assert without_idle_groups(svg) == '<svg>\n <g clip-path="a"><path/>\n </g></svg>'


def test_a_chart_holds_no_idle_group(losing: ReportInputs) -> None:
    with drawing():
        drawn = forest.forest(losing.judged)
    assert "<g>" not in drawn
    assert ElementTree.fromstring(str(drawn)).findall(".//{*}path")
