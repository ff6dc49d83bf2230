"""A project with nothing but params and raw files, and the ingest stage run in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from dipmaster.core import stage
from stages import ingest
from tests.market.ingest_section import ingest_section


def ingest_project(
    place: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """An empty project with params, worked in; call it to change section ingest."""
    monkeypatch.chdir(place)
    values = yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8"))

    def change(**changes: Any) -> None:
        values["ingest"] = ingest_section(**changes)
        Path("params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")

    change()
    return change


def put_raw(name: str = "BTCUSDT.parquet", **changes: Any) -> None:
    rows = 700
    close = 100 + np.arange(rows) % 7
    frame = pd.DataFrame(
        {
            "open_time": pd.date_range(
                "2023-01-01", periods=rows, freq="5min", tz="UTC", unit="ms"
            ),
            "open": close + 0.0,
            "high": close + 1.0,
            "low": close - 1.0,
            "close": close + 0.5,
            "volume": 2.0,
        }
    )
    Path("data/raw/set").mkdir(parents=True, exist_ok=True)
    frame.assign(**changes).to_parquet(Path("data/raw/set") / name)


def files(folder: str = "data/ingest") -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(Path(folder).rglob("*")) if p.is_file()}


def exit_code() -> int:
    with pytest.raises(SystemExit) as caught:
        stage.run("ingest", ingest.main)
    return int(caught.value.code or 0)
