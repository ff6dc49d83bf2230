"""Stage `validate`, phase 3: the same trades in other sizes; with fixed sizes it is phase 2."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from dipmaster.core.tables import TRADES
from stages import validate
from tests.stages.made_candidates import LEDGERS, read, read_ledgers, set_params

pytestmark = pytest.mark.slow


def ledgers(name: str) -> list[pd.DataFrame]:
    return read_ledgers(name, 2, 3)


def test_fixed_sizes_give_phase_2_back(workspace: Path) -> None:
    """Through the stage: the same trades, fills and account, row by row."""
    set_params(sizing={"rule": "fixed"})
    validate.main()
    for name in LEDGERS:
        two, three = ledgers(name)
        pd.testing.assert_frame_equal(two, three, check_exact=True)
    details = read("validate")
    assert all(check["passed"] for check in details["integrity_checks"])
    sizing = details["sizing"]
    assert sizing["counts"]["size_of_phase_before"] == sizing["counts"]["orders"] > 50
    assert sizing["displacement"]["displaced"] == []
    difference = details["differences"]["3"]
    assert difference["baseline_phase"] == 2
    assert {difference[name]["value"] for name in ("win_rate", "sharpe", "net_return")} == {0.0}
    claims = {row["id"]: row for row in details["claims"]}
    assert claims["3.risk_adjusted"]["verdict"] != "not measured"


def test_sizes_are_on_record_and_nothing_else_moves(validated: Path) -> None:
    """Inverse volatility: every trade in its own size, bought and sold when phase 2 does."""
    two, three = ledgers("trades")
    TRADES.check(three, "trades of phase 3")
    moved = {"weight_frac", "quantity", "binding_cap", "gross_pnl", "fees", "slippage", "net_pnl"}
    same = [name for name in two.columns if name not in moved and two[name].notna().any()]
    approx = ["return_frac", "exit_price"]
    exact = [name for name in same if name not in approx]
    pd.testing.assert_frame_equal(two[exact], three[exact])
    pd.testing.assert_frame_equal(two[approx], three[approx])
    size = yaml.safe_load(Path("params.yaml").read_text())["execution"]["size_frac"]
    factors = ["vol_scalar", "regime_factor", "spillover_factor", "intraday_factor"]
    wished = size * three[factors].prod(axis=1)
    assert three["size_frac"].to_numpy() == pytest.approx(wished)
    assert three["weight_frac"].to_numpy() == pytest.approx(np.minimum(wished, 0.10))
    assert three["weight_frac"].nunique() > 20
    details = read("validate")
    assert details["sizing"]["rule"] == "inverse_volatility"
    assert len(details["sizing"]["overlay"]) == 3


def test_kelly_bets_nothing_on_a_random_walk(workspace: Path) -> None:
    """Costs make every trade a loss: the phase abstains, and the record says why."""
    least = {"candidates": 20, "per_class": 5}
    refit = {"models_from_day": 10}  # scores are from day 5 on, out of sample is from day 11 on
    set_params(sizing={"rule": "kelly", "min_outcomes": least}, split=refit)
    validate.main()
    details = read("validate")
    third = details["phases"]["3"]
    assert third["abstained_at"] == "size"
    assert third["counts"]["trades"] == 0
    assert third["verdict"] == "INSUFFICIENT DATA"
    counts = details["sizing"]["counts"]
    assert counts["kelly_zero"] == counts["orders"] > 50
    displaced = details["sizing"]["displacement"]
    assert displaced["kelly_zero"] == details["phases"]["2"]["counts"]["trades"]
    assert details["sizing"]["explained"] == []
    claims = {row["id"]: row for row in details["claims"]}
    assert claims["3.sharpe"]["verdict"] == "insufficient data"
    assert claims["3.risk_adjusted"]["verdict"] == "insufficient data"
