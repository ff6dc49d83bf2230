"""Checks of adaptive exits beside missing and idle bars, where orders wait for the next trade."""

from dataclasses import replace

import pandas as pd
import pytest

from tests.evaluation.exit_case import PASSED_OVER, SOLD, Case


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
