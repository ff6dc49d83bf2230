"""Formats of numbers: one a quantity, an en dash for what cannot be computed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.report.kit import numbers

N = numbers.NBSP


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (numbers.percent(0.77345), f"77.3{N}%"),
        (numbers.percent(-0.5604, signed=True), f"−56.0{N}%"),
        (numbers.percent(0.0004, signed=True), f"0.0{N}%"),
        (numbers.set_percent(0.07), f"7{N}%"),
        (numbers.set_percent(0.125), f"12.5{N}%"),
        (numbers.set_percent(0.001), f"0.1{N}%"),
        (numbers.set_percent(1.0), f"100{N}%"),
        (numbers.points(0.0136), f"+1.4{N}points"),
        (numbers.bps(-19.34), f"−19.3{N}bp"),
        (numbers.bps(22.4, signed=False), f"22.4{N}bp"),
        (numbers.money(-45523.3), "−45,523"),
        (numbers.count(6890), "6,890"),
        (numbers.days(550), f"550{N}days"),
        (numbers.days(59.5), f"59.5{N}days"),
        (numbers.ratio(1.7e308), "no bound"),
        (numbers.show(-10.906, "ratio"), "−10.91"),
        (numbers.interval(0.532, 0.576, "percent"), f"53.2 to 57.6{N}%"),
        (numbers.interval(-0.002, 0.03, "points"), f"−0.2 to +3.0{N}points"),
        (numbers.interval(-13.2, -8.7, "ratio"), "−13.20 to −8.70"),
        (numbers.interval(None, None, "percent"), "–"),
        (numbers.target(0.85, "percent", "min"), f"≥{N}85{N}%"),
        (numbers.target(0.03, "percent", "max"), f"<{N}3{N}%"),
        (numbers.target(2.0, "ratio", "min"), f"≥{N}2.0"),
        (numbers.target(1.85, "ratio", "min"), f"≥{N}1.85"),
        (numbers.target(None, "ratio", "min"), "no target"),
        (numbers.interval(None, 0.05, "percent"), f"– to 5.0{N}%"),
        (numbers.typeset("a-1 is -9.79 of 85.0 %"), f"a-1 is −9.79 of 85.0{N}%"),
        (numbers.unit("percent"), "%"),
        (numbers.unit("ratio"), ""),
        (numbers.bare(f"53.2{N}% to –", "percent"), "53.2 to –"),
        (numbers.bare("−13.20 to −8.70", "ratio"), "−13.20 to −8.70"),
        (numbers.p_value(0.0004), f"<{N}0.001"),
        (numbers.p_value(0.041), "0.041"),
        (numbers.state_p(0.0004), f"p{N}<{N}0.001"),
        (numbers.state_p(0.041), f"p{N}={N}0.041"),
        (numbers.state_p(1.0), f"p{N}={N}1.000"),
        (numbers.typeset("slope 1.18 [1.05, -1.31]"), "slope 1.18 (1.05 to −1.31)"),
        (numbers.typeset("2.0 % [0.8 %, 3.3 %]"), f"2.0{N}% (0.8 to 3.3{N}%)"),
        (numbers.typeset("[a, b] and [1]"), "[a, b] and [1]"),
        (
            numbers.typeset("gross profit - fees, not pre-trade"),
            "gross profit − fees, not pre-trade",
        ),
    ],
)
def test_formats(shown: str, expected: str) -> None:
    assert shown == expected


@pytest.mark.parametrize(
    "form",
    [
        numbers.percent,
        numbers.points,
        numbers.bps,
        numbers.money,
        numbers.count,
        numbers.ratio,
        numbers.minutes,
        numbers.days,
    ],
)
def test_nothing_prints_as_a_dash(form: object) -> None:
    assert form(None) == "–"  # type: ignore[operator]


@given(st.floats(-1e12, 1e12), st.integers(0, 6))
def test_a_printed_number_reads_back_and_zero_has_no_sign(value: float, digits: int) -> None:
    text = numbers.plain(value, digits)
    back = float(text.replace(",", "").replace("−", "-"))
    assert back == pytest.approx(value, abs=0.5001 * 10**-digits, rel=1e-12)
    if back == 0:
        assert text[0] == "0"
