"""Exit codes and messages of a stage; times never enter an output."""

import errno
import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dipmaster.core import stage
from dipmaster.core.errors import DataError
from dipmaster.core.kernel_sources import PACKAGE


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_STAGE", raising=False)


def run_stage_raising(error: BaseException | None) -> int:
    def main() -> None:
        if error is not None:
            raise error

    with pytest.raises(SystemExit) as raised:
        stage.run("toy", main)
    return int(raised.value.code or 0)


def test_a_good_end_notes_the_time() -> None:
    assert run_stage_raising(None) == 0
    line = Path("reports/local/times.txt").read_text(encoding="utf-8").split()
    assert (line[0], line[2], line[4]) == ("toy", "s", "MB")
    assert float(line[1]) >= 0
    assert float(line[3]) > 1


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (DataError("bars.csv, row 3: expected a price"), 1, "toy: error: bars.csv, row 3"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (OSError(errno.ENOSPC, "No space left on device", "data/x"), 1, "free some space"),
        (OSError(errno.EFBIG, "File too large", "data/x"), 1, "data/x: File too large"),
        (OSError(errno.EIO, "Input/output error"), 1, "cannot write: Input/output error"),
    ],
)
def test_bad_ends(
    error: BaseException, code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_stage_raising(error) == code
    assert text in capsys.readouterr().err
    assert not Path("reports/local").exists()


def test_a_failure_under_dvc_names_the_way_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DVC removed the outputs; where it works in a copy, the workspace lost nothing."""
    monkeypatch.setenv("DVC_STAGE", "toy")
    (tmp_path / ".git").mkdir()
    for root, is_named in ((tmp_path, True), (tmp_path / "workspace", False)):
        monkeypatch.setenv("DVC_ROOT", str(root))
        assert run_stage_raising(DataError("bars.csv, row 3: expected a price")) == 1
        assert ("`dipmaster restore`" in capsys.readouterr().err) == is_named


def test_inputs_that_are_not_those_of_the_lock_are_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.json").write_text("1", encoding="utf-8")
    lock = "stages: {one: {outs: [{path: a.json, md5: %s}]}}"
    digest = hashlib.md5(b"1").hexdigest()
    for recorded in (digest, "0" * 32):
        Path("dvc.lock").write_text(lock % recorded, encoding="utf-8")
        with pytest.raises(SystemExit) as raised:
            stage.run("toy", lambda: None, reads=("one",))
        assert not raised.value.code
        warning = "toy: warning: a.json not as dvc.lock records"
        assert (warning in capsys.readouterr().err) == (recorded != digest)
    monkeypatch.setenv("DVC_STAGE", "toy")
    with pytest.raises(SystemExit):
        stage.run("toy", lambda: None, reads=("one",))
    assert capsys.readouterr().err == ""


def test_a_fault_of_our_own_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        stage.run("toy", lambda: print(1 // 0))


def test_a_terminated_stage_removes_what_is_unfinished(tmp_path: Path) -> None:
    from dipmaster.core import store

    def main() -> None:
        with store.atomic_folder(tmp_path / "out") as folder:
            (folder / "half").write_text("1", encoding="utf-8")
            signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as raised:
            stage.run("toy", main)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert raised.value.code == 128 + signal.SIGTERM
    assert not list(tmp_path.glob("*out*")) + list(tmp_path.glob(".*out*"))


def test_a_times_file_that_cannot_be_written_is_reported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("reports").mkdir()
    Path("reports/local").write_text("in the way", encoding="utf-8")
    assert run_stage_raising(None) == 1
    assert "toy: error: cannot write" in capsys.readouterr().err


SEARCHING = """
import gc, sys
sys.argv[0] = "-m"  # as Python sets it while it looks for the module that is the program
import stages
from dipmaster.core import stage
print(gc.isenabled(), gc.get_freeze_count() > 0)
stage.run("toy", lambda: print(gc.isenabled(), gc.get_freeze_count() > 0), searches_cycles=%s)
"""


@pytest.mark.parametrize(
    ("searches", "expected"),
    [(True, ["False False", "True True"]), (False, ["False False", "False False"])],
)
def test_cycles_are_searched_for_only_among_what_a_stage_makes(
    searches: bool, expected: list[str]
) -> None:
    run = [sys.executable, "-c", SEARCHING % searches]
    path = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(run, env=path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == expected


def test_a_process_that_only_imports_stages_goes_on_searching() -> None:
    code = "import gc, stages; print(gc.isenabled())"
    path = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    run = [sys.executable, "-c", code]
    assert subprocess.run(run, env=path, capture_output=True, text=True, check=True).stdout == (
        "True\n"
    )
