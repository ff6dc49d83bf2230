"""The ingest stage: what it writes, and what it refuses."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dipmaster.core import catalog
from dipmaster.core.errors import DataError
from dipmaster.core.store import read_table
from dipmaster.core.tables import BARS, ON_CHAIN, ORDER_BOOK, SENTIMENT, TRUTH
from dipmaster.results.common import RawSelection
from dipmaster.results.ingest import IngestResults
from dipmaster.results.market import Market
from dipmaster.results.serialisation import read_result
from stages import ingest
from tests.stages.ingest_project import exit_code, files, ingest_project, put_raw

pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    return ingest_project(tmp_path, project, monkeypatch)


@pytest.mark.parametrize("on_bad_row", ["error", "drop"])
def test_a_redenomination_over_a_halt_is_refused(
    workspace: Callable[..., None], on_bad_row: str
) -> None:
    """Nothing of it is written: no later stage can count the jump as profit."""
    put_raw()
    frame = pd.read_parquet("data/raw/set/BTCUSDT.parquet")
    later = frame.index >= 650
    frame.loc[later, ["open", "high", "low", "close"]] *= 1000.0
    frame.loc[later, "open_time"] += pd.Timedelta("5D")
    frame.to_parquet("data/raw/set/BTCUSDT.parquet")
    workspace(source="raw", on_bad_row=on_bad_row)
    with pytest.raises(DataError, match="BTCUSDT, 2023-01-03 06:05 to 2023-01-08 06:10 UTC"):
        ingest.main()
    assert not Path("data/ingest").exists()
    workspace(source="raw", on_bad_row=on_bad_row, max_jump_factor=2000.0)
    ingest.main()
    told = json.loads(Path("reports/metrics/ingest.json").read_text(encoding="utf-8"))
    assert told["symbols"]["BTCUSDT"]["largest_jump"]["factor"] > 900.0


def test_funding_is_written_for_the_coins_that_have_it(workspace: Callable[..., None]) -> None:
    put_raw()
    put_raw("ETHUSDT.parquet")
    first = pd.Timestamp("2023-01-01", tz="UTC")
    stamps = [int((first + pd.Timedelta(8 * i, "h")).timestamp() * 1000) + 2 for i in range(8)]
    header = "calc_time,funding_interval_hours,last_funding_rate"
    text = "\n".join([header, *(f"{stamp},8,0.0001" for stamp in stamps)])
    Path("data/raw/set/BTCUSDT-fundingRate-2023-01.csv").write_text(text, encoding="utf-8")
    workspace(source="raw")
    ingest.main()
    market = json.loads(Path("data/ingest/market.json").read_text(encoding="utf-8"))
    assert market["funding"] == {"BTCUSDT": True, "ETHUSDT": False}
    rates = catalog.read_funding()
    assert list(rates) == ["BTCUSDT"]
    assert rates["BTCUSDT"]["rate_frac"].tolist() == [0.0001] * 8
    metrics = json.loads(Path("reports/metrics/ingest.json").read_text(encoding="utf-8"))
    assert metrics["files"]["funding"] == ["set/BTCUSDT-fundingRate-2023-01.csv"]
    assert metrics["files"]["ignored"] == 0


def test_simulated(workspace: Callable[..., None]) -> None:
    assert exit_code() == 0
    market = json.loads(Path("data/ingest/market.json").read_text(encoding="utf-8"))
    assert market["source"] == "simulated"
    assert len(market["symbols"]) == 2
    assert market["days"] == 5
    assert market["columns_left_out"] == []
    assert market["fallback_half_spread_bps"] == 0
    for folder, table in {
        "bars": BARS,
        "truth": TRUTH,
        "order_book": ORDER_BOOK,
        "on_chain": ON_CHAIN,
        "sentiment": SENTIMENT,
    }.items():
        for symbol in market["symbols"]:
            frame = read_table(Path("data/ingest") / folder / f"{symbol}.parquet", table)
            assert len(frame) > 0
    quality = json.loads(Path("reports/metrics/ingest.json").read_text(encoding="utf-8"))
    assert quality["market"]["bars"] == 2 * 5 * 288
    assert "files" not in quality


def test_files_in_data_raw_change_nothing_of_the_simulated_market(
    workspace: Callable[..., None],
) -> None:
    assert exit_code() == 0
    before = files() | files("reports/metrics")
    put_raw()
    assert exit_code() == 0
    assert files() | files("reports/metrics") == before


def test_raw(workspace: Callable[..., None]) -> None:
    workspace(source="raw")
    put_raw()
    put_raw("ETHUSDT.parquet", trade_count=3.0)
    assert exit_code() == 0
    assert json.loads(Path("data/ingest/market.json").read_text(encoding="utf-8")) == {
        "source": "raw",
        "symbols": ["BTCUSDT", "ETHUSDT"],
        "first_open_time": "2023-01-01T00:00:00Z",
        "last_open_time": "2023-01-03T10:10:00Z",
        "days": pytest.approx(699 / 288),
        "columns": {"BTCUSDT": ["volume"], "ETHUSDT": ["volume", "trade_count"]},
        "columns_left_out": ["quote_volume", "taker_buy_volume", "half_spread_bps"],
        "fallback_half_spread_bps": 1,
        "funding": {"BTCUSDT": False, "ETHUSDT": False},
        "selection": {
            "set": None, "sets_read": ["set"], "symbols": None, "start": None, "end": None,
        },
    }  # fmt: skip
    frame = read_table(Path("data/ingest/bars/ETHUSDT.parquet"), BARS)
    assert len(frame) == 699
    assert str(frame["open_time"].dtype) == "datetime64[ms, UTC]"
    assert sorted(files()) == [
        "data/ingest/bars/BTCUSDT.parquet",
        "data/ingest/bars/ETHUSDT.parquet",
        "data/ingest/funding/about.json",
        "data/ingest/market.json",
        "data/ingest/truth/about.json",
    ]
    assert json.loads(Path("data/ingest/truth/about.json").read_text("utf-8")) == {"known": False}


def test_what_was_selected_is_written(workspace: Callable[..., None]) -> None:
    put_raw()
    put_raw("ETHUSDT.parquet")
    shutil.copytree("data/raw/set", "data/raw/other")
    workspace(source="raw", set="other", symbols=["ETHUSDT"], end="2023-01-03")
    assert exit_code() == 0
    market = read_result(catalog.MARKET, Market)
    assert (market.symbols, market.days) == (("ETHUSDT",), 2.0)
    assert market.last_open_time == "2023-01-02T23:55:00Z"
    assert market.selection == RawSelection(
        set="other", sets_read=("other",), symbols=("ETHUSDT",), start=None, end="2023-01-03"
    )
    quality = read_result(catalog.INGEST_METRICS, IngestResults)
    assert quality.files is not None
    assert quality.files.selection == market.selection


def test_no_output_names_a_folder_of_this_machine(
    workspace: Callable[..., None], tmp_path: Path
) -> None:
    workspace(source="raw", on_bad_row="drop")
    put_raw(high=np.where(np.arange(700) == 5, 1.0, 200.0))
    Path("data/raw/set/notes.txt").write_text("x", encoding="utf-8")
    assert exit_code() == 0
    for data in (files() | files("reports/metrics")).values():
        assert str(tmp_path).encode() not in data
    quality = json.loads(Path("reports/metrics/ingest.json").read_text(encoding="utf-8"))
    assert quality["files"]["dropped_rows"] == {"set/BTCUSDT.parquet": {"high_below_low": 1}}
    assert quality["files"]["ignored"] == 1


def test_empty_data_raw(workspace: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    workspace(source="raw")
    assert exit_code() == 1
    assert "dvc add data/raw/<set>" in capsys.readouterr().err
    assert not Path("reports/metrics/ingest.json").exists()


@pytest.mark.parametrize("root", ["workspace", "."])
def test_an_experiment_in_a_copy_of_the_workspace(
    workspace: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    root: str,
) -> None:
    """DVC_ROOT is the workspace, also where DVC runs the stage in a copy of it."""
    workspace(source="raw")
    put_raw()
    (tmp_path / "workspace/data/raw/two").mkdir(parents=True)
    (tmp_path / "workspace/data/raw/two/ETHUSDT.csv").write_text("x", encoding="utf-8")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / root))
    assert exit_code() == (0 if root == "." else 1)
    told = capsys.readouterr().err
    assert ("two/ETHUSDT.csv missing" in told) == (root != ".")
