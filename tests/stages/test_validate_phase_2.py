"""Stage `validate`, phase 2: the same purchases, other exits; switched off it is phase 1."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from dipmaster.core import catalog, store
from dipmaster.core.errors import DataError
from dipmaster.core.tables import EXIT_PLANS, EXIT_ROWS
from stages import exits, validate
from tests.stages.made_candidates import LEDGERS, OUTPUTS, read, set_params

pytestmark = pytest.mark.slow


def test_phase_2_buys_what_phase_1_buys(validated: Path) -> None:
    """Where money and places are plenty, the exits alone tell the two ledgers apart."""
    one, two = (
        store.read_table(Path(f"data/validate/trades_phase_{phase}.parquet")) for phase in (1, 2)
    )
    bought = ["candidate_id", "entry_time", "confidence", "regime"]
    pd.testing.assert_frame_equal(one[bought], two[bought])
    assert (one["exit_time"] != two["exit_time"]).sum() > 20
    details = read("validate")
    difference = details["differences"]["2"]
    assert difference["baseline_phase"] == 1
    assert difference["trades_frac"]["value"] == 0.0
    rows = [row for row in read("gates") if row["metric"] == "profit_factor"]
    factor = [row["value"] for row in rows[1:]]
    claims = {row["id"]: row for row in details["claims"]}["2.profit_factor"]
    assert claims["value"] == pytest.approx(factor[1] / factor[0] - 1)


def test_exits_switched_off_give_phase_1_back(workspace: Path) -> None:
    """Through the stages: the same trades, fills and account, row by row."""
    params = yaml.safe_load(Path("params.yaml").read_text())["exits"]
    off = {
        "quarter_hour_exit_from_phase_2": True,
        "dynamic_target": params["dynamic_target"] | {"enabled": False},
        "trailing": params["trailing"] | {"enabled": False},
        "decision": params["decision"] | {"full": False, "partial": False},
    }
    set_params(exits=off)
    exits.main()
    validate.main()
    for name in LEDGERS:
        one, two = (
            store.read_table(Path(f"data/validate/{name}_phase_{phase}.parquet"))
            for phase in (1, 2)
        )
        pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert len(store.read_table(Path("data/validate/trades_phase_2.parquet"))) > 50
    details = read("validate")
    assert all(check["passed"] for check in details["integrity_checks"])
    difference = details["differences"]["2"]
    assert {difference[name]["value"] for name in ("win_rate", "mean_net_bps", "sharpe")} == {0.0}
    excess = [row["value"] for row in read("gates") if row["metric"] == "excess_win_rate"]
    assert excess[1] == pytest.approx(excess[2], abs=0.05)  # other draws from the same market


def test_plans_of_other_candidates_are_refused(workspace: Path) -> None:
    path = Path("data/exits/plans.parquet")
    plans = store.read_table(path, EXIT_PLANS)
    for other, told in (
        (plans.iloc[:-1], "200 rows"),
        (plans.assign(open_time=plans["open_time"] + pd.Timedelta("5min")), "open_time of each"),
        (plans.assign(target_frac=np.nan), "targets above 0"),
    ):
        store.write_table(other, EXIT_PLANS, path)
        with pytest.raises(DataError, match=told):
            validate.main()
    plans.assign(momentum_class=np.int8(9)).to_parquet(path)  # no stage could write it
    with pytest.raises(DataError, match=r"'momentum_class' of table 'exit_plans' in -2\.\.2"):
        validate.main()
    assert not any(Path(name).exists() for name in OUTPUTS)


def test_rows_of_other_positions_are_refused(workspace: Path) -> None:
    path = Path("data/exits/rows.parquet")
    rows = store.read_table(path, EXIT_ROWS)
    for other, told in (
        (rows.assign(candidate_id=rows["candidate_id"] + 1), "rows of the candidates"),
        (rows.assign(bars_held=rows["bars_held"] + np.int32(1)), "from the purchase on"),
        (rows.iloc[::-1], "in order of candidate_id"),
        (pd.concat([rows.iloc[:1], rows]), "none twice"),
        (rows.iloc[:0], f"{len(rows)} rows, as reports/metrics/exits.json tells"),
        (rows[rows["candidate_id"] != 7], f"{len(rows)} rows, as reports/metrics/exits.json tells"),
    ):
        store.write_table(other, EXIT_ROWS, path)
        with pytest.raises(DataError, match=told):
            validate.main()
    rows.assign(exit_probability=2.0).to_parquet(path)  # no stage could write it
    with pytest.raises(DataError, match=r"'exit_probability' of table 'exit_rows' in 0\.\.1"):
        validate.main()


def test_rows_of_another_time_limit_are_refused(workspace: Path) -> None:
    """Half of the limit that the rows were made under."""
    params = yaml.safe_load(Path("params.yaml").read_text())["exits"]
    set_params(exits={"max_holding_bars": params["max_holding_bars"] // 2})
    with pytest.raises(DataError, match=r"(?s)rows\.parquet: expected positions of at most.*Fix"):
        validate.main()


def test_a_record_of_something_else_is_refused(workspace: Path) -> None:
    store.write_json({"folds": []}, catalog.EXITS_METRICS)
    with pytest.raises(
        DataError,
        match=r"(?s)exits\.json: expected the keys and types that this version writes.*Fix",
    ):
        validate.main()
