"""The confidence stage on a small market: files, same bytes, thin input."""

import json
from pathlib import Path

import lightgbm
import pandas as pd
import pytest

from dipmaster.core import catalog, store
from dipmaster.core.errors import PipelineError
from dipmaster.core.tables import CANDIDATES
from dipmaster.learning.model_store import split_models
from stages import confidence as stage
from stages import features
from tests.stages.small_market import (
    Bars,
    contents,
    put,
    put_params,
    record,
    scores,
    small_params,
)

pytestmark = pytest.mark.slow

FIRST_MODEL = pd.Timestamp("2023-01-16", tz="UTC")


def write_params(project: Path, confidence: dict[str, object], **signal: float) -> None:
    raw = small_params(project)
    raw["confidence"] |= confidence
    raw["signal"] |= signal
    put_params(raw)


@pytest.fixture(scope="module")
def template(bars: Bars, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every stage has run once."""
    place = tmp_path_factory.mktemp("market")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("DIPMASTER_WORKERS", "1")
        write_params(project, {})
        put(bars)
        stage.main()
    return place


def test_what_it_writes(template: Path) -> None:
    table, measured = scores(template), record(template)
    found = store.read_table(template / catalog.CANDIDATES, CANDIDATES)
    assert table["candidate_id"].tolist() == found["candidate_id"].tolist()
    assert ((table["net_frac"] > 0) == (table["label"] == 1)).all()
    assert (table["exit_time"] > table["open_time"])[table["label"] >= 0].all()
    assert table["uniqueness"].dropna().between(0, 1).all()
    decided = table["open_time"] + pd.Timedelta("5min")
    assert (table["p_lgb"].notna() == (decided >= FIRST_MODEL)).all()
    late = table["open_time"] >= pd.Timestamp(measured["out_of_sample_from"])
    assert table.loc[late, "confidence"].between(0, 1).all()
    assert measured["candidates"]["scored_out_of_sample"] == late.sum() > 50
    assert measured["reason"] == ""
    assert set(measured["models"]) == {
        "lgb", "xgb", "ensemble", "weighted_score", "confidence", "reference",
    }  # fmt: skip
    assert measured["models"]["confidence"]["n"] == late.sum()
    assert sum(measured["distribution"]["confidence"]["all"]["counts"]) == late.sum()
    assert len(measured["importance"]) == len(measured["features"]["used"])
    assert measured["families"]["informative"] in (
        "classifier",
        "regression",
        "both",
        "neither",
    )
    assert {row["layer"] for row in measured["folds"]} == {
        "models", "calibrator", "reference",
    }  # fmt: skip
    assert not list(template.rglob("*.partial"))


def test_the_stored_models_say_what_the_table_says(template: Path) -> None:
    """Three of each library a refit; of LightGBM's the texts are read back, with their inputs."""
    models = template / catalog.CONFIDENCE / "models"
    first, second = sorted(models.glob("classifier/lgb_*.txt"))[:2]
    names = json.loads((models / "classifier/models.json").read_text())["inputs"]
    assert first.name == "lgb_2023-01-16.txt"
    assert second.name == "lgb_2023-02-01.txt"
    texts = split_models(first.read_text())
    assert [lightgbm.Booster(model_str=text).feature_name() for text in texts] == 3 * [names]
    others = json.loads((models / "classifier/xgb_2023-01-16.json").read_text())
    assert [one["learner"]["feature_names"] for one in others] == 3 * [names]
    assert {path.name for path in models.glob("*.json")} == {"calibrators.json", "reference.json"}
    refits = json.loads((models / "calibrators.json").read_text())["platt"]
    assert [refit["fitted_at"] for refit in refits][:2] == [
        "2023-01-16T00:00:00Z",
        "2023-02-01T00:00:00Z",
    ]


def test_trees_learn_from_more_rows_than_there_are_candidates(template: Path) -> None:
    folds = record(template)["folds"]
    for fold in folds:
        assert (fold["rows"] > fold["candidates"]) == (fold["layer"] == "models")
        assert fold["reason"] == ""
    assert len({row["candidates"] for row in folds}) == 3  # the same at each of the three refits


def test_same_bytes_for_any_number_of_workers(
    workspace: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The template is the work of one."""
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")
    stage.main()
    assert contents() == contents(template)


def test_plain_bars_work_and_say_what_is_left_out(
    workspace: Path, bars: Bars, template: Path
) -> None:
    put(bars, plain=True)
    stage.main()
    left_out = {row["feature"]: row["reason"] for row in record()["features"]["left_out"]}
    assert left_out["half_spread_bps"] == "no coin's source has it"
    assert record()["candidates"]["scored_out_of_sample"] > 50
    assert len(record()["features"]["used"]) == len(record(template)["features"]["used"]) - 1


@pytest.mark.parametrize(("z_min", "some"), [(50.0, False), (3.4, True)])
def test_no_or_few_candidates(workspace: Path, project: Path, z_min: float, some: bool) -> None:
    write_params(project, {"training_rule": None}, z_min=z_min)
    features.main()
    stage.main()
    table, measured = scores(), record()
    assert (len(table) > 0) == some
    assert table[["p_lgb", "p_ensemble", "confidence", "p_reference"]].isna().all().all()
    assert measured["candidates"]["scored_out_of_sample"] == 0
    assert measured["models"]["confidence"]["auc"]["value"] is None
    assert measured["families"]["informative"] == "neither"
    assert measured["calibration_by_regime"]["all"]["gate"] == "INSUFFICIENT DATA"
    expected = "too few candidates" if some else "no candidate with a label out of sample"
    assert expected in measured["reason"]
    assert not list((catalog.CONFIDENCE / "models").glob("*/lgb_*"))


@pytest.mark.parametrize(("z_min", "some"), [(50.0, False), (3.4, True)])
def test_a_rare_rule_is_scored_by_what_wider_rows_taught(
    workspace: Path, project: Path, z_min: float, some: bool
) -> None:
    write_params(project, {}, z_min=z_min)
    features.main()
    stage.main()
    table, measured = scores(), record()
    calibrators = [row for row in measured["folds"] if row["layer"] == "calibrator"]
    assert all(row["candidates"] < 30 <= row["rows"] for row in calibrators)
    assert (measured["candidates"]["scored_out_of_sample"] > 0) == some
    assert table["confidence"].notna().any() == some
    assert table["p_reference"].isna().all()


def test_nothing_half_written_without_input(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_params(project, {})
    with pytest.raises(PipelineError, match="dvc repro"):
        stage.main()
    assert not catalog.CONFIDENCE.exists()
