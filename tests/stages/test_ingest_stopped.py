"""The ingest stage that fails or is stopped: nothing is left half-written."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.stages.ingest_project import exit_code, files, ingest_project, put_raw

pytestmark = pytest.mark.slow

# Writes one table, says so, and waits to be stopped in the middle.
HALFWAY = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background ignore it
from dipmaster.core import store
from dipmaster.core import stage
from dipmaster.results.common import RawSelection
from dipmaster.results.ingest import IngestResults
from dipmaster.results.market import Market
from dipmaster.results.serialisation import read_result
from stages import ingest

write = store.write_table

def write_and_wait(frame, table, path):
    write(frame, table, path)
    print("halfway", flush=True)
    time.sleep(60)

store.write_table = write_and_wait
stage.run("ingest", ingest.main)
"""


@pytest.fixture
def workspace(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    return ingest_project(tmp_path, project, monkeypatch)


def started(project: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=os.environ | {"PYTHONPATH": str(project)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def nothing_half_written() -> bool:
    """Apart from the lock, which stays and is empty."""
    return [path.name for path in Path("data").glob(".*")] == [".ingest.lock"]


def nothing_left() -> bool:
    return not Path("data/ingest").exists() and nothing_half_written()


def test_a_bad_file_leaves_what_was_there(
    workspace: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    workspace(source="raw")
    put_raw()
    assert exit_code() == 0
    before = files() | files("reports/metrics")
    put_raw("ETHUSDT.parquet", close=-1.0)
    assert exit_code() == 1
    assert "data/raw/set/ETHUSDT.parquet, row 1:" in capsys.readouterr().err
    assert files() | files("reports/metrics") == before
    assert nothing_half_written()


def test_a_full_disk(
    workspace: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write = pq.write_table
    written: list[Any] = []

    def write_until_full(data: Any, place: Any, **options: Any) -> None:
        write(data, place, **options)
        written.append(place)
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device", str(place))

    monkeypatch.setattr(pq, "write_table", write_until_full)
    assert exit_code() == 1
    assert "No space left on device" in capsys.readouterr().err
    assert nothing_left()
    assert not Path("reports/metrics/ingest.json").exists()
    monkeypatch.undo()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_stopped_in_the_middle(
    workspace: Callable[..., None],
    project: Path,
    capsys: pytest.CaptureFixture[str],
    number: signal.Signals,
) -> None:
    process = started(project, "-c", HALFWAY)
    assert process.stdout is not None
    assert process.stdout.readline() == "halfway\n"
    assert not Path("data/ingest").exists()
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert not Path("reports/metrics/ingest.json").exists()
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "interrupted" in told
        assert nothing_left()
    else:
        assert process.returncode == -signal.SIGKILL
        assert not Path("data/ingest").exists()
        stale = Path("data/.ingest.partial/bars/STALE.parquet")
        stale.write_bytes(b"half a file")
        assert exit_code() == 0
        assert capsys.readouterr().err == ""
        assert nothing_half_written()
        after_kill = files()
        assert "data/ingest/bars/STALE.parquet" not in after_kill
        assert exit_code() == 0
        assert files() == after_kill


def test_a_second_writer_refuses_and_the_first_one_ends_whole(
    workspace: Callable[..., None], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stage outlives a dvc that was killed, and the next dvc starts another beside it."""
    assert exit_code() == 0
    wanted = files() | files("reports/metrics")
    shutil.rmtree("data/ingest")
    first = started(project, "-c", HALFWAY.replace("time.sleep(60)", "sys.stdin.readline()"))
    assert first.stdout is not None
    assert first.stdout.readline() == "halfway\n"
    assert exit_code() == 1
    told = capsys.readouterr().err
    assert told.startswith("ingest: error: expected the outputs of stage ingest to be free")
    assert "Traceback" not in told
    first.communicate("\n" * 100, timeout=60)
    assert first.returncode == 0
    assert files() | files("reports/metrics") == wanted
