"""Bars and intervals in plain text, by hand."""

import pytest

from dipmaster.cli.text_chart import WIDTH, Scale, draw_bar, draw_interval, find_scale


@pytest.mark.parametrize(
    ("value", "bar"),
    [(8.0, "████"), (4.0, "██"), (1.0, "▌"), (3.25, "█▋"), (1e-9, "▏"), (0.0, "")],
)
def test_a_bar_is_as_long_as_its_value(value: float, bar: str) -> None:
    assert draw_bar(value, 8.0, 4) == bar


def test_an_interval_stands_where_its_scale_has_it() -> None:
    scale = Scale(0.0, WIDTH - 1.0)
    line = draw_interval(scale, 4.0, 2.0, 8.0, 11.0)
    assert line == "  ├─●───┤  ┆".ljust(WIDTH)
    assert draw_interval(scale, 4.0, 2.0, 8.0, 6.0) == "  ├─●─┼─┤".ljust(WIDTH)
    assert draw_interval(scale, None, None, None, 0.0) == "┆".ljust(WIDTH)
    assert draw_interval(scale, 0.0, None, None, 3.0) == "●  ┆".ljust(WIDTH)


def test_a_bound_that_does_not_bind_ends_at_the_edge() -> None:
    scale = find_scale([1.0, 2.0, None, 1e300])
    assert scale == Scale(1.0, 2.0)
    assert draw_interval(scale, 1.5, 1.0, 1e300, 2.0).endswith("┼")
    assert find_scale([None]) is None


def test_equal_values_are_drawn_in_the_middle() -> None:
    assert Scale(3.0, 3.0).place(3.0) == round(0.5 * (WIDTH - 1))
