"""A project folder, an archive of made bars on loopback, and a fetch of it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dipmaster.download.archive import Request, list_months, parse_month
from dipmaster.download.fetching import FetchResult, fetch_archive
from dipmaster.download.limits import TransferLimits
from tests.download.made import add_month
from tests.download.server import Archive, serve

TODAY = date(2023, 5, 10)
QUICK = TransferLimits(
    connections=3, attempts=4, timeout_s=2.0, window_s=0.3, min_bytes_per_s=1000,
    backoff_s=0.01, longest_wait_s=2.0, file_bytes=1 << 20, unpacked_bytes=4 << 20,
)  # fmt: skip


class Silent:
    """Counts bytes."""

    def __init__(self) -> None:
        self.bytes = 0

    def expect(self, files: int) -> None:
        pass

    def receive(self, size: int) -> None:
        self.bytes += size

    def finish_file(self) -> None:
        pass


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """data/raw of an empty project; tests run inside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = Path("data/raw")
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def two_months() -> dict[str, bytes]:
    """Files of two coins, January and February 2023."""
    made = Archive()
    for seed, symbol in enumerate(("BTCUSDT", "ETHUSDT")):
        for month in ("2023-01", "2023-02"):
            add_month(made, symbol, month, np.random.default_rng(seed))
    return made.files


@pytest.fixture
def archive(two_months: dict[str, bytes]) -> Iterator[Archive]:
    """An archive of these files."""
    made = Archive()
    made.files |= two_months
    with serve(made) as served:
        yield served


@pytest.fixture
def fetch(raw: Path, archive: Archive) -> Callable[..., FetchResult]:
    """Fetch both months of both coins; keywords change the request or the limits."""

    def run(
        start: str = "2023-01", end: str = "2023-02", limits: TransferLimits = QUICK, **changes: Any
    ) -> FetchResult:
        asked: dict[str, Any] = {
            "symbols": ("BTCUSDT", "ETHUSDT"), "market": "spot", "set": "binance",
            "kinds": ("klines",), "today": TODAY,
        }  # fmt: skip
        months = tuple(list_months(parse_month(start, "--start"), parse_month(end, "--end")))
        request = Request(**(asked | {"months": months} | changes))
        return fetch_archive(
            request, archive.url, raw, Silent(), choice="coins that were named", limits=limits
        )

    return run
