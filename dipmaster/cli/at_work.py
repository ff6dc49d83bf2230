"""Whether something works on the project's outputs now: stages by their locks, DVC by its notes."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dipmaster.core import catalog
from dipmaster.core.errors import PipelineError
from dipmaster.core.locks import DATA

RWLOCK = Path(".dvc/tmp/rwlock")
"""Which process of DVC writes and reads which path: held while a stage runs and is saved."""

WORKSPACE_RUN = Path(".dvc/tmp/exps/run/workspace/workspace.json")
"""The process of an experiment that runs in this folder, from its first stage to its last."""

FETCH = "a fetch"
"""`dipmaster fetch`, as messages name it; it has a lock as the stages have."""

LOCKS = Path("/proc/locks")
"""The kernel's list of locks; a column each: number, kind, mode, access, process, inode, range."""


def refuse_at_work() -> None:
    """Refuse while a stage or DVC works on the outputs of this folder.

    A process of DVC that was killed leaves its notes behind. They block nothing here: only those
    of a process that is still there count, as DVC itself has it.

    Raises
    ------
    PipelineError
        Naming who is at work.
    """
    found = list_at_work()
    if found:
        raise PipelineError(
            f"expected nothing at work in this folder, found {', '.join(found)}; nothing was "
            "changed.\n"
            "  Fix: wait until it has ended, or end it with `kill` and the number of the process "
            "(`pgrep -af 'dvc|stages'` lists them); where that number is another program's by "
            f"now, remove {RWLOCK} and {WORKSPACE_RUN}."
        )


def refuse_unfinished() -> None:
    """Refuse to read results that a run at work has removed and not written yet.

    A fetch is no run: it writes into data/raw alone.

    Raises
    ------
    PipelineError
        Naming who is at work.
    """
    absent = [one for one in (catalog.VALIDATE_METRICS, catalog.GATES) if not one.is_file()]
    found = [one for one in list_at_work() if one != FETCH] if absent else []
    if found:
        raise PipelineError(
            f"{absent[0]}: expected the results of a run, found one at work that has not written "
            f"them yet: {', '.join(found)}.\n"
            "  Fix: wait until it has ended; `dipmaster show HEAD` shows the last commit meanwhile."
        )


def list_at_work() -> list[str]:
    """Stages that write, and processes of DVC, as messages name them."""
    stages = [FETCH if name == "fetch" else f"stage {name}" for name in list_writing()]
    return stages + [f"`{what}` (process {pid})" for pid, what in sorted(list_dvc().items())]


def list_writing() -> list[str]:
    """Names of the stages whose outputs a process writes now; readers do not count.

    No lock is taken, not even for a moment: a stage that begins meanwhile would fail on it. Where
    the kernel has no list of locks, nothing is known to be at work.
    """
    written = _list_written()
    return [path.stem[1:] for path in sorted(DATA.glob(".*.lock")) if path.stat().st_ino in written]


def _list_written() -> set[int]:
    """Inodes of the files that a process has locked to write.

    Their device is not compared: on some file systems (btrfs) it differs from that of `stat`.
    """
    try:
        lines = LOCKS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    columns = [line.split() for line in lines]
    return {int(one[5].rpartition(":")[2]) for one in columns if one[1:4:2] == ["FLOCK", "WRITE"]}


def list_dvc() -> dict[int, str]:
    """Number and command of each process of DVC that its notes name and that is there."""
    return {pid: command for pid, command in _read_notes() if is_there(pid)}


def is_there(pid: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's
        return True
    return True


def _read_notes() -> Iterator[tuple[int, str]]:
    run = _read_json(WORKSPACE_RUN)
    if "pid" in run:
        yield int(run["pid"]), "dvc exp run"
    rwlock = _read_json(RWLOCK)
    for one in rwlock.get("write", {}).values():
        yield int(one["pid"]), str(one["cmd"])
    for readers in rwlock.get("read", {}).values():
        for one in readers:
            yield int(one["pid"]), str(one["cmd"])


def _read_json(path: Path) -> dict[str, Any]:
    """What a file of DVC holds; nothing where there is none, or no whole object in it.

    DVC writes it in place: a process that was killed meanwhile leaves half of it behind.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return content if isinstance(content, dict) else {}
