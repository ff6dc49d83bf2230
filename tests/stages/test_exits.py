"""The exits stage on a small market: files, same bytes, models read back, thin input."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.core import catalog, store
from dipmaster.core.errors import DataError, PipelineError, TableError
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Params
from dipmaster.core.tables import EXIT_PLANS, EXIT_ROWS
from dipmaster.exits import (
    build_exit_labels,
    build_exit_rows,
    build_positions,
    compute_targets,
    read_models,
    simulate_hold,
)
from stages import confidence, features
from stages import exits as stage
from tests.stages.small_market import Bars, put, put_params, small_params

pytestmark = pytest.mark.slow

FIRST_FIT = pd.Timestamp("2023-01-16", tz="UTC")
BAR = pd.Timedelta("5min")


def close_stops(project: Path) -> dict[str, Any]:
    """Small params with stops so close that each run of the first fit has some."""
    raw = small_params(project)
    raw["exits"]["stop_frac"] = 0.005
    return raw


@pytest.fixture(scope="module")
def template(bars: Bars, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every stage up to this one has run once."""
    place = tmp_path_factory.mktemp("market")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("DIPMASTER_WORKERS", "1")
        put_params(close_stops(project))
        put(bars)
        confidence.main()
        stage.main()
    return place


def rows_in(place: Path = Path()) -> pd.DataFrame:
    return store.read_table(place / catalog.EXITS / "rows.parquet", EXIT_ROWS)


def plans_in(place: Path = Path()) -> pd.DataFrame:
    return store.read_table(place / catalog.EXITS / "plans.parquet", EXIT_PLANS)


def record_in(place: Path = Path()) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((place / catalog.EXITS_METRICS).read_text(encoding="utf-8"))
    return record


def contents(place: Path = Path()) -> dict[str, bytes]:
    """Every file of the stage, by its path."""
    files = [*(place / catalog.EXITS).rglob("*"), place / catalog.EXITS_METRICS]
    return {str(p.relative_to(place)): p.read_bytes() for p in files if p.is_file()}


def test_what_it_writes(template: Path) -> None:
    plans, rows, record = plans_in(template), rows_in(template), record_in(template)
    candidates = store.read_table(template / catalog.SCORES)
    assert plans["candidate_id"].tolist() == candidates["candidate_id"].tolist()
    assert (plans["hold_exit_time"] > plans["open_time"])[plans["hold_exit_type"] != ""].all()
    order = rows[["candidate_id", "bars_held"]]
    assert not order.duplicated().any()
    assert order.equals(order.sort_values(["candidate_id", "bars_held"]))
    assert rows["bars_held"].between(0, 34).all()
    signal = plans.set_index("candidate_id")["open_time"][rows["candidate_id"]].reset_index(
        drop=True
    )
    assert (rows["open_time"] >= signal + BAR).all()
    decided = signal + BAR
    assert (rows["p_profit"].notna() == (decided >= FIRST_FIT)).all()
    assert (rows["models_fitted"].notna() == (decided >= FIRST_FIT)).all()
    assert (rows["exit_probability"].notna() == (decided >= FIRST_FIT)).all()
    assert rows["exit_probability"].dropna().between(0, 1).all()
    assert (rows["licensed"] == -1).equals(rows["exit_probability"].isna())
    granted = {one["fitted_at"]: one["licensed"] for one in record["licences"]}
    scored = rows[rows["licensed"] >= 0]
    moments = scored["calibrator_fitted"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (moments.map(granted) == (scored["licensed"] == 1)).all()
    assert record["reason"] == ""
    assert record["rows"]["all"] == len(rows)
    assert record["rows"]["labelled"] == (rows["exit_beats_holding"] >= 0).sum()
    assert record["rows"]["evaluated"] > 500
    assert record["positions"]["all"] == len(plans)
    assert (
        sum(row["n"] for row in record["gain_by_score"]) == record["rows"]["scored_out_of_sample"]
    )
    assert {row["layer"] for row in record["folds"]} == {"exit_models", "calibrator"}
    assert not list(template.rglob("*.partial"))


def test_labels_say_what_the_nets_say(template: Path) -> None:
    rows, plans = rows_in(template), plans_in(template)
    known = rows[rows["exit_beats_holding"] >= 0]
    assert (
        (known["exit_net_frac"] >= known["hold_net_frac"]) == (known["exit_beats_holding"] == 1)
    ).all()
    hold = plans.set_index("candidate_id")["hold_net_frac"][known["candidate_id"]]
    np.testing.assert_array_equal(known["hold_net_frac"].to_numpy(), hold.to_numpy())
    ends = plans.set_index("candidate_id")["hold_exit_time"][known["candidate_id"]]
    assert (known["open_time"].to_numpy() < ends.to_numpy()).all()


def test_models_read_back_say_what_the_table_says(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On rows made anew from the stored bars, to the last bit."""
    monkeypatch.chdir(template)
    params = store.read_params("exits", "execution")
    market = stage.read_exit_market()
    plans, table = plans_in(), rows_in()
    symbol = pd.Index(market.panel.symbols).get_indexer(pd.Index(plans["symbol"]))
    signal_ms = to_epoch_ms(plans["open_time"])
    places = symbol.astype(np.int64), market.panel.index_of(signal_ms)
    positions = build_positions(*places, plans["target_frac"].to_numpy(), params.exits)
    rows = build_exit_rows(market, positions, params.execution, params.exits)
    probability = read_models(catalog.EXITS / "models").score(
        rows, signal_ms, params.exits.max_holding_bars
    )
    np.testing.assert_array_equal(probability, table["exit_probability"].to_numpy())
    licensed = read_models(catalog.EXITS / "models").licensed(signal_ms)[rows.position]
    np.testing.assert_array_equal(licensed, table["licensed"].to_numpy() == 1)
    names = {p.name for p in (catalog.EXITS / "models").rglob("*") if p.is_file()}
    assert names == {
        "exit_models.json", "calibrator.json", "profit_2023-01-16.txt", "timing_2023-01-16.txt",
        "risk_2023-01-16.txt",
    }  # fmt: skip


def test_same_bytes_for_any_number_of_workers(
    workspace: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The template is the work of one."""
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")
    stage.main()
    assert contents() == contents(template)


def test_a_later_bar_changes_no_score(workspace: Path, template: Path) -> None:
    """The last two weeks lost: every score up to the last bar that is left is the same."""
    cut = pd.Timestamp("2023-03-01 12:00", tz="UTC")
    for folder in (catalog.BARS, catalog.FEATURE_PANEL, catalog.VOLATILITY):
        for path in folder.glob("*.parquet"):
            frame = store.read_table(path)
            frame[frame["open_time"] <= cut].reset_index(drop=True).to_parquet(path)
    for path in (catalog.SCORES, catalog.CANDIDATES):
        table = store.read_table(path)
        table[table["open_time"] < cut].to_parquet(path)
    stage.main()
    columns = ["candidate_id", "bars_held", "p_profit", "timing_bars", "p_risk", "exit_probability"]
    short, whole = rows_in(), rows_in(template)
    whole = whole[whole["open_time"] <= cut]
    assert len(short) > 1000
    assert short[columns].equals(whole[columns].reset_index(drop=True))


def test_plain_bars_work(workspace: Path, bars: Bars) -> None:
    put(bars, plain=True)
    confidence.main()
    stage.main()
    assert record_in()["rows"]["evaluated"] > 500
    assert record_in()["reason"] == ""


@pytest.mark.parametrize(("z_min", "some"), [(50.0, False), (3.4, True)])
def test_no_or_few_candidates(workspace: Path, project: Path, z_min: float, some: bool) -> None:
    raw = close_stops(project)
    raw["signal"]["z_min"] = z_min
    put_params(raw)
    features.main()
    confidence.main()
    stage.main()
    rows, record = rows_in(), record_in()
    assert (len(rows) > 0) == (len(plans_in()) > 0) == some
    assert rows[["p_profit", "timing_bars", "p_risk", "exit_probability"]].isna().all().all()
    expected = "too few positions" if some else "no position with a known outcome out of sample"
    assert expected in record["reason"]
    assert record["exit_probability"]["auc"]["value"] is None
    assert not list((catalog.EXITS / "models/exit_models").glob("*"))
    models = read_models(catalog.EXITS / "models")
    layers = [*models.exit_models.values(), models.calibrators]
    assert {refit.model for refits in layers for refit in refits} == {None}


def test_nothing_half_written_without_input(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put_params(close_stops(project))
    with pytest.raises(PipelineError, match="dvc repro"):
        stage.main()
    assert not catalog.EXITS.exists()


def test_scores_out_of_range_are_refused(workspace: Path) -> None:
    scores = store.read_table(catalog.SCORES).assign(confidence=1.5)
    scores.to_parquet(catalog.SCORES)
    before = contents()
    with pytest.raises(TableError, match=r"scores\.parquet: expected column 'confidence'"):
        stage.main()
    assert contents() == before


def test_scores_of_other_candidates_are_refused(workspace: Path) -> None:
    scores = store.read_table(catalog.SCORES)
    scores.iloc[:-1].to_parquet(catalog.SCORES)
    before = contents()
    with pytest.raises(DataError, match=r"one row for each of \d+ candidates"):
        stage.main()
    assert contents() == before


def test_the_rows_are_those_of_the_package(
    template: Path, monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    """What the stage wires is what the package gives when called step by step."""
    monkeypatch.chdir(template)
    params = Params.parse(close_stops(project), ("exits", "execution"))
    exits, market = params.exits, stage.read_exit_market()
    scores = store.read_table(catalog.SCORES)
    signal_ms = to_epoch_ms(scores["open_time"])
    symbol = np.array([market.panel.symbols.index(name) for name in scores["symbol"]])
    places = symbol, market.panel.index_of(signal_ms)
    confidence_of, regime = scores["confidence"].to_numpy(), scores["regime"].to_numpy()
    targets = compute_targets(market, *places, confidence_of, signal_ms, regime, exits)
    positions = build_positions(*places, targets.target_frac, exits)
    rows = build_exit_rows(market, positions, params.execution, exits)
    paths = simulate_hold(market, positions, params.execution, exits)
    labels = build_exit_labels(market, positions, rows, paths, params.execution)
    table = rows_in()
    np.testing.assert_array_equal(
        table["distance_to_target_sigma"].to_numpy(), rows.features[:, 11]
    )
    np.testing.assert_array_equal(table["exit_beats_holding"].to_numpy(), labels.exit_beats_holding)
    np.testing.assert_array_equal(plans_in()["target_frac"].to_numpy(), targets.target_frac)
