"""Whatever happens to the bytes of a file: bars that fit, or an error that a user can read."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dipmaster.core.errors import DipMasterError
from dipmaster.core.params import Ingest
from dipmaster.market.quality import build_quality_report
from dipmaster.market.raw import read_raw

pytestmark = pytest.mark.slow

EDITS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "zero"]), st.floats(0, 1), st.integers(1, 255)
    ),
    min_size=1,
    max_size=4,
)


def corrupted(data: bytes, edits: list[tuple[str, float, int]]) -> bytes:
    for kind, where, value in edits:
        position = int(where * max(len(data) - 1, 0))
        if kind == "flip":
            data = (
                data[:position]
                + bytes(b ^ value for b in data[position : position + 1])
                + data[position + 1 :]
            )
        elif kind == "cut":
            data = data[:position] + data[position + value :]
        elif kind == "insert":
            data = data[:position] + bytes([value]) * (value % 7 + 1) + data[position:]
        else:
            data = (
                data[:position] + bytes(min(value, len(data) - position)) + data[position + value :]
            )
    return data


def read_or_report(name: str, data: bytes, ingest: Ingest) -> None:
    folder = Path(tempfile.mkdtemp())
    message = None
    try:
        (folder / name).write_bytes(data)
        market = read_raw(folder, ingest)
    except DipMasterError as error:
        message = str(error)
    finally:
        shutil.rmtree(folder)
    if message is not None:
        assert "Fix:" in message
        return
    for entry in build_quality_report(market.bars, market.log).symbols.values():
        assert entry.ohlc_violations == entry.off_grid == entry.duplicates == 0


@pytest.fixture
def whole(
    name: str, tmp_path: Path, bars: Callable[..., pd.DataFrame], klines: Any, zipped: Any
) -> bytes:
    """A sound file of that name: the same for all that is done to it."""
    path = tmp_path / name
    if name.endswith(".csv"):
        path.write_text(klines(bars(600)), encoding="utf-8")
    elif name.endswith(".zip"):
        zipped(path, klines(bars(600), header=True))
    else:
        getattr(bars(600).assign(symbol="BTCUSDT"), f"to_{path.suffix[1:]}")(path)
    return path.read_bytes()


@pytest.mark.parametrize("name", ["BTCUSDT-5m.csv", "BTCUSDT.zip", "BTCUSDT.parquet", "a.feather"])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=EDITS, drop=st.booleans())
def test_corrupted_files(
    whole: bytes,
    ingest: Callable[..., Ingest],
    name: str,
    edits: list[tuple[str, float, int]],
    drop: bool,
) -> None:
    read_or_report(name, corrupted(whole, edits), ingest(on_bad_row="drop" if drop else "error"))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=300), ending=st.sampled_from(["csv", "zip", "parquet", "feather"]))
def test_rubbish(ingest: Callable[..., Ingest], data: bytes, ending: str) -> None:
    read_or_report(f"BTCUSDT-5m.{ending}", data, ingest())


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    text=st.text(alphabet='0123456789.,-+eE"\n\r nax:/;\t', max_size=200),
    header=st.booleans(),
    drop=st.booleans(),
)
def test_text_rubbish(ingest: Callable[..., Ingest], text: str, header: bool, drop: bool) -> None:
    first = "open_time,open,high,low,close,volume,symbol\n" if header else ""
    changed = ingest(on_bad_row="drop" if drop else "error")
    read_or_report("BTCUSDT-5m.csv", (first + text).encode(), changed)
