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
        (numbers.points(0.0136), f"+1.4{N}points"),
        (numbers.bps(-19.34), f"−19.3{N}bp"),
        (numbers.bps(22.4, signed=False), f"22.4{N}bp"),
        (numbers.money(-45523.3), "−45,523"),
        (numbers.count(6890), "6,890"),
        (numbers.days(550), f"550{N}days"),
        (numbers.days(59.5), f"59.5{N}days"),
        (numbers.ratio(1.7e308), "no bound"),
        (numbers.metric("sharpe", -10.906), "−10.91"),
        (numbers.interval("win_rate", 0.532, 0.576), f"53.2 to 57.6{N}%"),
        (numbers.interval("excess_win_rate", -0.002, 0.03), f"−0.2 to +3.0{N}points"),
        (numbers.interval("sharpe", -13.2, -8.7), "−13.20 to −8.70"),
        (numbers.interval("win_rate", None, None), "–"),
        (numbers.target("win_rate", 0.85, "min"), f"≥{N}85{N}%"),
        (numbers.target("max_drawdown", 0.03, "max"), f"<{N}3{N}%"),
        (numbers.target("sharpe", 2.0, "min"), f"≥{N}2.0"),
        (numbers.target("profit_factor", 1.85, "min"), f"≥{N}1.85"),
        (numbers.name_of("max_drawdown"), "Max drawdown"),
        (numbers.typeset("a-1 is -9.79 of 85.0 %"), f"a-1 is −9.79 of 85.0{N}%"),
        (numbers.name_of("regime_accuracy"), "Regime accuracy"),
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
