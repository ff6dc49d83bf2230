"""Tables of one file a symbol are read by symbol, with open_time whatever was asked for."""

from pathlib import Path

import pandas as pd
import pytest

from dipmaster.core import catalog, store
from dipmaster.core.errors import PipelineError, TableError
from dipmaster.core.tables import BARS, FUNDING


@pytest.fixture
def bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.chdir(tmp_path)
    times = pd.date_range("2024-01-01", periods=3, freq="5min", tz="UTC").as_unit("ms")
    prices = {name: [1.0, 2.0, 3.0] for name in ("open", "high", "low", "close", "volume")}
    frame = pd.DataFrame({"open_time": times, **prices})
    for symbol in ("BBB", "AAA"):
        store.write_table(frame, BARS, catalog.BARS / f"{symbol}.parquet")
    return frame


def test_symbols_come_sorted_with_the_columns_asked_for(bars: pd.DataFrame) -> None:
    frames = catalog.read_symbols(catalog.BARS, columns=["close"])
    assert list(frames) == ["AAA", "BBB"]
    assert list(frames["AAA"].columns) == ["open_time", "close"]


def test_only_the_symbols_asked_for_are_read(bars: pd.DataFrame) -> None:
    assert list(catalog.read_symbols(catalog.BARS, ["BBB"])) == ["BBB"]


def test_a_frame_that_does_not_fit_its_table_is_refused(bars: pd.DataFrame) -> None:
    bars.drop(columns="high").to_parquet(catalog.BARS / "AAA.parquet")
    with pytest.raises(TableError, match="high"):
        catalog.read_symbols(catalog.BARS, table=BARS)


def test_the_panel_has_the_markets_half_spread(bars: pd.DataFrame) -> None:
    store.write_json({"charged": {"AAA": False, "BBB": False}}, catalog.FUNDING_ABOUT)
    panel = catalog.read_panel(1.5)
    assert panel.symbols == ("AAA", "BBB")
    assert (panel.half_spread_bps == 1.5).all()
    assert panel.funding_frac is None


def test_the_panel_has_the_funding_of_the_coins_that_are_charged(bars: pd.DataFrame) -> None:
    store.write_json({"charged": {"AAA": False, "BBB": True}}, catalog.FUNDING_ABOUT)
    rates = pd.DataFrame({"time": bars["open_time"].iloc[[1]], "rate_frac": [0.0003]})
    store.write_table(rates, FUNDING, catalog.FUNDING / "BBB.parquet")
    panel = catalog.read_panel(1.5)
    assert panel.funding_frac is not None
    assert panel.funding_frac.tolist() == [[0.0, 0.0, 0.0], [0.0, 0.0003, 0.0]]


def test_a_missing_funding_file_is_named(bars: pd.DataFrame) -> None:
    with pytest.raises(PipelineError, match=r"funding/about\.json"):
        catalog.read_panel(1.5)
