"""The alt-data stage on a small market: files, same bytes, no look-ahead, nothing without data."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.altdata import asof
from dipmaster.altdata.layer import LAYER_INPUTS, scores
from dipmaster.altdata.providers import simulated
from dipmaster.core import catalog, store
from dipmaster.core.errors import DataError
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.tables import EVIDENCE, EVIDENCE_INPUTS, EVIDENCE_SCORES, LEFT_OUT
from dipmaster.learning.cross_fitting import LeftOutPredictions
from dipmaster.results.altdata import AlternativeDataRecord
from dipmaster.results.serialisation import read_result
from stages import alt_data, confidence
from tests.stages.small_market import put, put_channels, put_params, simulated_market, small_params

pytestmark = pytest.mark.slow

FIRST_FIT = pd.Timestamp("2023-01-16", tz="UTC")
CUT = pd.Timestamp("2023-03-01 12:00", tz="UTC")
BEFORE_A_REFIT = pd.Timestamp("2023-02-10 12:00", tz="UTC")
FOLDERS = (catalog.ORDER_BOOK, catalog.ON_CHAIN, catalog.SENTIMENT)
BAR = pd.Timedelta("5min")


@pytest.fixture(scope="module")
def template(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every stage up to this one has run once."""
    place = tmp_path_factory.mktemp("market")
    market = simulated_market(project)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("DIPMASTER_WORKERS", "1")
        put_params(small_params(project))
        put(market.bars)
        put_channels(market)
        confidence.main()
        alt_data.main()
    return place


def scores_in(place: Path = Path()) -> pd.DataFrame:
    return store.read_table(place / catalog.EVIDENCE_SCORES, EVIDENCE_SCORES)


def record_in(place: Path = Path()) -> AlternativeDataRecord:
    return read_result(place / catalog.ALTERNATIVE_METRICS, AlternativeDataRecord)


def contents(place: Path = Path()) -> dict[str, bytes]:
    files = [*(place / catalog.ALTERNATIVE).rglob("*"), place / catalog.ALTERNATIVE_METRICS]
    return {str(p.relative_to(place)): p.read_bytes() for p in files if p.is_file()}


def test_what_it_writes(template: Path) -> None:
    table, record = scores_in(template), record_in(template)
    phase_1 = store.read_table(template / catalog.SCORES)
    used = table["uses_evidence"] == 1
    assert table["candidate_id"].tolist() == phase_1["candidate_id"].tolist()
    decided = table["open_time"] + BAR
    assert used.sum() > 100
    assert (decided[used] >= FIRST_FIT).all()
    assert used[phase_1["p_ensemble"].notna() & table["published"].notna()].all()
    assert table["confidence"][~used].equals(phase_1["confidence"][~used])
    assert (table["confidence"] != table["confidence_phase_1"])[used].mean() > 0.9
    assert (table["published"].dropna() <= decided[table["published"].notna()]).all()
    assert (table["layer_fitted"].dropna() <= decided[used]).all()
    evidence = store.read_table(template / catalog.EVIDENCE, EVIDENCE)
    inputs = store.read_table(template / catalog.EVIDENCE_INPUTS, EVIDENCE_INPUTS)
    assert len(evidence) == len(inputs) == len(table)
    assert list(inputs)[3:] == [one.name for one in LAYER_INPUTS]
    assert record.scored == used.sum()
    assert record.inputs["on_chain"] == tuple(
        one.name for one in LAYER_INPUTS if one.name.startswith("net_flow")
    )
    assert record.comparison is not None
    assert record.comparison.n > 30
    assert [one.feed for one in record.permutations] == [
        "order_book", "on_chain", "sentiment", "all",
    ]  # fmt: skip
    assert {one.lag_minutes for one in record.information} == {0, 60, 180, 720}
    assert {one.layer for one in record.folds if not one.reason} == {"evidence", "calibrator"}
    assert record.credit.verdict in {"credited", "not credited", "insufficient data"}


def test_left_out_predictions_are_those_of_the_refits(template: Path) -> None:
    """Each refit hands on the candidates that it learned from, none decided after it."""
    table = store.read_table(template / catalog.LEFT_OUT, LEFT_OUT)
    phase_1 = store.read_table(template / catalog.SCORES).set_index("candidate_id")
    known = phase_1["exit_time"][table["candidate_id"]].reset_index(drop=True) + BAR
    assert (known <= table["fitted"]).all()
    folds = json.loads((template / catalog.CONFIDENCE_METRICS).read_text(encoding="utf-8"))["folds"]
    learned = {f["fitted_at"]: f["candidates"] for f in folds if f["layer"] == "models"}
    counts = table.groupby(table["fitted"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")).size()
    assert counts.to_dict() == {time: n for time, n in learned.items() if time in counts}
    assert len(counts) >= 2


def test_same_bytes_for_any_number_of_workers(
    workspace: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The template is the work of one."""
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")
    alt_data.main()
    assert contents() == contents(template)


def known_at(frame: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    return frame["known_time"] if "known_time" in frame else frame["open_time"] + BAR


def disturb_channels(cut: pd.Timestamp) -> None:
    """Other values wherever the publication lies after the cut."""
    rng = np.random.default_rng(7)
    columns = {"bid_depth_quote", "ask_depth_quote", "net_exchange_flow_frac", "whale_notional"}
    for folder in FOLDERS:
        for path in sorted(folder.glob("*.parquet")):
            frame = store.read_table(path)
            later = (known_at(frame) > cut).to_numpy()
            for name in sorted(columns & set(frame)):
                frame.loc[later, name] *= rng.lognormal(0.0, 2.0, later.sum())
            if "score" in frame:
                frame.loc[later, "score"] = rng.uniform(-1.0, 1.0, later.sum())
            frame.to_parquet(path)


SAID = ["published", "p_evidence", "confidence", "on_chain_log_odds", "sentiment_log_odds"]


def find_cut(table: pd.DataFrame) -> pd.Timestamp:
    """Close of a candidate with evidence: what is published right after it may not count."""
    early = table[(table["uses_evidence"] == 1) & (table["open_time"] < CUT)]
    return early["open_time"].iloc[-1] + BAR


def differs_up_to(cut: pd.Timestamp, before: pd.DataFrame, after: pd.DataFrame) -> bool:
    past = before["open_time"] + BAR <= cut
    assert past.sum() > 100
    return not before.loc[past, SAID].equals(after.loc[past, SAID])


def test_what_is_published_later_changes_nothing_before(workspace: Path, template: Path) -> None:
    whole = scores_in(template)
    cut = find_cut(whole)
    disturb_channels(cut)
    alt_data.main()
    other = scores_in()
    assert not differs_up_to(cut, whole, other)
    assert differs_up_to(whole["open_time"].iloc[-1] + BAR, whole, other)


def test_labels_known_later_change_nothing_before(workspace: Path, template: Path) -> None:
    """Every label that was open at the cut, or came later, turned round."""
    phase_1 = store.read_table(catalog.SCORES)
    open_then = (phase_1["exit_time"] + BAR > BEFORE_A_REFIT) & (phase_1["label"] >= 0)
    phase_1.loc[open_then, "label"] = 1 - phase_1.loc[open_then, "label"]
    phase_1.to_parquet(catalog.SCORES)
    alt_data.main()
    whole, other = scores_in(template), scores_in()
    assert not differs_up_to(BEFORE_A_REFIT, whole, other)
    assert differs_up_to(whole["open_time"].iloc[-1] + BAR, whole, other)


def joined_at_event_time(patch: pytest.MonkeyPatch) -> None:
    """A value counts from the end of what it describes, published or not."""

    def find(series: asof.PublishedSeries, decision_ms: Any) -> Any:
        order = np.maximum.accumulate(series.event_ms)
        return np.searchsorted(order, decision_ms, side="right") - 1

    patch.setattr(asof, "find_published", find)
    patch.setattr("dipmaster.altdata.layer.inputs.find_published", find)


def published_half_an_hour_earlier(patch: pytest.MonkeyPatch) -> None:
    """The provider's own times moved, and the lag that would refuse them taken away."""
    publication = simulated.SimulatedProvider._publication

    def early(provider: Any, frame: pd.DataFrame, event_ms: Any, lag_ms: int) -> Any:
        return np.maximum(publication(provider, frame, event_ms, 0) - 30 * 60_000, event_ms)

    patch.setattr(simulated.SimulatedProvider, "_publication", early)
    raw = json.loads(json.dumps(store.read_yaml(store.PARAMS_FILE)))
    for feed in ("on_chain_flows", "social_sentiment"):
        raw["alternative_data"]["feeds"][feed]["lag_minutes"] = 0
    put_params(raw)


@pytest.mark.parametrize("leak", [joined_at_event_time, published_half_an_hour_earlier])
def test_planted_leaks_are_found(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, leak: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """A check that cannot fail proves nothing."""
    leak(monkeypatch)
    alt_data.main()
    before = scores_in()
    cut = find_cut(before)
    disturb_channels(cut)
    alt_data.main()
    assert differs_up_to(cut, before, scores_in())


def test_evidence_joined_at_event_time_is_found_by_its_publication(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined_at_event_time(monkeypatch)
    alt_data.main()
    table = scores_in()
    assert (table["published"] > table["open_time"] + BAR).any()


def test_a_publication_before_its_lag_is_refused(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = simulated.SimulatedProvider._publication

    def early(provider: Any, *args: Any) -> Any:
        return publication(provider, *args) - 30 * 60_000

    monkeypatch.setattr(simulated.SimulatedProvider, "_publication", early)
    with pytest.raises(DataError, match=r"(?s)published.*Fix"):
        alt_data.main()


def test_scores_in_sample_are_found(
    workspace: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Left-out rows that hold the label itself: the second layer has to notice, and does."""

    def cheat(left_out: pd.DataFrame, refits_ms: Any, inputs: Any) -> list[LeftOutPredictions]:
        label = store.read_table(catalog.SCORES)["label"].to_numpy(dtype=np.float64)
        rows = {ms: read(left_out, refits_ms, inputs)[i] for i, ms in enumerate(refits_ms)}
        return [
            LeftOutPredictions(
                one.rows, np.column_stack([8.0 * label[one.rows] - 4.0, one.values[:, 1:]])
            )
            for one in rows.values()
        ]

    read = scores._read_left_out
    monkeypatch.setattr(scores, "_read_left_out", cheat)
    alt_data.main()
    seen, honest = record_in().comparison, record_in(template).comparison
    assert seen is not None
    assert honest is not None
    # Trusted too much, it loses on candidates that it could not know.
    assert seen.log_loss.value is not None
    assert honest.log_loss.value is not None
    assert seen.log_loss.value > honest.log_loss.value + 0.02


def test_without_a_source_phase_1_stands(workspace: Path) -> None:
    raw: Mapping[str, Any] = store.read_yaml(store.PARAMS_FILE)
    put_params({**raw, "alternative_data": {**raw["alternative_data"], "provider": "none"}})
    alt_data.main()
    table, phase_1 = scores_in(), store.read_table(catalog.SCORES)
    assert table["confidence"].equals(phase_1["confidence"])
    assert not table["uses_evidence"].any()
    assert table["published"].isna().all()
    record = record_in()
    assert record.data.status == "no data"
    assert record.credit.verdict == "insufficient data"
    assert record.credit.reason.startswith("no data")
    assert record.comparison is None


def test_bars_of_files_have_no_simulated_channel(workspace: Path) -> None:
    for folder in FOLDERS:
        for path in folder.glob("*"):
            path.unlink()
        folder.rmdir()
    alt_data.main()
    assert record_in().data.status == "no data"


def test_left_out_rows_of_other_refits_are_refused(workspace: Path) -> None:
    table = store.read_table(catalog.LEFT_OUT)
    table["fitted"] += pd.Timedelta("1D")
    table.to_parquet(catalog.LEFT_OUT)
    with pytest.raises(DataError, match="predictions of the refits that params name"):
        alt_data.main()


def test_noise_is_not_credited(workspace: Path, project: Path) -> None:
    put_channels(simulated_market(project, informativeness=0.0))
    alt_data.main()
    assert record_in().credit.verdict != "credited"
    assert to_epoch_ms(scores_in()["published"].dropna()).size > 100
