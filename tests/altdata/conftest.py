"""Params and providers of the tests of alternative data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dipmaster.altdata import Channel, ChannelValues, build_channel, build_values
from dipmaster.altdata.files.cleaning import FileValues, read_file_values
from dipmaster.altdata.files.table import load_table
from dipmaster.altdata.provider import MARKET_WIDE
from dipmaster.altdata.providers.files import FilesProvider, read_files
from dipmaster.core.kernels import Ints
from dipmaster.core.panel import to_timestamps
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.time_units import BAR_MS
from dipmaster.market.raw.files import RawFile
from tests.made.params import read_params

START_MS = 1_672_531_200_000  # 2023-01-01
Write = Callable[[str, str], RawFile]


@pytest.fixture(scope="session")
def params() -> AlternativeData:
    """The section, with the values of tests/made/params.yaml."""
    return read_params("alternative_data").alternative_data


@dataclass(frozen=True)
class MadeProvider:
    """A provider of given values."""

    values: pd.DataFrame
    channels: tuple[Channel, ...]
    name: str = "made"
    cleaning: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def read(self, symbol: str) -> pd.DataFrame:
        rows = self.values["symbol"].isin([symbol, MARKET_WIDE])
        return self.values[rows].reset_index(drop=True)


def make_provider(params: AlternativeData, *parts: ChannelValues) -> MadeProvider:
    """A provider of these parts, its channels with the lags of the params."""
    names = dict.fromkeys(part.channel for part in parts)
    return MadeProvider(build_values(parts), tuple(build_channel(name, params) for name in names))


def make_candidates(*rows: tuple[str, int]) -> pd.DataFrame:
    """Candidates of (symbol, time of the decision): their bar opens five minutes before."""
    decisions = np.array([decision for _, decision in rows], dtype=np.int64)
    return pd.DataFrame(
        {
            "candidate_id": np.arange(len(rows), dtype=np.int64),
            "symbol": pd.array([symbol for symbol, _ in rows], dtype="str"),
            "open_time": to_timestamps(decisions - BAR_MS),
        }
    )


def times(*minutes: float) -> Ints:
    """Minutes after 2023-01-01 as milliseconds since 1970."""
    return np.array([START_MS + round(60_000 * m) for m in minutes], dtype=np.int64)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file: ``write("BTCUSDT/top.csv", text)``."""

    def put(name: str, text: str) -> RawFile:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return RawFile(name, path)

    return put


@pytest.fixture
def read_text(write: Write) -> Callable[[str, str], FileValues]:
    """Values of one file of this name and text."""
    return lambda name, text: read_file_values(load_table(write(name, text)))


@pytest.fixture
def provide(write: Write, params: AlternativeData) -> Callable[..., FilesProvider]:
    """Provider of files, name to text."""
    return lambda files: read_files([write(name, text) for name, text in files.items()], params)
