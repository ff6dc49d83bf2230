"""The features stage: its files, the same bytes for any number of threads, nothing half-written."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from dipmaster.core import catalog, store
from dipmaster.core.errors import PipelineError, TableError
from dipmaster.core.tables import BARS, CANDIDATES, FEATURES
from stages import features as stage

BARS_FOLDER = Path("data/ingest/bars")


def bars(seed: int, rows: int = 1200) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    returns = 0.002 * rng.standard_t(3, rows)
    close = 100 * np.cumprod(1 + np.clip(returns, -0.1, 0.1))
    opened = np.append(100.0, close[:-1])
    return pd.DataFrame(
        {
            "open_time": pd.date_range("2023-01-01", periods=rows, freq="5min", tz="UTC").as_unit(
                "ms"
            ),
            "open": opened,
            "high": np.maximum(opened, close) * 1.001,
            "low": np.minimum(opened, close) * 0.999,
            "close": close,
            "volume": 50 * np.exp(80 * np.abs(returns)),
        }
    )


@pytest.fixture
def workspace(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(
        (project / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )

    def put(**frames: pd.DataFrame) -> None:
        for symbol, frame in frames.items():
            store.write_table(frame, BARS, BARS_FOLDER / f"{symbol}.parquet")

    return put


def contents() -> dict[str, bytes]:
    files = [*Path("data/features").rglob("*"), catalog.FEATURES_METRICS]
    return {str(path): path.read_bytes() for path in files if path.is_file()}


def test_what_it_writes(workspace) -> None:
    workspace(AAAUSDT=bars(1), BBBUSDT=bars(2))
    stage.main()
    panel = store.read_table(Path("data/features/panel/AAAUSDT.parquet"), FEATURES)
    assert (panel["open_time"] == bars(1)["open_time"]).all()
    found = store.read_table(Path("data/features/candidates.parquet"), CANDIDATES)
    assert len(found) > 0
    facts = json.loads(catalog.FEATURES_METRICS.read_text(encoding="utf-8"))
    assert facts["candidates"] == len(found)
    assert facts["left_out"]["taker_imbalance"]["symbols"] == ["AAAUSDT", "BBBUSDT"]
    first = found[found["symbol"] == "AAAUSDT"].iloc[0]
    row = panel[panel["open_time"] == first["open_time"]].iloc[0]
    assert row["dip_z"] == np.float32(first["dip_z"])
    assert first["dip_z"] != np.float32(first["dip_z"])  # decided in full precision


def test_same_bytes_for_any_number_of_workers(workspace, monkeypatch) -> None:
    workspace(AAAUSDT=bars(1), BBBUSDT=bars(2), CCCUSDT=bars(3))
    seen = []
    for workers in ("1", "2", "3"):
        monkeypatch.setenv("DIPMASTER_WORKERS", workers)
        stage.main()
        seen.append(contents())
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) == 5


def test_ten_bars_give_no_candidate_and_no_error(workspace) -> None:
    workspace(AAAUSDT=bars(1, rows=10))
    stage.main()
    assert len(store.read_table(Path("data/features/candidates.parquet"), CANDIDATES)) == 0
    facts = json.loads(catalog.FEATURES_METRICS.read_text(encoding="utf-8"))
    assert facts["first_usable_time"] == {"AAAUSDT": None}
    assert facts["candidates_per_coin_day"] == 0


def test_no_bars_is_an_error_with_a_fix(workspace) -> None:
    with pytest.raises(PipelineError, match="dvc repro"):
        stage.main()


def test_a_foreign_table_is_refused_and_leaves_nothing(workspace) -> None:
    workspace(AAAUSDT=bars(1))
    pd.DataFrame({"close": [1.0]}).to_parquet(BARS_FOLDER / "BADUSDT.parquet")
    with pytest.raises(TableError, match="BADUSDT"):
        stage.main()
    assert not Path("data/features").exists()
    assert not catalog.FEATURES_METRICS.exists()


def test_a_failure_keeps_the_run_before(workspace, monkeypatch) -> None:
    workspace(AAAUSDT=bars(1))
    stage.main()
    before = contents()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stage.store, "write_table", full)
    with pytest.raises(OSError, match="No space"):
        stage.main()
    assert contents() == before
    assert {path.name for path in Path("data").iterdir()} == {"ingest", "features"}


def test_another_rule_is_read_from_params(workspace) -> None:
    workspace(AAAUSDT=bars(1), BBBUSDT=bars(2))
    stage.main()
    dips = json.loads(catalog.FEATURES_METRICS.read_text(encoding="utf-8"))["candidates"]
    raw = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    raw["signal"]["rule"] = "dipmaster_v4"
    Path("params.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    stage.main()
    assert json.loads(catalog.FEATURES_METRICS.read_text(encoding="utf-8"))["candidates"] > dips
