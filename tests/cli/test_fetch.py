"""`dipmaster fetch` as it is typed: options, what it prints, exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Command
from tests.download.made import add_month, kline_path
from tests.download.server import Archive, serve, status

pytestmark = pytest.mark.slow

MONTHS = ("--start", "2023-01", "--end", "2023-01")


@pytest.fixture
def archive(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """A month of a coin, and a ranking of four pairs."""
    assert folder.is_dir()
    made = Archive()
    add_month(made, "BTCUSDT", "2023-01", np.random.default_rng(0))
    volumes = {"BTCUSDT": "50.5", "USDCUSDT": "900", "ETHBTC": "800", "ETHUSDT": "60"}
    rows = [{"symbol": name, "quoteVolume": volume} for name, volume in volumes.items()]
    made.files["api/v3/ticker/24hr"] = json.dumps(rows).encode()
    with serve(made) as served:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("DIPMASTER_ARCHIVE_URL", served.url)
        monkeypatch.setenv("DIPMASTER_TICKER_URL", served.url)
        yield served


def test_it_says_what_came_and_what_is_next(
    dipmaster: Command, archive: Archive, folder: Path
) -> None:
    done = dipmaster("fetch", "binance", "btcusdt", *MONTHS, "--set", "mine")
    assert done.exit_code == 0
    assert done.stdout.startswith("files    1: 1 new (")
    assert (
        "next     dipmaster check --set ingest.source=raw --set ingest.raw.set=mine" in done.stdout
    )
    assert (folder / "data/raw/mine/BTCUSDT-5m-2023-01.zip").is_file()
    checked = dipmaster(
        "check", "-S", "ingest.source=raw", "-S", "ingest.raw.set=mine",
        "-S", "split.burn_in_days=10", "-S", "split.models_from_day=5",
        "-S", "split.min_out_of_sample_days=5",
    )  # fmt: skip
    assert "data/raw, set mine, 1 coins" in checked.output


def test_the_top_coins_come_with_a_warning_that_stays(
    dipmaster: Command, archive: Archive, folder: Path
) -> None:
    done = dipmaster("fetch", "binance", "--top", "2", *MONTHS)
    assert "coins    ETHUSDT, BTCUSDT" in done.stdout
    assert "survivorship bias" in done.stderr
    assert "missing  1 not in the archive: binance/ETHUSDT-5m-2023-01.zip" in done.stdout
    record = json.loads((folder / "data/raw/binance/fetch.json").read_text())
    assert record["choice"].startswith("top 2: chosen by their volume today")


def test_more_than_there_are_is_refused(dipmaster: Command, archive: Archive) -> None:
    done = dipmaster("fetch", "binance", "--top", "3", *MONTHS)
    assert "expected 3 pairs with USDT, found 2" in done.stderr


def test_a_file_that_did_not_come_ends_with_a_code(dipmaster: Command, archive: Archive) -> None:
    archive.faults[f"{kline_path('BTCUSDT', '2023-01')}.CHECKSUM"] = [status(403)]
    done = dipmaster("fetch", "binance", "BTCUSDT", *MONTHS)
    assert done.exit_code == 1
    assert "dipmaster: error: " in done.stderr
    assert "expected status 200, found 403" in done.stderr


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("BTCUSDT", "--top", "2", *MONTHS), "expected symbols or --top, found both"),
        (MONTHS, "expected symbols or --top, found neither"),
        (("../x", *MONTHS), "a symbol of 2 to 20"),
        (("BTCUSDT", "--start", "2023-13", "--end", "2023-12"), "--start: expected a month as"),
        (("BTCUSDT", "--start", "2023-02", "--end", "2023-01"), "--end: expected 2023-02 or later"),
        (("BTCUSDT", "--start", "2099-01", "--end", "2099-02"), "--start: expected 20"),
        (("BTCUSDT", "--start", "2023-01", "--end", "2099-02"), "or earlier, found 2099-02: the"),
        (("BTCUSDT", *MONTHS, "--set", "../x"), "--set: expected letters"),
        (("BTCUSDT", *MONTHS, "--set", "alt"), "not `alt`"),
        (("BTCUSDT", *MONTHS, "--kinds", "klines,trades"), "--kinds: expected klines, funding"),
        (("BTCUSDT", *MONTHS, "--url", "ftp://x"), "an http or https address, found ftp://x"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_any_request(
    dipmaster: Command, archive: Archive, folder: Path, options: tuple[str, ...], text: str
) -> None:
    done = dipmaster("fetch", "binance", *options)
    assert done.exit_code == 1
    assert text in done.stderr
    assert "Fix: " in done.stderr
    assert not archive.requests
    assert not (folder / "data/raw").exists()


def test_a_fetch_of_nothing_writes_nothing_and_proposes_nothing(
    dipmaster: Command, archive: Archive, folder: Path
) -> None:
    done = dipmaster("fetch", "binance", "NOSUCHUSDT", *MONTHS, "--set", "mine")
    assert done.exit_code == 1
    assert "missing  1 not in the archive: mine/NOSUCHUSDT-5m-2023-01.zip" in done.stdout
    assert "next" not in done.stdout
    assert "NOSUCHUSDT, 2023-01 to 2023-01: expected files of the archive, found" in done.stderr
    assert not (folder / "data/raw/mine").exists()


def test_an_exchange_needs_the_extra(dipmaster: Command, folder: Path) -> None:
    done = dipmaster("fetch", "exchange", "nowhere", "BTC/USDT")
    assert done.exit_code == 1
    assert "Fix: " in done.stderr


def test_a_terminal_shows_files_and_megabytes(
    archive: Archive, folder: Path, project: Path
) -> None:
    ours, theirs = os.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "dipmaster", "fetch", "binance", "BTCUSDT", *MONTHS],
        env=os.environ | {"PYTHONPATH": str(project), "TERM": "xterm"},
        cwd=folder, stdout=subprocess.PIPE, stderr=theirs, text=True, check=True,
    )  # fmt: skip
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert "1/1" in shown
    assert "0.3 MB" in shown
    assert done.stdout.startswith("files    1: 1 new (0.3 MB received)")
