"""Checks of exit scores against the record of their fits and licences."""

from dataclasses import replace

import pytest

from tests.evaluation.exit_case import AGAIN, FITTED, LICENSED, PASSED_OVER, SOLD
from tests.evaluation.phase_2_world import FIT_DAY, FITS


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


def test_fits_that_are_not_on_record(sound, exit_world) -> None:
    heads = [exit_world.fold("exit_models", day) for day in FITS]
    above = [exit_world.fold("calibrator", day) for day in FITS]
    assert sound.with_folds(*heads, *above).broken() == []
    assert sound.with_folds(*above).broken() == [FITTED]
    failed = exit_world.fold("calibrator", FIT_DAY, "too few")
    assert sound.with_folds(*heads, failed, above[1]).broken() == [FITTED]
    alone = exit_world.fold("calibrator", FIT_DAY + 1)
    assert sound.with_folds(*heads, *above, alone).broken() == [FITTED]


def test_a_sale_by_an_unlicensed_score(sound) -> None:
    """Everything on record denies the licence under which the ledger was traded."""
    rows = sound.inputs.rows
    silent = rows["licensed"].where(rows["licensed"] != 1, 0)
    assert {SOLD, LICENSED, AGAIN} <= set(sound.with_rows(licensed=silent).broken())


def test_a_licensed_score_that_nobody_acted_on(sound, exit_world, exit_params) -> None:
    """The ledger of a exit_world without licences."""
    rows = sound.inputs.rows
    silent = rows["licensed"].where(rows["licensed"] != 1, 0)
    untouched = replace(sound.inputs, rows=rows.assign(licensed=silent))
    ledger = exit_world.second(exit_params, untouched).ledger
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


def test_a_licence_that_is_not_on_record(sound, exit_world) -> None:
    rows, (granted, refused) = sound.inputs.rows, sound.inputs.licences
    for licences in ((), (refused,), (granted,), (granted, replace(refused, licensed=True))):
        other = replace(sound.inputs, licences=licences)
        assert replace(sound, inputs=other).broken() == [LICENSED]
    undeserved = replace(sound.inputs, licences=(replace(granted, low_bps=-0.1), refused))
    assert replace(sound, inputs=undeserved).broken() == [LICENSED]
    assert (rows["licensed"] == 0).any()
