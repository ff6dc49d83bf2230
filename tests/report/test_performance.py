"""Performance beside benchmarks and random entries; a phase without a trade is one paragraph."""

from dataclasses import replace

import numpy as np

from dipmaster.report.chapters.performance import abstention, heat_map, random_entry
from dipmaster.report.chapters.performance.view import PERFORMANCE
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.drawing import drawing
from dipmaster.results.evaluation.breakdowns import MonthRow
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter
from tests.report.run import run, with_phases
from tests.report.states import STATES


def printed(inputs: ReportInputs) -> str:
    with unpainted():
        return print_chapter(inputs, PERFORMANCE)


def month(name: str, return_frac: float) -> MonthRow:
    return MonthRow(
        month=name, trades=1, win_rate=1.0, net_pnl=1.0, return_frac=return_frac,
        max_drawdown_frac=0.0,
    )  # fmt: skip


def test_phases_stand_beside_buy_and_hold_and_cash() -> None:
    words = printed(run(1))
    for text in ("Phase 0 −56.0 %", "Buy-and-hold, ", "Cash at 0.0 % a year (assumed) 0.0 %"):
        assert text in words
    assert "Cash earns 0.0 % a year by assumption." in words


def test_a_phase_that_did_not_trade_is_one_paragraph() -> None:
    words = printed(STATES["phase 1 abstained"]())
    start = words.index("Phase 1 did not trade.")
    paragraph = words[start : words.index("Equity", start)]
    assert "4,502 candidates out of sample" in paragraph
    assert "the 10th, 50th and 90th percentiles of the win probability are" in paragraph
    for regime in ("Low", "Normal", "High"):
        assert f"{regime} volatility: the largest of" in paragraph
    assert "The last models learned from" in paragraph


def test_the_distance_to_the_threshold_is_that_of_the_largest_score_out_of_sample() -> None:
    base = STATES["phase 1 abstained"]()
    times = base.scores["open_time"].dt.tz_localize(None).to_numpy(dtype="datetime64[ms]")
    is_burn_in = times < np.datetime64("2023-06-30", "ms")
    confidence = np.where(is_burn_in, 0.99, 0.5)
    confidence[-3:] = 0.61, 0.62, 0.63
    frame = base.scores.assign(confidence=confidence, regime=np.zeros(len(times), dtype=np.int8))
    one = abstention.describe(replace(base, scores=frame))
    assert one is not None
    assert [row.largest for row in one.regimes] == [0.63, None, None]
    assert one.quantiles == [0.5, 0.5, 0.5]


def test_without_a_score_there_is_neither_percentile_nor_distance() -> None:
    words = printed(STATES["phase 1, no score"]())
    paragraph = words[words.index("Phase 1 did not trade.") :]
    assert "percentile" not in paragraph
    assert "No model was fitted." in paragraph
    assert abstention.describe(run()) is None


def test_months_are_placed_by_year_and_month() -> None:
    grid = heat_map._grid([month("2023-12", 0.01), month("2024-01", -0.02)], ["2023", "2024"])
    assert grid.shape == (2, 12)
    assert (grid[0, 11], grid[1, 0]) == (1.0, -2.0)
    assert np.isnan(grid).sum() == 22


def test_months_without_any_move_are_drawn() -> None:
    with drawing():
        drawn = heat_map.draw_months({0: [month("2023-06", 0.0)]}, {0: "Phase 0"})
    assert "Phase 0 lost in 0 of 1 months." in drawn


def test_random_entries_stand_under_each_measured_figure() -> None:
    inputs = run(1)
    win_rate, *_, excess = random_entry.tabulate(inputs)
    entries = inputs.phase(0).random_entry
    _, mean, between = win_rate.rows
    assert [row[0] for row in win_rate.rows] == ["Win rate", "– random: mean", "– random: range"]
    assert plain(mean[1]) == f"{100 * (entries.win_rate.mean or 0):.1f} %"
    assert plain(between[1]).startswith(f"{100 * (entries.win_rate.low or 0):.1f} to ")
    assert [row[0] for row in excess.rows] == ["Excess win rate", "– interval", "– p"]
    assert plain(excess.rows[-1][1]) == f"{entries.p_value:.3f}"


def test_no_matched_entries_no_table() -> None:
    idle = STATES["no trades"]()
    assert random_entry.tabulate(idle) == []
    assert "Against random entries" not in printed(idle)


def test_an_account_that_began_with_nothing_is_drawn_flat() -> None:
    base = run()
    one = base.phase(0)
    money = replace(one.money, net_return_frac=None, annualised_return_frac=None)
    frame = base.equity[0].assign(equity=0.0)
    inputs = replace(with_phases(base, {0: replace(one, money=money)}), equity={0: frame})
    assert "Phase 0 – –" in printed(inputs)


def test_a_win_rate_above_the_range_without_significance_is_explained() -> None:
    base = run(1)
    one = base.phase(0)
    entries = replace(
        one.random_entry,
        p_value=0.059,
        win_rate=replace(one.random_entry.win_rate, low=0.49, high=0.5537),
    )
    inputs = with_phases(base, {0: replace(one, random_entry=entries)})
    assert 0 in [found.phase for found in random_entry.list_outside(inputs)]
    text = printed(inputs)
    assert "Phase 0: the win rate of 55.4 % lies above the range" in text
    assert "p = 0.059: no entry skill is shown." in text
    shown = with_phases(base, {0: replace(one, random_entry=replace(entries, p_value=0.02))})
    assert 0 not in [found.phase for found in random_entry.list_outside(shown)]
