"""The confidence stage on a small market: files, same bytes, no look-ahead, thin input."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pytest
import yaml

from dipmaster import store
from dipmaster.foundation.errors import PipelineError
from dipmaster.market.simulator import simulate
from dipmaster.params import Params
from dipmaster.tables import BARS, CANDIDATES, SCORES
from stages import confidence as stage
from stages import features, volatility

COINS, DAYS, BURN_IN = 3, 75, 62
PRICES = ["open", "high", "low", "close"]
FIRST_MODEL = pd.Timestamp("2023-01-15", tz="UTC")
Bars = Mapping[str, pd.DataFrame]


def small(raw: dict) -> dict:
    """Everything as in params.yaml, but sized for two months of three coins."""
    raw["signal"]["z_min"] = 0.5
    raw["confidence"]["min_train"] = {"candidates": 30, "per_class": 5}
    raw["confidence"]["trees"] |= {"rounds": 12, "min_leaf": 8}
    raw["confidence"]["correlation_days"] = 10
    raw["confidence"]["judging"] |= {"block_days": 2, "bootstrap_reps": 100, "bins": 4}
    raw["volatility"]["garch"] |= {"window_days": 7, "min_days": 3}
    raw["volatility"]["har"] |= {"window_days": 14, "min_days": 1}
    raw["volatility"]["range_window_days"] = 4
    raw["volatility"]["judging"] |= {"min_days": 2, "block_days": 4, "bootstrap_reps": 100}
    raw["split"] |= {
        "burn_in_days": BURN_IN, "models_from_day": 14, "stack_from_day": 24,
        "calibrator_from_day": 40,
    }  # fmt: skip
    return raw


def write_params(project: Path, **signal: float) -> None:
    raw = small(yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8")))
    raw["signal"] |= signal
    Path("params.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")


def put(bars: Bars, plain: bool = False) -> None:
    """Write the bars and run the stages before; `plain`: OHLCV and nothing else."""
    for symbol, frame in bars.items():
        kept = frame[["open_time", *PRICES, "volume"]] if plain else frame
        store.write_table(kept, BARS, stage.BARS_FOLDER / f"{symbol}.parquet")
    store.write_json({"fallback_half_spread_bps": 1.0 if plain else 0.0}, stage.MARKET)
    store.write_json({"known": False}, volatility.TRUTH_FOLDER / "about.json")
    features.main()
    volatility.main()


@pytest.fixture(scope="module")
def bars(project: Path) -> Bars:
    raw = yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8"))
    simulated = Params.parse(raw, ("ingest",)).ingest.simulated
    dials = {"coins": COINS, "days": DAYS, "seed": 21}
    return simulate(simulated.model_copy(update=dials)).bars


@pytest.fixture(scope="module")
def template(bars: Bars, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every stage has run once."""
    place = tmp_path_factory.mktemp("market")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        write_params(project)
        put(bars)
        stage.main()
    return place


@pytest.fixture
def workspace(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it."""
    place = tmp_path / "copy"
    shutil.copytree(template, place)
    monkeypatch.chdir(place)
    return place


def contents(place: Path = Path()) -> dict[str, bytes]:
    files = [*(place / stage.OUT).rglob("*"), place / stage.METRICS]
    return {str(p.relative_to(place)): p.read_bytes() for p in files if p.is_file()}


def scores(place: Path = Path()) -> pd.DataFrame:
    return store.read_table(place / stage.OUT / "scores.parquet", SCORES)


def record(place: Path = Path()) -> dict:
    return json.loads((place / stage.METRICS).read_text(encoding="utf-8"))


def test_what_it_writes(template: Path) -> None:
    table, told = scores(template), record(template)
    found = store.read_table(template / stage.CANDIDATES_FILE, CANDIDATES)
    assert table["candidate_id"].tolist() == found["candidate_id"].tolist()
    assert ((table["net_frac"] > 0) == (table["label"] == 1)).all()
    assert (table["exit_time"] > table["open_time"])[table["label"] >= 0].all()
    assert table["uniqueness"].dropna().between(0, 1).all()
    decided = table["open_time"] + pd.Timedelta("5min")
    assert (table["p_lgb"].notna() == (decided >= FIRST_MODEL)).all()
    late = table["open_time"] >= pd.Timestamp(told["out_of_sample_from"])
    assert table.loc[late, "confidence"].between(0, 1).all()
    assert told["candidates"]["scored_out_of_sample"] == late.sum() > 50
    assert told["reason"] == ""
    assert set(told["models"]) == {
        "lgb", "xgb", "ensemble", "weighted_score", "score", "confidence", "reference",
    }  # fmt: skip
    assert told["models"]["confidence"]["n"] == late.sum()
    assert sum(told["distribution"]["confidence"]["all"]["counts"]) == late.sum()
    assert len(told["importance"]) == len(told["features"]["used"])
    assert told["families"]["carried_information"] in (
        "classifier",
        "regression",
        "both",
        "neither",
    )
    assert {row["level"] for row in told["folds"]} == {
        "models", "stack", "layer", "calibrator", "reference",
    }  # fmt: skip
    assert not list(template.rglob("*.partial"))


def test_the_stored_models_say_what_the_table_says(template: Path) -> None:
    """LightGBM's text of the first refit, on the rows it predicted."""
    models = template / stage.OUT / "models"
    first, second = sorted(models.glob("classifier/lgb_*.txt"))[:2]
    names = json.loads((models / "classifier/stack.json").read_text())["inputs"]
    assert first.name == "lgb_2023-01-15.txt"
    assert second.name == "lgb_2023-02-01.txt"
    assert lightgbm.Booster(model_file=str(first)).feature_name() == names
    assert {path.name for path in models.glob("*.json")} == {
        "calibrators.json", "layer.json", "reference.json",
    }  # fmt: skip
    refits = json.loads((models / "layer.json").read_text())["refits"]
    assert [refit["fitted_at"] for refit in refits][:2] == [
        "2023-01-25T00:00:00Z",
        "2023-02-01T00:00:00Z",
    ]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_same_bytes_for_any_number_of_workers(
    workspace: Path, template: Path, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", workers)
    stage.main()
    assert contents() == contents(template)


def disturbed(bars: Bars, time: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Another market after `time`: every price, volume, flow and spread of every coin."""
    rng = np.random.default_rng(5)
    out = {}
    for symbol, frame in bars.items():
        later = (frame["open_time"] > time).to_numpy()
        walk = np.exp(np.cumsum(0.004 * rng.standard_normal(later.sum())))
        other = frame.copy()
        other.loc[later, PRICES] = frame.loc[later, PRICES].to_numpy() * walk[:, None]
        for column in frame.columns.difference(["open_time", *PRICES]):
            other.loc[later, column] = frame.loc[later, column] * rng.lognormal(0, 1, later.sum())
        out[symbol] = other
    return out


def until_known(table: pd.DataFrame, time: pd.Timestamp) -> pd.DataFrame:
    """What was said by `time`, and labels of trades that had ended."""
    past = table[table["open_time"] <= time].copy()
    open_then = past["exit_time"] > time
    for column in ("net_frac", "label", "uniqueness"):
        past[column] = past[column].astype(float).mask(open_then)
    return past.assign(exit_time=past["exit_time"].mask(open_then)).reset_index(drop=True)


@pytest.mark.parametrize("cut", ["a refit", "inside a trade"])
def test_later_bars_change_nothing_before_them(
    workspace: Path, template: Path, bars: Bars, cut: str
) -> None:
    """Through features, volatility and confidence: scores, and every model used by then."""
    whole = scores(template)
    late = whole[whole["open_time"] > pd.Timestamp("2023-03-05", tz="UTC")].iloc[3]
    times = {
        "a refit": pd.Timestamp("2023-02-28 23:55", tz="UTC"),
        "inside a trade": late["exit_time"] - pd.Timedelta("5min"),
    }
    time = times[cut]
    put(disturbed(bars, time))
    stage.main()
    other = scores()
    pd.testing.assert_frame_equal(
        until_known(other, time), until_known(whole, time), check_exact=True
    )
    assert not other.equals(whole)
    before, after = contents(template), contents()
    past = [
        name
        for name in before
        if "_2023-" in name and pd.Timestamp(Path(name).stem[-10:], tz="UTC") <= time
    ]
    assert len(past) >= 8
    assert all(before[name] == after[name] for name in past)
    for name in ("layer.json", "calibrators.json", "reference.json", "regression/stack.json"):
        assert refits_until(template, name, time) == refits_until(Path(), name, time)


def refits_until(place: Path, name: str, time: pd.Timestamp) -> list[str]:
    """Records of all refits in a file up to `time`, as text."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, dict) and "fitted_at" in value:
            if pd.Timestamp(value["fitted_at"]) <= time:
                found.append(json.dumps(value, sort_keys=True))
        elif isinstance(value, (dict, list)):
            for item in value.values() if isinstance(value, dict) else value:
                walk(item)

    walk(json.loads((place / stage.OUT / "models" / name).read_text()))
    assert found
    return found


def test_plain_bars_work_and_say_what_is_left_out(
    workspace: Path, bars: Bars, template: Path
) -> None:
    put(bars, plain=True)
    stage.main()
    left_out = {row["feature"]: row["reason"] for row in record()["features"]["left_out"]}
    assert left_out["taker_imbalance"] == "no coin's source has it"
    assert left_out["half_spread_bps"] == "no coin's source has it"
    assert record()["candidates"]["scored_out_of_sample"] > 50
    assert len(record()["features"]["used"]) == len(record(template)["features"]["used"]) - 2


@pytest.mark.parametrize(("z_min", "some"), [(50.0, False), (3.4, True)])
def test_no_or_few_candidates(workspace: Path, project: Path, z_min: float, some: bool) -> None:
    write_params(project, z_min=z_min)
    features.main()
    stage.main()
    table, told = scores(), record()
    assert (len(table) > 0) == some
    assert table[["p_lgb", "p_ensemble", "score", "confidence", "p_reference"]].isna().all().all()
    assert told["candidates"]["scored_out_of_sample"] == 0
    assert told["models"]["confidence"]["auc"]["value"] is None
    assert told["families"]["carried_information"] == "neither"
    assert told["calibration_by_regime"]["all"]["gate"] == "INCONCLUSIVE"
    expected = "too few candidates" if some else "no candidate with a label out of sample"
    assert expected in told["reason"]
    assert not list((stage.OUT / "models").glob("*/lgb_*"))


def test_nothing_half_written_without_input(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_params(project)
    with pytest.raises(PipelineError, match="dvc repro"):
        stage.main()
    assert not stage.OUT.exists()
