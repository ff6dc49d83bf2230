"""A run that a signal ends: DVC and its stages end with it, then everything is put back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from dipmaster.cli import restoring
from dipmaster.cli import run as run_module
from dipmaster.cli.at_work import is_there
from dipmaster.cli.ending import ENDING
from dipmaster.core import catalog
from tests.cli.conftest import Command
from tests.cli.toy import PID, read_files

# Ends on Ctrl-C as DVC does: it first takes longer than any patience, and still writes.
SLOW_CHILD = """
import os, signal, sys, time
from pathlib import Path
def end(*_):
    time.sleep(0.6)
    Path("params.yaml").write_text("written last")
    sys.exit(252)
signal.signal(signal.SIGINT, end)
os.kill(os.getppid(), int(sys.argv[1]))
os.kill(os.getppid(), int(sys.argv[1]))
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """Hear signals that whoever began the tests ignores: a job in the background, `nohup`."""
    ignored = [one for one in ENDING if signal.getsignal(one) is signal.SIG_IGN]
    for one in ignored:
        signal.signal(one, signal.default_int_handler if one == signal.SIGINT else signal.SIG_DFL)
    yield
    for one in ignored:
        signal.signal(one, signal.SIG_IGN)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_run_that_is_ended_ends_dvc_and_its_stage(
    dipmaster: Command, project: Path, toy: Path, number: signal.Signals, code: int
) -> None:
    """Sent to the one process, as a time limit does; meanwhile `restore` is refused."""
    before = read_files(toy)
    command = [sys.executable, "-m", "dipmaster", "run", "-S", "signal.z_min=4.5", "-n", "long"]
    with subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": str(project)}, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        wait_until(lambda: (toy / PID).is_file() and (toy / PID).read_text() != "")
        stage = int((toy / PID).read_text(encoding="utf-8"))
        is_changed = not (toy / catalog.GATES).exists()  # DVC removes outputs first
        refused = dipmaster("restore", "--yes")
        running.send_signal(number)
        _, printed = running.communicate(timeout=60)
    assert is_changed
    assert refused.exit_code == 1
    assert "dvc exp run -S signal.z_min=4.5 --name long` (process " in refused.stderr
    assert running.returncode == code
    assert not is_there(stage)
    assert "put back as before it: params.yaml" in printed
    assert read_files(toy) == before
    assert dipmaster("restore", "--yes").exit_code == 0


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_what_dvc_writes_last_is_put_back_too(
    dipmaster: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    """It is waited for, however often it is told to end."""
    before = (folder / "params.yaml").read_bytes()
    checkouts: list[bytes] = []

    def start(options: Sequence[str]) -> "subprocess.Popen[bytes]":
        assert options == ["-S", "signal.z_min=2"]
        command = [sys.executable, "-c", SLOW_CHILD, str(int(number))]
        return subprocess.Popen(command, process_group=0)

    def checkout_outputs(**_: str) -> None:
        checkouts.append((folder / "params.yaml").read_bytes())

    monkeypatch.setattr(run_module, "start_dvc", start)
    monkeypatch.setattr(restoring, "checkout_outputs", checkout_outputs)
    handler = signal.getsignal(number)
    done = dipmaster("run", "--set", "signal.z_min=2")
    assert done.exit_code == code
    assert "put back as before it: params.yaml" in done.stderr
    assert (folder / "params.yaml").read_bytes() == before
    assert checkouts == [before]
    assert signal.getsignal(number) is handler


STOPPED = """
import signal, subprocess, sys
from dipmaster.cli.ending import Ending
with Ending() as ending:
    child = subprocess.Popen([sys.executable, "-c", "input()"], process_group=0,
                             stdin=subprocess.PIPE)
    print(child.pid, flush=True)
    sys.exit(ending.wait_for(child))
"""


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="states of processes: /proc")
def test_ctrl_z_stops_both_and_fg_continues_both(project: Path) -> None:
    def is_stopped(pid: int) -> bool:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    with subprocess.Popen(
        [sys.executable, "-c", STOPPED], env=os.environ | {"PYTHONPATH": str(project)},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        child = int(running.stdout.readline())
        time.sleep(0.2)
        running.send_signal(signal.SIGTSTP)
        wait_until(lambda: is_stopped(running.pid) and is_stopped(child))
        running.send_signal(signal.SIGCONT)
        wait_until(lambda: not is_stopped(running.pid) and not is_stopped(child))
        running.terminate()
        running.communicate(timeout=60)
    assert running.returncode == 143
    assert not is_there(child)
