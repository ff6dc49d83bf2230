"""Sensitivity in print: break-even fees, cliffs, parts, capacity; without trades; every state."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.sensitivity import charts
from dipmaster.report.chapters.sensitivity.view import SENSITIVITY, list_cliffs
from dipmaster.report.chapters.sensitivity_tables import capacity_chart, costs, thresholds
from dipmaster.report.chapters.sensitivity_tables.view import SENSITIVITY_TABLES
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.drawing import drawing
from dipmaster.report.kit.threshold_names import NAMES, name_threshold
from dipmaster.results.sensitivity import SensitivityResults
from dipmaster.sensitivity.settings import THRESHOLDS, UPSTREAM
from tests.made import sensitivity
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter, say
from tests.report.run import run
from tests.report.wording import find_refused

States = dict[str, Callable[[], ReportInputs]]
SENTENCES = "chapters/sensitivity/sentences.html.j2"


def printed(inputs: ReportInputs) -> tuple[str, str]:
    """Body and appendix as text."""
    with unpainted():
        return print_chapter(inputs, SENSITIVITY), print_chapter(inputs, SENSITIVITY_TABLES)


def with_results(inputs: ReportInputs, results: SensitivityResults) -> ReportInputs:
    return replace(inputs, sensitivity=results)


@pytest.mark.parametrize("last", range(5))
def test_both_chapters_are_printed_whole_and_in_plain_words(last: int) -> None:
    for text in printed(run(last)):
        assert "None" not in text
        assert " nan" not in text
        assert find_refused(text) == []


def test_the_body_names_break_even_cliffs_parts_and_capacity() -> None:
    body, _ = printed(run(4))
    for words in (
        "Net profit is zero at a fee per side of 27.5 bp (phase 1), 25.0 bp (phase 2)",
        "the fee charged is 10.0 bp. Phase 0 has no break-even fee: half-spread and slippage alone",
        "Of 3 changes of thresholds downstream of the fits, 2 affect phase 4.",
        "Cliff: at confidence threshold (normal volatility) = 0.96, 309 trades become 40.",
        "In other phases there are 3 more cliffs (appendix).",
        "without any one coin it lies between",
        "without the trades closed on its best day (2024-03-05) it is",
        "without those closed in its best month (2024-03) it is",
        "it is zero at 281,000. This capital scales with one over the square of the coefficient.",
    ):
        assert words in body, words


def test_the_appendix_has_every_fee_threshold_part_and_capital() -> None:
    _, appendix = printed(run(4))
    for words in (
        "Gate Fee, bp Phase 0 Phase 1",
        "Confidence threshold (normal volatility) 0.8 → 0.64",
        "0.8 → 0.96 – 0.80 (40) !",
        "No change standard error −50.80 (4,417) 0.40",
        "Without any effect: filter (liquidity limit).",
        "stop loss (part of the label)",
        "net profit in quote currency (trades); second line: win rate in per cent / profit factor",
        "Best day",
        "Capital at zero net profit – 281,000",
        "Phase 0: no net profit even with a capital of 10,000.",
        "a coefficient of half the size quadruples every capital",
    ):
        assert words in appendix, words


def test_without_a_trade_the_body_says_so_and_there_is_no_appendix() -> None:
    inputs = with_results(run(2), sensitivity.without_trades())
    with unpainted():
        text = print_chapter(inputs, SENSITIVITY)
    assert "No trade was made out of sample: there is no sensitivity to report." in text
    assert not SENSITIVITY_TABLES.applies(inputs)
    assert SENSITIVITY_TABLES.applies(run(2))


def test_a_phase_without_trades_is_named_and_left_out() -> None:
    made, idle = sensitivity.sensitivity(2), sensitivity.without_trades(2)
    mixed = replace(
        made,
        costs=replace(made.costs, phases=(*made.costs.phases[:2], idle.costs.phases[2])),
        subsets=(*made.subsets[:2], idle.subsets[2]),
        capacity=(*made.capacity[:2], idle.capacity[2]),
    )
    assert mixed.traded == (0, 1)
    body, appendix = printed(with_results(run(2), mixed))
    assert "Phase 2 made no trade out of sample." in body
    assert "The net return of phase 1 is" in body
    assert "Phase 2: no trade was made out of sample." in appendix


def test_where_no_threshold_reaches_a_phase_there_is_no_map_and_no_cliff() -> None:
    body, appendix = printed(run(0))
    assert "Phase 0 reads no threshold downstream of the fits." in body
    assert "Right:" not in body
    assert "No change of a threshold changes a phase." in appendix


def test_a_change_of_sign_is_printed_with_both_returns() -> None:
    made = sensitivity.sensitivity(1)
    run_ = made.thresholds.runs[1]
    loss = replace(sensitivity.cell(1, -12.0, 160), cliffs=("sign",))
    changed = replace(made.thresholds, runs=(replace(run_, phases={"1": loss}),))
    (warning,) = list_cliffs(replace(made, thresholds=changed), 1)
    assert plain(warning.words) == "a net return of 2.99 % becomes −0.96 %"


def test_where_no_phase_has_a_break_even_fee_only_the_reasons_are_printed() -> None:
    made = sensitivity.sensitivity(0).costs
    assert say(SENTENCES, "break_even", made, (0,)) == (
        "The fee charged per side is 10.0 bp. Phase 0 has no break-even fee: half-spread and "
        "slippage alone exceed gross profit."
    )


def test_the_sentence_on_capacity_says_why_there_is_none() -> None:
    params = run(1).params.sensitivity
    loser = sensitivity.capacity(0)
    assert "there is no capital at which it is zero: no net profit even" in say(
        SENTENCES, "capacity", loser, params
    )
    empty = replace(loser, points=(), reason="no order has a known volume")
    assert say(SENTENCES, "capacity", empty, params) == (
        "The capacity of phase 0 under market impact is not computable: "
        "no order has a known volume."
    )


def test_every_gate_has_a_line_a_fee_with_its_verdict() -> None:
    made = sensitivity.sensitivity(1).costs
    lines = dict(costs.gate_lines(made))
    assert [plain(name) for name in lines] == [
        "Win rate, %",
        "Sharpe",
        "Profit factor",
        "Max drawdown, %",
    ]
    assert {tuple(fee for fee, _ in each) for each in lines.values()} == {
        tuple(f"{fee:.1f}" for fee in sensitivity.FEES)
    }
    show = dict(lines["Sharpe"])["20.0"]
    assert (show(made.phase(1)), show(made.phase(0))) == ("1.50 ◐", "−4.30 ○")
    assert lines["Win rate, %"][0][1](made.phase(1)) == "80.0 ◐"


def test_every_fee_has_a_line_a_slippage_and_the_break_even_fee_stands_last() -> None:
    made = sensitivity.sensitivity(1).costs
    *fees, (name, [(slippage, show)]) = costs.slippage_lines(made)
    assert [fee for fee, _ in fees] == [f"{fee:.1f}" for fee in sensitivity.FEES]
    net = {(fee, slip): show(made.phase(1)) for fee, lines in fees for slip, show in lines}
    assert net["5.0", "3.0"] == f"+{sensitivity.net_at(1, 5.0, 3.0):.1f}"
    assert len(net) == len(sensitivity.FEES) * len(sensitivity.SLIPPAGES)
    assert (name, slippage) == ("Break-even fee", f"{made.slippage_bps:.1f}")
    assert (show(made.phase(1)), show(made.phase(0))) == ("27.5", "–")


def test_idle_thresholds_are_those_of_which_no_change_acts() -> None:
    made = sensitivity.sensitivity(2).thresholds
    assert thresholds.list_idle(made) == ["filter (liquidity limit)"]
    assert charts.list_paths(made, 2) == [sensitivity.CHANGED]
    both = replace(made, runs=(*made.runs, replace(made.runs[0], path="filter.liquidity_min")))
    assert thresholds.list_idle(both) == []


@pytest.mark.parametrize(
    ("runs", "changed", "more", "text"),
    [
        (0, 0, 2, "Phase 3 reads no threshold downstream of the fits. In other phases there are 2 "
                  "cliffs (appendix)."),
        (1, 0, 0, "Of 1 change of thresholds downstream of the fits, 0 affect phase 3. No change "
                  "is a cliff for phase 3."),
        (5, 1, 1, "Of 5 changes of thresholds downstream of the fits, 1 affects phase 3. No change "
                  "is a cliff for phase 3. In other phases there is 1 cliff (appendix)."),
    ],
)  # fmt: skip
def test_cliffs_are_counted_in_words(runs: int, changed: int, more: int, text: str) -> None:
    words = "chapters/sensitivity/sentences.html.j2"
    found = say(words, "cliffs", [], more, 3, changed, runs)
    assert found == text


def test_a_phase_whose_capital_alone_differs_is_not_changed() -> None:
    """The burn-in trades otherwise, so that the same trades are of another size."""
    made = sensitivity.sensitivity(2).thresholds
    (run,) = (one for one in made.reaching(2) if one.value == made.reaching(2)[0].value)
    base = made.base["2"].performance
    scaled = replace(run.phases["2"], performance=replace(base, net_pnl=1.01 * base.net_pnl))
    moved = replace(run.phases["2"], performance=replace(base, sharpe=-1.0))
    for cell, reaches in ((scaled, False), (moved, True)):
        one = replace(run, phases={"2": cell})
        assert bool(replace(made, runs=(one,)).reaching(2)) == reaches


def test_a_line_of_capacity_crosses_zero_where_the_table_says() -> None:
    (_, one, _) = sensitivity.sensitivity(2).capacity
    assert (one.zero_capital, 0.0) in capacity_chart._trace(one)
    assert len(capacity_chart._trace(replace(one, zero_capital=None))) == len(one.points)


def test_a_phase_that_only_loses_is_not_in_the_chart_of_capacity() -> None:
    made = sensitivity.sensitivity(2).capacity
    assert [one.phase for one in capacity_chart.select(made)] == [1, 2]


@pytest.mark.painted
def test_charts_describe_their_ends_in_words() -> None:
    made = sensitivity.sensitivity(4)
    with drawing():
        text = charts.draw(made.costs, made.traded, made.thresholds, 4)
        sizes = capacity_chart.draw(capacity_chart.select(made.capacity))
    assert "Phase 0: −3.0\N{NO-BREAK SPACE}bp at a fee of 0.0\N{NO-BREAK SPACE}bp" in text
    assert "Net return by capital. Phase 1:" in sizes
    assert len(text) < 60_000
    assert len(sizes) < 30_000


def test_every_threshold_has_a_name_in_plain_words() -> None:
    paths = {*(one.path for one in THRESHOLDS), *UPSTREAM}
    assert set(NAMES) == paths
    assert len(set(NAMES.values())) == len(NAMES)
    assert name_threshold("a.new_one") == "a new one"
