"""Checks of adaptive exits: each holds on a sound ledger and breaks on its own fault."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster import backtest
from dipmaster.backtest import Ledger
from dipmaster.core.params import AdaptiveExits
from dipmaster.evaluation.phases.exits.inputs import ExitInputs
from dipmaster.evaluation.phases.exits.integrity import check_exits
from dipmaster.results.exits import ExitModelFold
from tests.evaluation.phase_2_world import (
    ALL_OFF,
    FIT_DAY,
    FITS,
    PRICES,
    Formula,
    World,
    changed,
    world_of,
)
from tests.made.params import read_params

NAMES = (
    "trades leave at the target of their plan",
    "every sale by a model has the score",
    "no licensed score above a threshold was passed over",
    "every exit score names fits on record",
    "a score is licensed where the licence of its fit is on record",
    "what was bought is sold",
    "the stored models give the stored exit scores and licences again",
)
TARGETS, SOLD, PASSED_OVER, FITTED, LICENSED, PARTS, AGAIN = range(7)


@dataclass(frozen=True)
class Case:
    """What the checks are given."""

    ledger: Ledger
    candidates: pd.DataFrame
    inputs: ExitInputs
    exits: AdaptiveExits

    def broken(self) -> list[int]:
        """Places of the checks that do not hold."""
        checks = check_exits(self.ledger, self.candidates, self.inputs, self.exits)
        for check, name in zip(checks, NAMES, strict=True):
            assert check.name.startswith(name)
            assert check.detail
        return [at for at, check in enumerate(checks) if not check.passed]

    def with_fills(self, fills: pd.DataFrame) -> "Case":
        """Other fills."""
        return replace(self, ledger=replace(self.ledger, fills=fills))

    def with_rows(self, **columns: Any) -> "Case":
        """Other columns of the rows."""
        return replace(self, inputs=replace(self.inputs, rows=self.inputs.rows.assign(**columns)))

    def with_folds(self, *folds: ExitModelFold) -> "Case":
        """Other fits on record."""
        return replace(self, inputs=replace(self.inputs, folds=folds))


@pytest.fixture(scope="module")
def world(project, period, gates) -> World:
    return world_of(period, read_params("execution").execution, gates)


@pytest.fixture(scope="module")
def exits(project) -> AdaptiveExits:
    return changed(
        read_params("exits").exits, dynamic_target__enabled=True, trailing__enabled=True,
        decision__full=True, decision__partial=True, quarter_hour_exit_from_phase_2=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def sound(world, exits) -> Case:
    inputs = world.inputs(exits)
    ledger = world.second(exits, inputs).ledger
    return Case(ledger, world.candidates, inputs, exits)


def test_a_sound_ledger(sound) -> None:
    assert sound.broken() == []
    counts = sound.ledger.fills["exit_type"].value_counts()
    assert min(counts[word] for word in ("optimal_timing", "profit_taking", "target")) > 20


@pytest.fixture(scope="module")
def holed(world, exits) -> Case:
    """A sixth of the bars after the entries missing or idle, and the last position's future."""
    rng, panel = np.random.default_rng(4), world.panel
    drawn = rng.random(panel.open.shape)
    entries = np.unique(world.places[1])[:, None] + [0, 1]
    drawn[:, entries.ravel()] = 1.0
    drawn[:, world.places[1].max() + 3 :] = 0.0
    missing, idle = drawn < 1 / 12, (drawn >= 1 / 12) & (drawn < 1 / 6)
    fields = {name: np.where(missing, np.nan, getattr(panel, name)) for name in PRICES}
    volume = np.where(missing, np.nan, np.where(idle, 0.0, 1.0))
    market = replace(world.market, panel=replace(panel, **fields, volume=volume))
    other = replace(world, market=market)
    inputs = other.inputs(exits)
    return Case(other.second(exits, inputs).ledger, world.candidates, inputs, exits)


def late_sales(case: Case) -> pd.DataFrame:
    """Sales by models that had to wait, with the score's own bar beside them."""
    fills, rows = case.ledger.fills, case.inputs.rows
    sales = fills[fills["exit_type"].isin(["optimal_timing", "profit_taking"])]
    of = case.ledger.trades.set_index("trade_id")["candidate_id"]
    sales = sales.assign(candidate_id=sales["trade_id"].map(of), fill=sales.index)
    scored = rows.assign(row=rows.index)[["candidate_id", "open_time", "exit_probability", "row"]]
    matched = sales.merge(
        scored, left_on=["candidate_id", "exit_confidence"],
        right_on=["candidate_id", "exit_probability"],
    )  # fmt: skip
    assert len(matched) == len(sales)
    return matched[matched["time"] - matched["open_time"] > pd.Timedelta("5min")]


def test_a_sound_ledger_beside_holes_and_idle_bars(holed) -> None:
    """Orders wait for the next trade; where none comes the end of the data closes."""
    assert holed.broken() == []
    late = late_sales(holed)
    assert set(late["exit_type"]) == {"optimal_timing", "profit_taking"}
    assert len(late) > 20
    assert holed.ledger.trades["open_at_end"].sum() >= 1


def test_a_score_of_the_bar_in_which_nobody_traded(holed) -> None:
    """Five minutes before the sale, where nothing was decided."""
    rows, late = holed.inputs.rows, late_sales(holed).iloc[0]
    moved = rows["open_time"].where(rows.index != late["row"], late["time"] - pd.Timedelta("5min"))
    assert SOLD in holed.with_rows(open_time=moved).broken()


@pytest.mark.parametrize("word", ["optimal_timing", "profit_taking"])
def test_a_sale_that_waited_for_too_long(holed, word: str) -> None:
    fills, late = holed.ledger.fills, late_sales(holed)
    one = late.loc[late["exit_type"] == word, "fill"].iloc[0]
    later = fills["time"].where(fills.index != one, fills["time"] + pd.Timedelta("15min"))
    assert SOLD in holed.with_fills(fills.assign(time=later)).broken()


def test_a_score_beside_a_hole_that_was_passed_over(holed) -> None:
    """The trade goes on beyond the bar at which its order had waited to be sold."""
    late, trades = late_sales(holed), holed.ledger.trades
    one = late.loc[late["exit_type"] == "optimal_timing", "trade_id"].iloc[0]
    longer = trades["exit_time"].where(
        trades["trade_id"] != one, trades["exit_time"] + pd.Timedelta("5min")
    )
    ledger = replace(holed.ledger, trades=trades.assign(exit_time=longer))
    assert replace(holed, ledger=ledger).broken() == [PASSED_OVER]


def test_with_every_rule_off_nothing_is_asked_of_scores(world, exits) -> None:
    off = changed(exits, **ALL_OFF)
    inputs = world.inputs(off)
    ledger = world.second(off, inputs).ledger
    assert Case(ledger, world.candidates, inputs, off).broken() == []


def test_nothing_traded(sound) -> None:
    none = replace(sound.ledger, trades=sound.ledger.trades[:0], fills=sound.ledger.fills[:0])
    assert replace(sound, ledger=none).broken() == []


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


def test_sales_under_a_higher_threshold(sound, exits) -> None:
    strict = changed(exits, decision__full_probability=0.95, decision__partial_probability=0.94)
    assert replace(sound, exits=strict).broken() == [SOLD]


def test_sales_by_a_rule_that_is_off(sound, exits) -> None:
    assert SOLD in replace(sound, exits=changed(exits, decision__full=False)).broken()
    assert SOLD in replace(sound, exits=changed(exits, decision__partial=False)).broken()


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


def test_scores_that_were_aligned_to_other_orders(sound, world, exits) -> None:
    phase = world.second(exits, sound.inputs)
    entries = phase.orders.entries
    rules = phase.exit_policy.at(entries.candidate_id).rules
    score = replace(rules.score, score=np.roll(rules.score.score, 1, axis=0))
    shifted = replace(rules, score=score)
    broken = replace(
        sound, ledger=backtest.run_backtest(world.panel, entries, world.execution, shifted)
    ).broken()
    assert {SOLD, PASSED_OVER} <= set(broken)


@pytest.mark.parametrize("column", ["models_fitted", "calibrator_fitted"])
def test_a_fit_after_the_decision(sound, column: str) -> None:
    """Also of a candidate that nobody traded."""
    rows = sound.inputs.rows
    untraded = rows["exit_probability"].notna() & ~rows["candidate_id"].isin(
        sound.ledger.trades["candidate_id"]
    )
    one = rows.index == rows.index[untraded][0]
    late = rows[column].where(~one, rows["open_time"])
    expected = [FITTED, LICENSED] if column == "calibrator_fitted" else [FITTED]
    assert sound.with_rows(**{column: late}).broken() == expected
    missing = rows[column].where(~one)
    assert sound.with_rows(**{column: missing}).broken() == expected


def test_fits_that_are_not_on_record(sound, world) -> None:
    heads = [world.fold("exit_models", day) for day in FITS]
    above = [world.fold("calibrator", day) for day in FITS]
    assert sound.with_folds(*heads, *above).broken() == []
    assert sound.with_folds(*above).broken() == [FITTED]
    failed = world.fold("calibrator", FIT_DAY, "too few")
    assert sound.with_folds(*heads, failed, above[1]).broken() == [FITTED]
    alone = world.fold("calibrator", FIT_DAY + 1)
    assert sound.with_folds(*heads, *above, alone).broken() == [FITTED]


def test_a_sale_by_an_unlicensed_score(sound) -> None:
    """Everything on record denies the licence under which the ledger was traded."""
    rows = sound.inputs.rows
    silent = rows["licensed"].where(rows["licensed"] != 1, 0)
    assert {SOLD, LICENSED, AGAIN} <= set(sound.with_rows(licensed=silent).broken())


def test_a_licensed_score_that_nobody_acted_on(sound, world, exits) -> None:
    """The ledger of a world without licences."""
    rows = sound.inputs.rows
    silent = rows["licensed"].where(rows["licensed"] != 1, 0)
    untouched = replace(sound.inputs, rows=rows.assign(licensed=silent))
    ledger = world.second(exits, untouched).ledger
    assert PASSED_OVER in replace(sound, ledger=ledger).broken()


def test_scores_above_a_threshold_without_a_licence_do_not_sell(sound) -> None:
    rows, trades = sound.inputs.rows, sound.ledger.trades
    refused = rows[(rows["licensed"] == 0) & (rows["exit_probability"] > 0.8)]
    assert refused["candidate_id"].isin(trades["candidate_id"]).any()
    fills = sound.ledger.fills
    assert sound.inputs.licences[1].reason
    sold = fills[fills["exit_type"].isin(["optimal_timing", "profit_taking"])]
    of = trades.set_index("trade_id")["candidate_id"]
    assert not sold["trade_id"].map(of).isin(refused["candidate_id"]).any()


def test_a_licence_that_is_not_on_record(sound, world) -> None:
    rows, (granted, refused) = sound.inputs.rows, sound.inputs.licences
    for licences in ((), (refused,), (granted,), (granted, replace(refused, licensed=True))):
        other = replace(sound.inputs, licences=licences)
        assert replace(sound, inputs=other).broken() == [LICENSED]
    undeserved = replace(sound.inputs, licences=(replace(granted, low_bps=-0.1), refused))
    assert replace(sound, inputs=undeserved).broken() == [LICENSED]
    assert (rows["licensed"] == 0).any()


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


def test_a_share_that_params_do_not_name(sound, exits) -> None:
    other = changed(exits, decision__partial_frac=0.4)
    assert replace(sound, exits=other).broken() == [PARTS]


def test_other_models_than_those_that_scored(sound, world) -> None:
    models: Any = Formula(world.period.first_ms, scale=901.0)
    assert replace(sound, inputs=replace(sound.inputs, models=models)).broken() == [AGAIN]
    silent: Any = Formula(world.period.last_ms)
    assert replace(sound, inputs=replace(sound.inputs, models=silent)).broken() == [AGAIN]


def test_scores_that_got_lost(sound) -> None:
    """Of positions that nobody traded nothing else would show it."""
    rows = sound.inputs.rows
    traded = rows["candidate_id"].isin(sound.ledger.trades["candidate_id"])
    assert rows.loc[~traded, "exit_probability"].notna().any()
    lost = rows["exit_probability"].where(traded)
    assert sound.with_rows(exit_probability=lost).broken() == [AGAIN]
