"""data/raw/alt holds no bars: it is listed as ignored, and is no set."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dipmaster.core.errors import DataError
from dipmaster.market.raw import RawMarket


@pytest.fixture
def alternative(raw: Path, bars: Callable[..., pd.DataFrame]) -> Path:
    bars().to_parquet(raw / "BTCUSDT-5m.parquet")
    folder = raw.parent / "alt"
    folder.mkdir()
    bars(seed=1).to_parquet(folder / "taker_spot_ETHUSDT_5m.parquet")
    (folder / "mood.csv").write_text("date,fng\n2023-01-01,50\n")
    return folder


def test_alternative_data_is_ignored_with_its_reason(
    alternative: Path, read: Callable[..., RawMarket]
) -> None:
    market = read()
    assert list(market.bars) == ["BTCUSDT"]
    ignored = {entry.file: entry.reason for entry in market.log.ignored}
    assert ignored == dict.fromkeys(
        ("alt/mood.csv", "alt/taker_spot_ETHUSDT_5m.parquet"), "alternative data, not bars"
    )


def test_it_is_no_set(alternative: Path, read: Callable[..., RawMarket]) -> None:
    with pytest.raises(DataError, match="the sets set"):
        read(set="alt")
