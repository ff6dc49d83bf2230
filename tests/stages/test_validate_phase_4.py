"""Stage `validate`, phase 4: without data phase 3 trade for trade, with data other trades."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dipmaster.core import catalog, store
from dipmaster.core.panel import to_timestamps
from dipmaster.core.tables import EVIDENCE_SCORES
from dipmaster.core.time_units import DAY_MS, ISO_UTC
from stages import validate
from tests.stages.made_candidates import LEDGERS, SCORED_FROM_DAY, START_MS, read, read_ledgers

pytestmark = pytest.mark.slow

BAR = pd.Timedelta("5min")


def ledgers(name: str) -> list[pd.DataFrame]:
    return read_ledgers(name, 3, 4)


def write_evidence(change: Callable[[pd.DataFrame], pd.DataFrame] = lambda table: table) -> None:
    """Evidence turns every third candidate round: what was sure is not, and the other way."""
    table = store.read_table(catalog.EVIDENCE_SCORES)
    turned = ((np.arange(len(table)) % 3 == 0) & table["confidence"].notna()).to_numpy()
    fitted = to_timestamps(np.full(len(table), START_MS + SCORED_FROM_DAY * DAY_MS))
    table["uses_evidence"] = turned.astype(np.int8)
    table["confidence"] = table["confidence"].mask(turned, 1.05 - table["confidence"])
    table["published"] = (table["open_time"] + BAR).where(turned)
    for column in ("layer_fitted", "calibrator_fitted"):
        table[column] = pd.Series(fitted).where(turned)
    table["on_chain_log_odds"] = np.where(turned, np.where(table["confidence"] > 0.5, 2.0, -2.0), 0)
    store.write_table(change(table), EVIDENCE_SCORES, catalog.EVIDENCE_SCORES)
    record = read("altdata")
    record["data"]["status"] = "partial"
    moment = fitted[0].strftime(ISO_UTC)
    record["folds"] = [
        {"layer": layer, "fitted_at": moment, "rows": 5, "wins": 3, "reason": ""}
        for layer in ("evidence", "calibrator")
    ]
    store.write_json(record, catalog.ALTERNATIVE_METRICS)


def test_by_hand_before_its_stage_has_run_the_phase_is_left_out_and_that_is_said(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(catalog.ALTERNATIVE)
    validate.main()
    assert "data/alt_data is not there: phase 4 is left out" in capsys.readouterr().err
    assert read("validate")["built_phases"] == [0, 1, 2, 3]
    assert read("validate")["verdict_reason"].startswith("phase 4 is not built")


def test_without_data_it_is_phase_3_trade_for_trade(validated: Path) -> None:
    for name in LEDGERS:
        three, four = ledgers(name)
        pd.testing.assert_frame_equal(three, four, check_exact=True)
    assert len(ledgers("trades")[1]) > 50
    details = read("validate")
    assert details["built_phases"] == [0, 1, 2, 3, 4]
    assert all(check["passed"] for check in details["integrity_checks"])
    figures = details["alternative_data"]
    assert figures["status"] == "no data"
    assert figures["credit"]["verdict"] == "insufficient data"
    assert figures["gained"]["n"] == figures["lost"]["n"] == 0
    assert figures["admitted"] == figures["admitted_before"]
    difference = details["differences"]["4"]
    assert difference["baseline_phase"] == 3
    assert {difference[name]["value"] for name in ("win_rate", "sharpe", "net_return")} == {0.0}
    claims = {row["id"]: row for row in details["claims"]}
    assert claims["4.precision"]["verdict"] != "met"


def test_evidence_gains_and_loses_trades(validated: Path) -> None:
    """Orders, sizes and checks follow the new confidence; phases 0 to 3 do not notice it."""
    before = [Path(f"data/validate/trades_phase_{n}.parquet").read_bytes() for n in range(4)]
    write_evidence()
    validate.main()
    assert before == [
        Path(f"data/validate/trades_phase_{n}.parquet").read_bytes() for n in range(4)
    ]
    table = store.read_table(catalog.EVIDENCE_SCORES)
    three, four = ledgers("trades")
    confidence = table["confidence"].to_numpy()[four["candidate_id"]]
    np.testing.assert_array_equal(four["confidence"], confidence)
    assert (confidence > 0.9).all()
    assert set(four["candidate_id"]) != set(three["candidate_id"])
    details = read("validate")
    failed = [check["name"] for check in details["integrity_checks"] if not check["passed"]]
    assert failed == []
    of_phase = [check for check in details["integrity_checks"] if check["phase"] == 4]
    assert {
        "the evidence on each candidate had been published by the close of its bar",
        "every candidate traded had passed the filter",
        "no position exceeds its cap when it is opened, and no money is borrowed",
    } <= {check["name"] for check in of_phase}
    figures = details["alternative_data"]
    assert figures["gained"]["n"] > 10
    assert figures["lost"]["n"] > 10
    assert figures["by_feed"]["on_chain"]["gained"]["n"] == figures["gained"]["n"]
    assert (
        figures["kept"]["n"] + figures["gained"]["n"]
        == (details["phases"]["4"]["counts"]["trades"])
    )
    assert figures["ceiling"]["target"] == 0.85
    assert figures["ceiling"]["mean_confidence"] == pytest.approx(0.95)
    assert figures["ceiling"]["planted"]["n"] >= 0


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (
            lambda t: t.assign(published=t["published"] + pd.Timedelta("1min")),
            "the evidence on each candidate had been published by the close of its bar",
        ),
        (
            lambda t: t.assign(layer_fitted=t["layer_fitted"] + pd.Timedelta("40D")),
            "each score with evidence comes from fits made before its signal",
        ),
        (
            lambda t: t.assign(uses_evidence=np.int8(0)),
            "a candidate without evidence keeps the confidence of phase 1",
        ),
    ],
)
def test_what_was_not_known_withholds_the_verdict(
    workspace: Path, change: Callable[[pd.DataFrame], pd.DataFrame], name: str
) -> None:
    write_evidence(change)
    validate.main()
    details = read("validate")
    failed = {check["name"] for check in details["integrity_checks"] if not check["passed"]}
    assert name in failed
    assert {check["phase"] for check in details["integrity_checks"] if not check["passed"]} == {4}
    assert "withheld" in details["phases"]["4"]["verdict_reason"]


def test_news_is_checked_where_a_source_has_it(workspace: Path) -> None:
    """Not applicable without the channel; with it, loud news counts against a candidate."""
    write_evidence(lambda t: t.assign(news_impact_score=0.9))
    validate.main()
    quiet = len(ledgers("trades")[1])
    record = read("altdata")
    channel = dict.fromkeys(
        (
            "first_event", "last_event", "longest_gap_hours", "coverage_frac",
            "median_lag_minutes", "median_age_minutes",
        )
    ) | dict.fromkeys(
        (
            "publication_lag_minutes", "staleness_minutes", "symbols", "values", "candidates",
            "published", "fresh",
        ),
        1,
    )  # fmt: skip
    record["data"]["channels"] = [{"channel": "news_impact", "unit": "0..1", **channel}]
    store.write_json(record, catalog.ALTERNATIVE_METRICS)
    params = store.read_yaml(store.PARAMS_FILE)
    strict = {**params, "filter": {**params["filter"], "share_of_checks_frac": 1.0}}
    Path(store.PARAMS_FILE).write_text(__import__("yaml").safe_dump(strict))
    validate.main()
    assert quiet > 50
    assert len(ledgers("trades")[1]) == 0
