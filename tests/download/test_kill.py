"""A fetch that is killed: no file that ingest takes is cut, and the same fetch goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from dipmaster.cli.app import app
from dipmaster.core.errors import DataError
from dipmaster.core.params import Ingest
from dipmaster.download.placing import hash_file, read_checksum
from dipmaster.market.raw import read_raw
from tests.download.made import add_month, kline_path
from tests.download.server import Archive, cut
from tests.market.ingest_section import ingest_section

pytestmark = pytest.mark.slow
MONTHS = [f"2023-{n:02d}" for n in range(1, 5)]
PROGRAM = "from dipmaster.cli.app import app; app()"
COMMAND = (
    "fetch", "binance", "BTCUSDT", "ETHUSDT", "--start", "2023-01", "--end", "2023-04",
    "--connections", "2",
)  # fmt: skip


@pytest.fixture
def project_folder(raw: Path, project: Path) -> Path:
    """A folder that the command takes for the project."""
    for name in ("dvc.yaml", "params.yaml"):
        Path(name).write_bytes((project / name).read_bytes())
    Path("stages").mkdir()
    Path("stages/__init__.py").touch()
    return raw


def heed_interrupts() -> None:
    """Tests that run in the background of a shell have inherited that interrupts are ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(archive: Archive, project: Path) -> "subprocess.Popen[str]":
    environment = os.environ | {
        "PYTHONPATH": str(project), "DIPMASTER_ARCHIVE_URL": archive.url, "NO_PROXY": "127.0.0.1",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *COMMAND], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heed_interrupts,
    )  # fmt: skip


def run_here(archive: Archive) -> Result:
    """The same command in this process: to be killed it takes another, to go on it does not."""
    return CliRunner().invoke(app, list(COMMAND), env={"DIPMASTER_ARCHIVE_URL": archive.url})


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "the fetch did not get that far"
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_fetch_goes_on_and_ends_with_the_same_files(
    project_folder: Path, archive: Archive, project: Path, number: int
) -> None:
    for seed, symbol in enumerate(("BTCUSDT", "ETHUSDT")):
        for month in MONTHS:
            add_month(archive, symbol, month, np.random.default_rng(seed))
    folder = project_folder / "binance"
    archive.seconds_a_file = 0.15
    half = kline_path("BTCUSDT", "2023-03")
    archive.faults[half] = [cut(2000)] * 3  # so that a part of it is there when it is killed
    running = start(archive, project)
    wait_for(lambda: (folder / f".{half.rpartition('/')[2]}.partial").is_file())
    running.send_signal(number)
    _output, errors = running.communicate(timeout=60)
    assert running.returncode == {signal.SIGKILL: -9, signal.SIGINT: 130}[signal.Signals(number)]
    assert ("the same command goes on" in errors) == (number == signal.SIGINT)

    whole = sorted(folder.glob("*.zip"))
    assert 0 < len(whole) < 8
    assert all(hash_file(path) == read_checksum(path) for path in whole)
    inodes = {path: path.stat().st_ino for path in whole}
    with pytest.raises(DataError, match="Fix: run the same `dipmaster fetch` again"):
        read_raw(project_folder, Ingest.model_validate(ingest_section(set="binance")))

    archive.seconds_a_file = 0.0
    archive.requests.clear()
    done = run_here(archive)
    assert done.exit_code == 0
    assert f"files    8: {8 - len(whole)} new" in done.stdout
    assert {path: path.stat().st_ino for path in whole} == inodes
    assert not any(path.name in one for path in whole for one in archive.requests)
    for symbol in ("BTCUSDT", "ETHUSDT"):
        for month in MONTHS:
            path = kline_path(symbol, month)
            assert (folder / path.rpartition("/")[2]).read_bytes() == archive.files[path]
    assert archive.offsets[half]
    assert not list(folder.glob(".*"))
    market = read_raw(project_folder, Ingest.model_validate(ingest_section(set="binance")))
    assert [len(frame) for frame in market.bars.values()] == [120 * 288 - 1] * 2


def test_two_fetches_at_a_time_are_refused(
    project_folder: Path, archive: Archive, project: Path
) -> None:
    archive.seconds_a_file = 60.0
    first = start(archive, project)
    wait_for(lambda: bool(archive.requests))
    second = run_here(archive)
    assert second.exit_code == 1
    assert "found another process" in second.stderr
    first.kill()
    first.communicate(timeout=60)
