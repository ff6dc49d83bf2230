"""The project's folder, from wherever a command is typed in it; the environment of its programs."""

import os
import sys
from pathlib import Path

from dipmaster.core.errors import PipelineError, data_error

MARKS = ("dvc.yaml", "stages/__init__.py")
"""Files that together are in no other folder; params.yaml may be gone, `restore` brings it back."""


def enter_project() -> None:
    """Work in the folder of the project that the current folder lies in.

    Raises
    ------
    PipelineError
        Where it lies in none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if all((folder / name).is_file() for name in MARKS):
            os.chdir(folder)
            return
    raise PipelineError(
        f"{here}: expected a folder of the project (with {', '.join(MARKS)}) here or above, "
        "found none.\n  Fix: change into the folder that you cloned, or one inside it."
    )


def require_params() -> None:
    """Demand params.yaml, as text.

    Raises
    ------
    PipelineError
        Where it is not there, or not text in UTF-8.
    """
    from dipmaster.core.store import PARAMS_FILE

    if not PARAMS_FILE.is_file():
        raise PipelineError(f"{PARAMS_FILE} is not there.\n  Fix: `dipmaster restore`.")
    line = find_undecodable(PARAMS_FILE.read_bytes())
    if line is not None:
        raise PipelineError(
            f"{PARAMS_FILE}, line {line}: expected text in UTF-8, found another encoding.\n"
            "  Fix: save it as UTF-8, or `dipmaster restore`."
        )


def find_undecodable(content: bytes) -> int | None:
    """Number of the first line that is no text in UTF-8; None where all are."""
    try:
        position = content.decode("utf-8").encode().find(b"\0")
    except UnicodeDecodeError as error:
        position = error.start
    return None if position < 0 else content.count(b"\n", 0, position) + 1


def refuse_empty(name: str | None, option: str) -> None:
    """Refuse an empty name of an experiment: it is that of a shell variable that is not set.

    Raises
    ------
    DataError
        For an empty name; None is one that was not given.
    """
    if name is not None and not name.strip():
        raise data_error(
            option,
            "the name of an experiment or a commit",
            "an empty one, as of a shell variable that is not set",
            "name one, or leave it out to see this folder",
        )


def find_program(name: str) -> str:
    """Path of a program of the environment that this one runs in."""
    return str(Path(sys.executable).with_name(name))


def build_environment() -> dict[str, str]:
    """Variables for DVC and its stages: as `make` sets them, whether or not it is active."""
    folder = str(Path(sys.executable).parent)
    return os.environ | {
        "PATH": os.pathsep.join([folder, os.environ.get("PATH", "")]),
        "PYTHONHASHSEED": "0",
    }
