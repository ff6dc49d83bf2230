"""Risk in print: both drawdowns, tail, concentration and the worst trades."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.risk import figures
from dipmaster.report.chapters.risk.view import RISK
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.drawdown_table import DRAWDOWNS, rank_drawdowns
from dipmaster.report.kit.phase_table import by_phase
from dipmaster.report.kit.table import table
from tests.made.baseline_phase import losing_phase
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter, say
from tests.report.run import with_phases

States = dict[str, Callable[[], ReportInputs]]


def printed(inputs: ReportInputs) -> str:
    """The chapter as text."""
    with unpainted():
        return print_chapter(inputs, RISK)


def test_both_drawdowns_stand_side_by_side(losing: ReportInputs) -> None:
    fall = losing.phase(0).drawdown
    text = printed(losing)
    assert f"Maximum drawdown, whole period {100 * fall.max_frac:.2f} %" in text
    assert f"any 365 days (gate) {100 * fall.horizon_max_frac:.2f} %" in text
    assert "Bootstrap paths: upper bound" in text


def test_a_period_shorter_than_the_horizon_has_no_range(losing: ReportInputs) -> None:
    phase = losing.phase(0)
    short = replace(
        phase.drawdown,
        days=200,
        horizon_max_frac=None,
        bootstrap_lower_frac=None,
        bootstrap_median_frac=None,
        bootstrap_upper_frac=None,
    )
    text = printed(with_phases(losing, {0: replace(phase, drawdown=short)}))
    assert "The period is shorter than 365 days" in text
    assert "Bootstrap paths" not in text
    assert "any 365 days" not in text


def test_a_drawdown_that_has_not_recovered_is_called_so() -> None:
    phase = losing_phase()
    first, *others = phase.drawdown.worst
    open_ended = replace(first, recovery_time=None)
    one = replace(phase, drawdown=replace(phase.drawdown, worst=(open_ended, *others)))
    rows = table(DRAWDOWNS, rank_drawdowns({0: one, 1: phase})).rows
    assert len(rows) == 10
    assert [row[0] for row in rows] == ["0", "", "", "", "", "1", "", "", "", ""]
    assert rows[0][5] == "not recovered"


def test_the_effective_number_is_the_inverse_of_the_herfindahl_index() -> None:
    phase = losing_phase()
    coins = replace(phase.risk.by_symbol, groups=10, herfindahl_trades=0.125)
    one = replace(phase, risk=replace(phase.risk, by_symbol=coins))
    rows = dict(by_phase(figures.CONCENTRATION, {0: one}).rows)
    assert rows["Effective number of coins, by trades"] == "8.0 of 10"


@pytest.mark.parametrize("trades", [1, 2, 3])
def test_the_worst_trades_are_as_many_as_there_are(losing: ReportInputs, trades: int) -> None:
    phase = losing.phase(0)
    few = replace(phase.risk, worst_trades=phase.risk.worst_trades[:trades])
    text = printed(with_phases(losing, {0: replace(phase, risk=few)}))
    heading = "Worst trade of phase 0" if trades == 1 else f"Worst {trades} trades of phase 0"
    assert heading in text
    worst = plain(table(figures.WORST_TRADES, few.worst_trades).rows[0][5])
    assert worst in text


def test_without_a_trade_there_is_neither_concentration_nor_a_worst_trade(states: States) -> None:
    text = printed(states["no trades"]())
    assert "Concentration" not in text
    assert "Worst" not in text
    assert "Not computable: phase 0: no trades." in text


def test_all_stopped_out_together_and_the_tail_of_days_held(losing: ReportInputs) -> None:
    risk = losing.phase(0).risk
    text = printed(losing)
    assert f"Loss if all of them are stopped out {100 * risk.stop_out.loss_frac:.2f} %" in text
    assert f"Loss at the limit of 10 positions {100 * risk.stop_out.limit_loss_frac:.2f} %" in text
    assert "Open positions at the worst moment 9 (2024-08-05 03:15)" in text
    assert f"Loss days among days with a position 301 of {risk.held_tail.days}" in text
    assert f"VaR 95, days with a position {100 * (risk.held_tail.var_frac or 0):.2f} %" in text


@pytest.mark.parametrize(
    ("positions", "words"),
    [
        (1, "the largest loss of any single position when stopped out, its size at most 100 %"),
        (10, "10 positions, each with the largest loss of any single one when stopped out, their"),
    ],
)
def test_how_the_loss_at_the_limit_is_computed(positions: int, words: str) -> None:
    text = say("chapters/risk/sentences.html.j2", "limit", positions, 1.0)
    assert text.startswith(f"Loss at the limit: {words}")


def test_peak_exposure_is_that_of_bar_closes(losing: ReportInputs) -> None:
    text = printed(losing)
    assert f"Peak exposure at bar closes {100 * losing.phase(0).exposure.peak_frac:.2f} %" in text
    assert "a position opened and closed within one bar does not count" in text


def test_trade_ids_are_distinguished_from_counts(losing: ReportInputs) -> None:
    text = printed(losing)
    assert "Trade id Coin" in text
    burn_in = losing.phase(0).counts.trades_burn_in
    ids = f"the {burn_in:,} trades of the burn-in, which the files leave out, have the ids before"
    assert ids in text
