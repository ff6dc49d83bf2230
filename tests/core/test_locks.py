"""One writer of a stage's outputs, or any number of readers; a killed one holds nothing."""

import errno
import fcntl
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dipmaster.core import locks, stage
from dipmaster.core.errors import PipelineError

HOLDER = """
import sys, time
from dipmaster.core import locks
with locks.hold(sys.argv[1], sys.argv[2:]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def start_holder(project: Path, *names: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, *names],
        env={"PYTHONPATH": str(project)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize(
    ("first", "second", "in_use"),
    [
        (("ingest", []), ("ingest", []), "ingest"),
        (("ingest", []), ("features", ["ingest"]), "ingest"),
        (("features", ["ingest"]), ("ingest", []), "ingest"),
        (("features", ["ingest"]), ("features", ["ingest"]), "features"),
        (("features", ["ingest"]), ("volatility", ["ingest"]), None),
        (("features", []), ("ingest", []), None),
    ],
)
def test_one_writer_or_many_readers(
    first: tuple[str, list[str]], second: tuple[str, list[str]], in_use: str | None
) -> None:
    with locks.hold(*first):
        if in_use is None:
            with locks.hold(*second):
                pass
        else:
            message = (
                rf"(?s)outputs of stage {in_use} to be free.*another process.*Fix: wait.*pgrep"
            )
            with pytest.raises(PipelineError, match=message), locks.hold(*second):
                pass
    with locks.hold(*second):
        pass


def test_a_second_run_of_a_stage_refuses_and_does_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran: list[str] = []
    with locks.hold("toy"), pytest.raises(SystemExit) as caught:
        stage.run("toy", lambda: ran.append("main"))
    assert caught.value.code == 1
    assert "toy: error: expected the outputs of stage toy to be free" in capsys.readouterr().err
    assert ran == []
    with pytest.raises(SystemExit) as caught:
        stage.run("toy", lambda: ran.append("main"))
    assert (caught.value.code, ran) == (0, ["main"])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_lock_ends_with_the_process_that_holds_it(project: Path, number: signal.Signals) -> None:
    process = start_holder(project, "ingest")
    with pytest.raises(PipelineError, match="ingest"), locks.hold("features", ["ingest"]):
        pass
    process.send_signal(number)
    process.communicate(timeout=60)
    with locks.hold("features", ["ingest"]):
        pass


def test_a_file_system_without_locks_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_locks(number: int, kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", without_locks)
    with pytest.raises(PipelineError, match=r"(?s)No locks available.*local disk"), locks.hold("a"):
        pass
