"""A raw folder to fill, bars to fill it with, and the ingest section to read it under."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.params import Ingest
from dipmaster.market.raw import RawMarket, read_raw
from tests.market.ingest_section import ingest_section

DAY = 288


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """data/raw in an empty project; tests run inside it."""
    monkeypatch.chdir(tmp_path)
    folder = Path("data/raw/set")
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def ingest() -> Callable[..., Ingest]:
    """Section ingest with values of its own, and changes: ``ingest(on_bad_row="drop")``."""
    return lambda **changes: Ingest.model_validate(ingest_section(**changes))


@pytest.fixture
def read(raw: Path, ingest: Callable[..., Ingest]) -> Callable[..., RawMarket]:
    """Read data/raw of the test under changed params."""
    return lambda workspace=None, **changes: read_raw(raw.parent, ingest(**changes), workspace)


@pytest.fixture(scope="session")
def bars() -> Callable[..., pd.DataFrame]:
    """Random bars that break no rule: ``bars(rows, minutes=5, start="2023-01-01", seed=0)``."""

    def build(
        rows: int = 3 * DAY, minutes: int = 5, start: str = "2023-01-01", seed: int = 0
    ) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        close = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.001, rows))), 4)
        open_ = np.round(close * np.exp(rng.normal(0, 0.0005, rows)), 4)
        times = pd.date_range(start, periods=rows, freq=f"{minutes}min", tz="UTC", unit="ms")
        return pd.DataFrame(
            {
                "open_time": times,
                "open": open_,
                "high": np.round(np.maximum(open_, close) + 0.01, 4),
                "low": np.round(np.minimum(open_, close) - 0.01, 4),
                "close": close,
                "volume": np.round(rng.gamma(2.0, 10.0, rows), 3),
            }
        )

    return build


@pytest.fixture(scope="session")
def klines() -> Callable[..., str]:
    """Bars as the archive's csv text: ``klines(frame, header=False, per_ms=1)``."""

    def build(frame: pd.DataFrame, header: bool = False, per_ms: int = 1) -> str:
        out = pd.DataFrame({"open_time": frame["open_time"].astype("int64") * per_ms})
        for name in ("open", "high", "low", "close", "volume"):
            out[name] = frame[name].map("{:.8f}".format)
        out["close_time"] = out["open_time"] + 299_999 * per_ms
        out["quote_volume"] = (frame["volume"] * frame["close"]).map("{:.8f}".format)
        out["count"] = 7
        out["taker_buy_volume"] = (frame["volume"] / 2).map("{:.8f}".format)
        out["taker_buy_quote_volume"] = 1
        out["ignore"] = 0
        return str(out.to_csv(index=False, header=header, lineterminator="\n"))

    return build


@pytest.fixture(scope="session")
def zipped() -> Callable[[Path, str], Path]:
    """Write text as the one csv of a zip."""

    def write(path: Path, text: str) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(path.stem + ".csv", text)
        return path

    return write
