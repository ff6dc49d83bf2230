"""The chapters on position sizing: with trades, without, with fixed sizes, on real bars."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import pytest

from dipmaster.report.chapters.position_sizing import bounds, exposure_chart
from dipmaster.report.chapters.position_sizing.view import POSITION_SIZING
from dipmaster.report.chapters.sizing import ablation, components, displaced, targeting, waterfall
from dipmaster.report.chapters.sizing.view import SIZING
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import drawing
from dipmaster.report.kit.table import table
from dipmaster.results.evaluation.sizing import SizedTrade, SizingResults
from tests.made.common import comparison
from tests.made.sizing import displacement, explained, fixed_results, sizing_results
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter, say
from tests.report.run import run, validated

States = dict[str, Callable[[], ReportInputs]]
BODY = "chapters/position_sizing/sentences.html.j2"
DETAIL = "chapters/sizing/sentences.html.j2"
BUILT = ["all phases", "phase 3", "phase 3 abstained", "phase 3, fixed sizes",
         "phase 3, no orders", "phase 3, real bars"]  # fmt: skip


def printed(inputs: ReportInputs) -> tuple[str, str]:
    """Body and appendix as text."""
    with unpainted():
        return print_chapter(inputs, POSITION_SIZING), print_chapter(inputs, SIZING)


def results_of(inputs: ReportInputs) -> SizingResults:
    return inputs.validation.position_sizing


def test_both_are_left_out_before_phase_3(states: States) -> None:
    for chapter in (POSITION_SIZING, SIZING):
        assert not chapter.applies(states["phase 2"]())
        assert chapter.applies(states["phase 3"]())


@pytest.mark.parametrize("state", BUILT)
def test_every_state_is_printed_whole(state: str, states: States) -> None:
    for text in printed(states[state]()):
        assert "None" not in text
        assert " nan" not in text


def test_bounds_are_shares_of_what_they_act_on() -> None:
    counts, params = sizing_results().counts, run(3).params
    orders = bounds.tabulate_orders(counts, params.sizing)
    trades = bounds.tabulate_trades(counts, params.execution)
    assert orders is not None
    assert trades is not None
    by_name = {plain(row[0]): row[1:] for row in (*orders.rows, *trades.rows)}
    assert by_name["Volatility scalar at its minimum, 0.50"] == ("166", numbers.percent(166 / 171))
    assert by_name["Cut to 10 % per position"] == ("4", numbers.percent(4 / 168))
    assert by_name["Not cut"] == ("163", numbers.percent(163 / 168))
    none = replace(counts, orders=0, trades=0)
    assert bounds.tabulate_orders(none, params.sizing) is None
    assert bounds.tabulate_trades(none, params.execution) is None


def test_fractions_that_were_set_are_not_rounded() -> None:
    """An eighth of Kelly is 12.5 %, and a target of a thousandth is not 0 %."""
    params = run(3).params
    sizing = params.sizing.model_copy(
        update={"kelly_share_frac": 0.125, "target_annual_frac": 0.001}
    )
    execution = params.execution.model_copy(update={"max_position_frac": 0.075})
    of = SimpleNamespace(sizing=sizing, execution=execution)
    text = say(BODY, "rule", sizing_results(), of)
    assert "each size is 12.5 % of the Kelly fraction" in text
    assert "(0.1 % annual volatility over the forecast" in text
    assert "within 7.5 % of equity per position and 100 % in total" in text


def test_the_body_has_change_targeting_and_conflict() -> None:
    body, _ = printed(run(3))
    for words in (
        "each size is 25 % of the Kelly fraction, times a volatility scalar",
        "Versus phase 2: Sharpe ratio −0.10 (−0.50 to +0.30; inconclusive), maximum drawdown "
        "−0.70 points (−1.00 to −0.40 points; better), net return −0.96 points",
        "met with the weight target over forecast, which realises 10.6 % (10.4 to 10.8 %)",
        "not met with the position cap, 6.6 % (6.1 to 7.1 %), which binds on 83 % of bars",
        "The targets of 10 % annual volatility and a drawdown below 3 % conflict",
        "The account of phase 3 has a volatility of 0.12 %.",
    ):
        assert words in body, words


def test_targets_that_agree_are_not_called_a_conflict() -> None:
    arithmetic = replace(
        sizing_results().drawdown_arithmetic, within_limit_frac=0.7, sharpe_even=None
    )
    text = say(BODY, "conflict", arithmetic, 3)
    assert "are compatible" in text
    assert "or a Sharpe ratio" not in text


def test_an_overlay_without_a_value_has_its_reason() -> None:
    overlay = {one.name: one for one in sizing_results().overlay}
    free = overlay["unit_risk"]
    nothing = replace(free.realised, value=None, low=None, high=None, reason="no forecast")
    overlay["unit_risk"] = replace(free, realised=nothing)
    assert say(BODY, "targeting", overlay) == "Volatility targeting is not judged: no forecast."


def test_without_orders_there_is_nothing_to_size(states: States) -> None:
    body, detail = printed(states["phase 3, no orders"]())
    assert "There was no order to size." in body
    assert "There is no difference to phase 2 to report: no trade in either phase." in body
    assert "The account of phase 3" not in body
    assert "Phase 3 made no trade out of sample, so no size was applied." in detail
    assert "Displaced trades" not in detail
    assert "Ablation of the components Not computable: no trade." in detail
    assert "Bootstrap years" not in body
    assert "No bootstrap years: no trade." in body


def test_orders_without_a_size_are_counted(states: States) -> None:
    body, detail = printed(states["phase 3 abstained"]())
    assert "Kelly fraction 0, not sent 171 100.0 %" in body
    assert "No order was filled." in body
    assert "171 trades of phase 2 were displaced (Kelly fraction 0: 171); 0 trades were added" in (
        detail
    )
    assert "The first 10 of each." in detail


def test_fixed_sizes_are_those_of_phase_2(states: States) -> None:
    body, detail = printed(states["phase 3, fixed sizes"]())
    assert "in the same sizes (sizing.rule is fixed)" in body
    assert "There is no difference to phase 2: the trades are the same." in body
    assert "Size of the previous phase 171 100.0 %" in body
    assert "No trade was displaced and none was added" in detail
    assert "5.00 %: the size of the phase before." in detail
    assert "Probability of a win 0" not in detail
    rows = components.known(fixed_results().components)
    assert [row.component for row in rows] == ["weight_frac"]


def test_a_rule_without_kelly_starts_from_the_size_of_phase_2() -> None:
    inputs = validated(run(3), sizing=replace(sizing_results(), rule="inverse_volatility"))
    assert "each size is that of phase 2, times a volatility scalar" in printed(inputs)[0]


def trade(**changes: object) -> SizedTrade:
    return replace(explained("largest", 0.131), **changes)  # type: ignore[arg-type]


def test_the_waterfall_leads_from_the_kelly_fraction_to_the_position() -> None:
    one = trade(kelly=0.2, regime_factor=0.9, spillover_factor=0.5, intraday_factor=1.1)
    steps = waterfall.build_steps(one, waterfall.KELLY)
    assert [step.name for step in steps] == [
        "Kelly fraction", *waterfall.FACTORS.values(), "Caps", "Opened",
    ]  # fmt: skip
    assert steps[0].after == 0.2
    for before, after in pairwise(steps[:-1]):
        assert after.before == pytest.approx(before.after)
    assert steps[4].after == pytest.approx(0.2 * 0.5 * 0.9 * 0.5 * 1.1)
    assert steps[-2].after == steps[-1].after == one.weight_frac
    assert steps[-2].text == "position"


def test_a_base_that_is_not_on_record_follows_from_the_product() -> None:
    one = trade(kelly=None, size_frac=0.018, vol_scalar=0.5, regime_factor=0.9)
    assert waterfall.build_steps(one, waterfall.BEFORE)[0].after == pytest.approx(0.04)
    unsized = trade(kelly=None, size_frac=0.05, weight_frac=0.05, **dict.fromkeys(
        ("vol_scalar", "regime_factor", "spillover_factor", "intraday_factor")
    ))  # fmt: skip
    steps = waterfall.build_steps(unsized, waterfall.BEFORE)
    assert [step.text for step in steps[1:5]] == [numbers.MISSING] * 4
    assert {step.after for step in steps} == {0.05}


def test_bases_are_named_by_what_all_trades_have() -> None:
    kelly, none = trade(), trade(kelly=None)
    assert waterfall.name_base([kelly, kelly]) == "Kelly fraction"
    assert waterfall.name_base([none]) == "Size of phase 2"
    assert waterfall.name_base([kelly, none]) == "Base size"


def test_one_trade_is_shown_once_with_all_its_picks() -> None:
    only = [trade(pick=pick) for pick in ("largest", "median", "smallest")]
    (shown,) = waterfall.select(only)
    assert shown.title == "Largest, median, smallest: BTCUSDT"
    inputs = validated(run(3), sizing=replace(sizing_results(), explained=tuple(only)))
    assert printed(inputs)[1].count("Largest, median, smallest: BTCUSDT, 2023-09-01 10:15.") == 1


def test_the_words_of_a_trade_are_printed_with_true_signs() -> None:
    detail = printed(run(3))[1]
    assert "3.10 % = Kelly 6.89 % (0.25 of 0.750 − 0.250 / 0.590) × volatility 0.50" in detail
    assert "payoff 0.590 from 2,140. Regime normal. Opened at 3.10 % of equity; net" in detail
    assert "Opened at 10.00 % of equity, cut by the position cap; net return +31.0 bp." in detail


def test_displaced_trades_are_counted_and_the_first_are_listed() -> None:
    many = displacement(12)
    assert displaced.count_reasons(many) == [("Kelly fraction 0", 12)]
    listed = displaced.list_first("Displaced", many.displaced)
    assert listed is not None
    assert len(listed.rows) == displaced.LISTED
    assert displaced.is_cut(many)
    assert not displaced.is_cut(displacement(10))
    assert displaced.list_first("Added", ()) is None
    assert say(DETAIL, "displaced", displacement(1), [("Kelly fraction 0", 1)]).startswith(
        "1 trade of phase 2 was displaced (Kelly fraction 0: 1)"
    )


def test_the_effect_of_a_component_is_the_opposite_of_replacing_it() -> None:
    for verdict, effect in (
        ("better", "harmful"), ("worse", "beneficial"), ("inconclusive", "inconclusive"),
    ):  # fmt: skip
        row = sizing_results(verdict).ablation[0]  # type: ignore[arg-type]
        assert ablation.effect_of(row) == effect
    assert ablation.effect_of(fixed_results().ablation[0]) == "no effect"
    base = sizing_results().ablation[0]
    none = replace(base, change=replace(base.change, sharpe=comparison(None, reason="no trade")))
    assert ablation.effect_of(none) == numbers.MISSING
    assert ablation.reasons([base, none]) == ["no trade"]


def test_the_overlay_has_target_interval_and_verdict() -> None:
    rows = table(targeting.OVERLAY, sizing_results().overlay).rows
    assert [plain(row[0]) for row in rows] == list(targeting.NAMES.values())
    assert [plain(cell) for cell in rows[0][1:6]] == [
        "10 %", "10.6 %", "10.4 to 10.8 %", "● met", "0.0 %",
    ]  # fmt: skip


def test_a_sharpe_ratio_beyond_the_search_is_named_so() -> None:
    found = replace(sizing_results().drawdown_arithmetic, sharpe_95=None)
    assert dict(targeting.arithmetic_pairs(found))["Sharpe ratio for 95 %"] == "above 40"


@pytest.mark.painted
def test_exposure_is_drawn_for_phases_with_positions_alone(states: States) -> None:
    inputs = states["phase 3"]()
    series, names = results_of(inputs).exposure, inputs.phase_names
    with drawing():
        chart = str(exposure_chart.draw(series[1:3], "2023-06-30T00:00:00Z", names))
    assert (
        "Phase 1: signal filter: highest 0.15 %, none in 0 of 79 runs, highest turnover 4.00 %"
        in plain(chart.replace("<svg", "<p").replace("</svg", "</p"))
    )
    assert "Phase 0" not in chart
    context = POSITION_SIZING.view(states["phase 3 abstained"]())
    assert "Phase 3" not in str(context["chart"])


def test_drawdowns_without_blocks_have_their_reason(states: States) -> None:
    detail = printed(states["phase 3, no orders"]())[1]
    assert "Not resampled: no trade." in detail
    assert "Drawdown of bootstrap years" in detail
