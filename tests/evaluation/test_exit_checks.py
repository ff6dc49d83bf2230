"""Checks of adaptive exits: each holds on a sound ledger and breaks on its own fault."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster import backtest
from tests.evaluation.exit_case import AGAIN, PARTS, PASSED_OVER, SOLD, TARGETS, Case
from tests.evaluation.phase_2_world import ALL_OFF, Formula, changed


def test_a_sound_ledger(sound) -> None:
    assert sound.broken() == []
    counts = sound.ledger.fills["exit_type"].value_counts()
    assert min(counts[word] for word in ("optimal_timing", "profit_taking", "target")) > 20


def test_with_every_rule_off_nothing_is_asked_of_scores(exit_world, exit_params) -> None:
    off = changed(exit_params, **ALL_OFF)
    inputs = exit_world.inputs(off)
    ledger = exit_world.second(off, inputs).ledger
    assert Case(ledger, exit_world.candidates, inputs, off).broken() == []


def test_nothing_traded(sound) -> None:
    none = replace(sound.ledger, trades=sound.ledger.trades[:0], fills=sound.ledger.fills[:0])
    assert replace(sound, ledger=none).broken() == []
    assert replace(sound, ledger=none).cases()[SOLD] == 0  # passed, but not exercised


def test_cases_are_what_was_looked_at(sound) -> None:
    cases, fills = sound.cases(), sound.ledger.fills
    assert cases[SOLD] == int(fills["exit_type"].isin(["optimal_timing", "profit_taking"]).sum())
    assert cases[TARGETS] == cases[PARTS] == len(sound.ledger.trades)
    assert min(cases) > 0


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_another_target_than_planned(sound, factor: float) -> None:
    plans = sound.inputs.plans
    other = plans.assign(target_frac=plans["target_frac"] * factor)
    assert replace(sound, inputs=replace(sound.inputs, plans=other)).broken() == [TARGETS]


def test_a_target_that_was_gone_through(sound) -> None:
    """Nothing was sold at a target, but a trade had been beyond it."""
    trades = sound.ledger.trades
    stopped = trades.index[trades["exit_type"] == "stop"][0]
    mfe = trades["mfe_frac"].where(trades.index != stopped, 0.05)
    ledger = replace(sound.ledger, trades=trades.assign(mfe_frac=mfe))
    assert replace(sound, ledger=ledger).broken() == [TARGETS]


@pytest.mark.parametrize("word", ["optimal_timing", "profit_taking"])
def test_a_sale_whose_score_is_another(sound, word: str) -> None:
    fills = sound.ledger.fills
    one = fills.index[fills["exit_type"] == word][3]
    other = fills["exit_confidence"].where(fills.index != one, 0.97)
    assert sound.with_fills(fills.assign(exit_confidence=other)).broken() == [SOLD]


def test_a_sale_a_bar_late(sound) -> None:
    fills = sound.ledger.fills
    one = fills.index[fills["exit_type"] == "optimal_timing"][3]
    later = fills["time"].where(fills.index != one, fills["time"] + pd.Timedelta("5min"))
    assert sound.with_fills(fills.assign(time=later)).broken() == [SOLD]


def test_sales_under_a_higher_threshold(sound, exit_params) -> None:
    strict = changed(
        exit_params, decision__full_probability=0.95, decision__partial_probability=0.94
    )
    assert replace(sound, exits=strict).broken() == [SOLD]


def test_sales_by_a_rule_that_is_off(sound, exit_params) -> None:
    assert SOLD in replace(sound, exits=changed(exit_params, decision__full=False)).broken()
    assert SOLD in replace(sound, exits=changed(exit_params, decision__partial=False)).broken()


@pytest.mark.parametrize("raised", [0.7, 0.95])
def test_a_score_that_was_passed_over(sound, raised: float) -> None:
    """The first bar of trades that went on for more than two bars and sold no part."""
    trades, fills, rows = sound.ledger.trades, sound.ledger.fills, sound.inputs.rows
    halved = trades["trade_id"].isin(fills.loc[fills["exit_type"] == "profit_taking", "trade_id"])
    scored = rows.loc[rows["exit_probability"].notna(), "candidate_id"]
    long = trades[(trades["bars_held"] > 2) & ~halved & trades["candidate_id"].isin(scored)]
    own = rows["candidate_id"].isin(long["candidate_id"].iloc[:1]) & (rows["bars_held"] == 0)
    assert own.sum() == 1
    missed = rows["exit_probability"].where(~own, raised)
    assert PASSED_OVER in sound.with_rows(exit_probability=missed).broken()


def test_scores_that_were_aligned_to_other_orders(sound, exit_world, exit_params) -> None:
    phase = exit_world.second(exit_params, sound.inputs)
    entries = phase.orders.entries
    rules = phase.exit_policy.at(entries.candidate_id).rules
    score = replace(rules.score, score=np.roll(rules.score.score, 1, axis=0))
    shifted = replace(rules, score=score)
    broken = replace(
        sound,
        ledger=backtest.run_backtest(exit_world.panel, entries, exit_world.execution, shifted),
    ).broken()
    assert {SOLD, PASSED_OVER} <= set(broken)


def test_parts_that_do_not_add_up(sound) -> None:
    fills = sound.ledger.fills
    part = fills.index[fills["exit_type"] == "profit_taking"][0]
    more = fills["quantity"].where(fills.index != part, fills["quantity"] * 1.2)
    assert sound.with_fills(fills.assign(quantity=more)).broken() == [PARTS]
    assert PARTS in sound.with_fills(fills.drop(index=part)).broken()


def test_a_second_part(sound) -> None:
    """Half of the rest is sold as a part as well: everything still adds up."""
    fills = sound.ledger.fills
    part = fills["exit_type"] == "profit_taking"
    trade = fills.loc[part, "trade_id"].iloc[0]
    last = fills[(fills["trade_id"] == trade) & (fills["side"] == "sell") & ~part]
    halves = last.assign(quantity=last["quantity"] / 2)
    second = halves.assign(exit_type="profit_taking")
    rest = fills.drop(index=last.index)
    assert PARTS in sound.with_fills(pd.concat([rest, second, halves])).broken()


def test_a_share_that_params_do_not_name(sound, exit_params) -> None:
    other = changed(exit_params, decision__partial_frac=0.4)
    assert replace(sound, exits=other).broken() == [PARTS]


def test_other_models_than_those_that_scored(sound, exit_world) -> None:
    others: Any = Formula(exit_world.period.first_ms, scale=901.0)
    silent: Any = Formula(exit_world.period.last_ms)
    for models in (others, silent):
        inputs = replace(sound.inputs, load_models=lambda found=models: found)
        assert replace(sound, inputs=inputs).broken() == [AGAIN]


def test_scores_that_got_lost(sound) -> None:
    """Of positions that nobody traded nothing else would show it."""
    rows = sound.inputs.rows
    traded = rows["candidate_id"].isin(sound.ledger.trades["candidate_id"])
    assert rows.loc[~traded, "exit_probability"].notna().any()
    lost = rows["exit_probability"].where(traded)
    assert sound.with_rows(exit_probability=lost).broken() == [AGAIN]
