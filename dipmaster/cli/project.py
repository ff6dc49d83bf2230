"""The project's folder, from wherever a command is typed in it; the environment of its programs."""

import os
import sys
from pathlib import Path

from dipmaster.core.errors import PipelineError

MARKS = ("dvc.yaml", "params.yaml", "stages/__init__.py")
"""Files that together are in no other folder."""


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
