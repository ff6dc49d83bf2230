"""Who is at work on the outputs: stages by their locks, DVC by its notes."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dipmaster.cli import at_work, restoring
from dipmaster.cli.at_work import RWLOCK, WORKSPACE_RUN, list_dvc, list_writing
from dipmaster.core import catalog, locks
from tests.cli.conftest import Command, set_param


@pytest.fixture(autouse=True)
def _edited(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "checkout_outputs", lambda **_: None)
    set_param(folder, "rule: dip ", "rule: capitulation ")


def make_dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def write_rwlock(pid: int, kind: str = "write") -> None:
    info = {"pid": pid, "cmd": "dvc repro"}
    content = {kind: {"/project/data/toy": info if kind == "write" else [info]}}
    RWLOCK.parent.mkdir(parents=True, exist_ok=True)
    RWLOCK.write_text(json.dumps(content), encoding="utf-8")


def write_workspace_run(pid: int) -> None:
    WORKSPACE_RUN.parent.mkdir(parents=True, exist_ok=True)
    WORKSPACE_RUN.write_text(json.dumps({"pid": pid, "returncode": None}), encoding="utf-8")


@pytest.mark.parametrize("kind", ["write", "read"])
def test_nothing_is_restored_while_dvc_is_at_work(
    dipmaster: Command, folder: Path, kind: str
) -> None:
    before = (folder / "params.yaml").read_bytes()
    write_rwlock(os.getpid(), kind)
    done = dipmaster("restore", "--yes")
    assert done.exit_code == 1
    assert f"found `dvc repro` (process {os.getpid()}); nothing was changed" in done.stderr
    assert (folder / "params.yaml").read_bytes() == before


def test_nothing_is_restored_between_two_stages_of_an_experiment(dipmaster: Command) -> None:
    write_workspace_run(os.getpid())
    assert f"`dvc exp run` (process {os.getpid()})" in dipmaster("restore", "--yes").stderr


def test_nothing_is_restored_while_a_stage_is_at_work(dipmaster: Command) -> None:
    with locks.hold("validate"):
        assert "found stage validate; nothing" in dipmaster("restore", "--yes").stderr


def test_a_second_run_does_not_start_and_so_puts_nothing_back(dipmaster: Command) -> None:
    write_rwlock(os.getpid())
    done = dipmaster("run", "--set", "signal.z_min=2")
    assert done.exit_code == 1
    assert "expected nothing at work in this folder" in done.stderr
    assert "put back" not in done.stderr


def test_what_a_killed_process_left_behind_blocks_nothing(dipmaster: Command) -> None:
    write_rwlock(make_dead_pid())
    write_workspace_run(make_dead_pid())
    assert list_dvc() == {}
    assert dipmaster("restore", "--yes").exit_code == 0


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_notes_that_cannot_be_read_name_nobody(folder: Path, content: str) -> None:
    write_rwlock(os.getpid())
    RWLOCK.write_text(content, encoding="utf-8")
    assert list_dvc() == {}


def test_only_the_stage_that_writes_is_named(dipmaster: Command) -> None:
    with locks.hold("validate", reads=("alt-data", "confidence", "exits")):
        assert "found stage validate; nothing" in dipmaster("restore", "--yes").stderr


@pytest.mark.parametrize("command", ["show", "trades"])
def test_results_that_a_run_has_not_written_yet_are_not_called_missing(
    dipmaster: Command, folder: Path, command: str
) -> None:
    (folder / catalog.VALIDATE_METRICS).unlink()
    assert "is not there" in dipmaster(command).stderr
    with locks.hold("features"):
        done = dipmaster(command)
    assert done.exit_code == 1
    assert "found one at work that has not written them yet: stage features" in done.stderr
    assert "`dipmaster show HEAD`" in done.stderr
    with locks.hold("features"):
        assert dipmaster("show", "HEAD").exit_code == 0


def test_who_asks_takes_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that began meanwhile would fail on it."""

    def refuse(*_: object) -> None:
        raise AssertionError("a lock was taken")

    with locks.hold("validate", reads=("exits",)):
        monkeypatch.setattr(fcntl, "flock", refuse)
        assert list_writing() == ["validate"]
        monkeypatch.undo()
    assert list_writing() == []


def test_without_a_list_of_locks_nothing_is_known_to_be_at_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_work, "LOCKS", folder / "none")
    with locks.hold("validate"):
        assert list_writing() == []


def test_a_fetch_is_no_run_and_no_stage(dipmaster: Command, folder: Path) -> None:
    (folder / catalog.VALIDATE_METRICS).unlink()
    with locks.hold("fetch"):
        assert "found a fetch; nothing was changed" in dipmaster("restore", "--yes").stderr
        done = dipmaster("show")
    assert "is not there" in done.stderr
    assert "at work" not in done.stderr


@pytest.mark.parametrize("words", [("show", "workspace"), ("trades", "--experiment", "workspace")])
def test_workspace_is_this_folder(dipmaster: Command, folder: Path, words: tuple[str, ...]) -> None:
    assert dipmaster(*words).stdout == dipmaster(words[0]).stdout
    (folder / catalog.VALIDATE_METRICS).unlink()
    with locks.hold("features"):
        assert "found one at work" in dipmaster(*words).stderr
