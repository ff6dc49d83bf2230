"""Trade statistics in print: the phases as columns, whatever they traded."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.trades import figures
from dipmaster.report.chapters.trades.view import TRADES
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.phase_table import by_phase, crossed, group_by_phase
from dipmaster.report.kit.table import Column
from dipmaster.results.evaluation.intrabar import IntrabarOrder, IntrabarReading
from tests.made.baseline_phase import losing_phase
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter, say
from tests.report.run import with_phases

States = dict[str, Callable[[], ReportInputs]]


def printed(inputs: ReportInputs) -> str:
    """The chapter as text."""
    with unpainted():
        return print_chapter(inputs, TRADES)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (None, ""),
        ("threshold", "No candidate reaches its threshold: 0 of 9."),
        ("steps", "No candidate passes all steps: 0 of 9."),
        ("score", "No candidate has a score: 0 of 9."),
        ("candidates", "There was no candidate."),
    ],
)
def test_each_step_at_which_a_phase_abstains_has_its_own_words(
    at: str | None, expected: str
) -> None:
    phase = replace(losing_phase(), abstained="0 of 9", abstained_at=at)  # type: ignore[arg-type]
    assert say("kit/sentences.html.j2", "abstention", phase) == expected


def test_a_phase_without_the_key_did_not_abstain() -> None:
    assert say("kit/sentences.html.j2", "abstention", losing_phase()) == ""


def reading(win_rate: float) -> IntrabarReading:
    return IntrabarReading(trades=75, win_rate=win_rate, mean_net_bps=16.3, profit_factor=1.683)


def test_both_assumptions_on_the_order_inside_a_bar_stand_by_phase() -> None:
    base = losing_phase()
    order = IntrabarOrder(
        trades_touching_both=6,
        share_frac=6 / 75,
        stop_first=reading(0.72),
        target_first=reading(0.8),
    )
    phase = replace(base, intrabar=order, counts=replace(base.counts, trades=75))
    rows = by_phase(figures.INTRABAR, {4: phase}).rows
    assert [plain(row[1]) for row in rows] == [
        "6 (8.0 %)",
        "72.00 % / 1.683 / +16.3 bp",
        "80.00 % / 1.683 / +16.3 bp",
    ]


@pytest.mark.parametrize(
    ("broke_even", "shown"), [(0, "2,448 / 1,969 / 0"), (12, "2,436 / 1,969 / 12")]
)
def test_break_even_trades_are_neither_won_nor_lost(
    losing: ReportInputs, broke_even: int, shown: str
) -> None:
    phase = losing.phase(0)
    counted = replace(phase, counts=replace(phase.counts, break_even=broke_even))
    text = printed(with_phases(losing, {0: counted}))
    assert f"Won / lost / break-even {shown}" in text
    assert ("A break-even trade has" in text) == bool(broke_even)


@pytest.mark.parametrize(
    ("rejected", "expected"),
    [
        ({"zero_volume": 0, "max_positions": 0}, []),
        ({"zero_volume": 3, "max_positions": 0}, ["Orders rejected: zero volume"]),
        (
            {"zero_volume": 3, "max_positions": 85},
            ["Orders rejected: max positions", "Orders rejected: zero volume"],
        ),
    ],
)
def test_rejected_orders_are_counted_by_reason(
    rejected: dict[str, int], expected: list[str]
) -> None:
    base = losing_phase()
    phase = replace(base, counts=replace(base.counts, rejected=rejected))
    lines = figures.counts([phase])
    assert [name for name, _ in lines if name.startswith("Orders rejected")] == expected


def test_every_phase_is_a_column_and_one_that_nobody_knows_too(states: States) -> None:
    text = printed(states["phase 3"]())
    assert "Figure Phase 0 Phase 1 Phase 2 Phase 3 Candidates" in text


def test_a_group_that_a_phase_does_not_have_is_a_dash() -> None:
    column: Column[int] = Column("n", str)
    table = crossed("Coin", [column], {0: {"A": 1, "B": 2}, 1: {"B": 3}})
    assert [plain(one.heading) for one in table.columns] == ["Coin", "Phase 0 n", "Phase 1 n"]
    assert [tuple(map(plain, row)) for row in table.rows] == [("A", "1", "–"), ("B", "2", "3")]


def test_lines_in_groups_have_their_columns_within_the_table() -> None:
    groups = [("A", [("1", str), ("2", lambda n: str(n + 1))]), ("B", [("1", str)])]
    found = group_by_phase(groups, {0: 5, 1: 7}, ("Group", "Line"))
    assert [(name, list(one.rows)) for name, one in found.tables] == [
        ("A", [("1", "5", "7"), ("2", "6", "8")]),
        ("B", [("1", "5", "7")]),
    ]
    columns = found.tables[0][1].columns
    assert [plain(one.heading) for one in columns] == ["Line", "Phase 0", "Phase 1"]
    shares = [float(width.rstrip("%")) for width in (found.width, *(c.width for c in columns))]
    assert sum(shares) == pytest.approx(100.0)


def test_a_phase_without_a_trade_is_listed_and_not_charted(states: States) -> None:
    text = printed(states["phase 1 abstained"]())
    assert "Won / lost / break-even 2,448 / 1,969 / 0 0 / 0 / 0" in text
    assert "Exit type Phase 0 trades" in text
    assert "Phase 1 trades" not in text


@pytest.mark.parametrize("state", ["no trades", "one trade"])
def test_few_trades_print_nothing_impossible(state: str, states: States) -> None:
    text = printed(states[state]())
    assert ("there are no exits, holding periods or coins" in text) == (state == "no trades")
    for absent in ("nan", "inf", "None"):
        assert absent not in text.split()


def test_no_profit_factor_rests_on_a_single_loss(losing: ReportInputs) -> None:
    """A coin whose only loss is tiny: no ratio is printed by coin or regime."""
    phase = losing.phase(0)
    coins = tuple(replace(row, profit_factor=2797.34) for row in phase.by_symbol)
    assert "2,797.34" not in printed(with_phases(losing, {0: replace(phase, by_symbol=coins)}))


def test_a_trade_that_ends_at_once_does_not_last_zero_minutes(losing: ReportInputs) -> None:
    phase = losing.phase(0)
    quick = replace(phase, holding=replace(phase.holding, p10_minutes=0.0))
    text = printed(with_phases(losing, {0: quick}))
    assert "10th percentile under 5 min" in text
    assert " 0 min" not in text
