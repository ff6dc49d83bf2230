"""The chapter on gates: reasons without the verdict again, waits with their gate, the notes."""

from dataclasses import replace

import pytest

from dipmaster.report.chapters.gates import view as gates
from dipmaster.report.chapters.gates.reasons import shorten
from dipmaster.report.inputs import ReportInputs
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter
from tests.report.run import run, with_gates, with_phases


@pytest.mark.parametrize(
    ("reason", "printed"),
    [
        (
            "fails, corrected for 5 gates (Holm): win rate, Sharpe, max drawdown",
            "win rate, Sharpe and max drawdown, also after Holm’s correction for 5 gates",
        ),
        ("fails, corrected for 1 gates (Holm): win rate", "win rate"),
        ("inconclusive: win rate, Sharpe, profit factor", "win rate, Sharpe and profit factor"),
        ("inconclusive: win rate", "win rate"),
        ("insufficient data: Sharpe, win rate", "Sharpe and win rate"),
        ("insufficient data: Sharpe; inconclusive: win rate", "Sharpe; inconclusive: win rate"),
        ("all 5 gates pass", "all 5 gates pass"),
        ("sample too small (79 trades, minimum 100)", "sample too small (79 trades, minimum 100)"),
        ("", ""),
    ],
)
def test_a_reason_does_not_repeat_its_verdict(reason: str, printed: str) -> None:
    assert shorten(reason) == printed


def waiting(
    verdict: str, days_needed: int | None, days_to_power: int | None, reason: str = ""
) -> ReportInputs:
    """One phase of which every gate waits so long."""
    base = run()
    phase = replace(
        base.phase(0), verdict=verdict, days_needed=days_needed, days_needed_reason=reason
    )
    rows = tuple(
        replace(row, verdict=verdict, days_to_power=days_to_power if not place else 0)
        for place, row in enumerate(base.gates)
    )
    return with_gates(with_phases(base, {0: phase}), rows)


@pytest.mark.parametrize(
    ("verdict", "days_needed", "days_to_power", "printed"),
    [
        ("PASS", 0, None, "decided"),
        ("INCONCLUSIVE", 992, 992, "about 2.7 years (win rate)"),
        ("INCONCLUSIVE", None, 80, "about 80 days (win rate)"),
        ("INCONCLUSIVE", None, None, "no rate"),
        ("INCONCLUSIVE", 40, None, "about 40 days"),
        ("INSUFFICIENT DATA", 80, 992, "about 2.7 years (win rate) minimum data: about 80 days"),
        ("INSUFFICIENT DATA", 80, 80, "about 80 days (minimum data)"),
        ("INSUFFICIENT DATA", None, 80, "about 80 days (win rate) minimum data: not computable"),
    ],
)
def test_the_gate_that_is_waited_for_is_named(
    verdict: str, days_needed: int | None, days_to_power: int | None, printed: str
) -> None:
    inputs = waiting(verdict, days_needed, days_to_power, "no rate")
    assert plain(gates._wait(inputs, 0)) == printed


def test_a_unit_is_explained_only_where_it_is_printed() -> None:
    base = run(1)
    few = with_gates(base, tuple(replace(row, n_needed=100) for row in base.gates))
    many = with_gates(base, tuple(replace(row, n_needed=2_500_000) for row in base.gates))
    with unpainted():
        assert "m: million" not in print_chapter(few, gates.GATES)
        assert "(m: million)" in print_chapter(many, gates.GATES)
