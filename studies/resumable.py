"""Cases to records that outlive the process: a case that is on file is not computed again.

What a record says depends on code and params, so the folder's name carries the hash of
both: after a change everything is computed anew, in another folder.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from dipmaster.core.parallel import map_in_processes
from dipmaster.core.store import PARAMS_FILE, read_bytes, read_json, write_json

Case = TypeVar("Case")
Record = Mapping[str, Any]
SOURCES = ("dipmaster", "studies")
HASH_DIGITS = 12


def hash_code(sources: Sequence[str] = SOURCES) -> str:
    """Hash of params.yaml and of every source file below the folders, named by its path."""
    files = sorted(path for folder in sources for path in Path(folder).rglob("*.py"))
    digest = hashlib.sha256()
    for path in (PARAMS_FILE, *files):
        digest.update(f"{path.as_posix()}\0".encode() + read_bytes(path) + b"\0")
    return digest.hexdigest()[:HASH_DIGITS]


def compute_records(
    compute: Callable[[Case], Record], cases: Mapping[str, Case], folder: Path
) -> dict[str, Any]:
    """Records of all cases by name, those that are on file read from there.

    Each is written when it is computed: a run that is stopped goes on where it was. Cases run
    in processes, `DIPMASTER_WORKERS` at once.

    Parameters
    ----------
    cases
        By name, which is the file's.
    folder
        Of this code and these params: see `hash_code`.
    """
    missing = [name for name in cases if not _locate(folder, name).exists()]
    work = partial(_compute_one, compute, folder)
    map_in_processes(work, [(name, cases[name]) for name in missing], "cases")
    return {name: read_json(_locate(folder, name)) for name in cases}


def _compute_one(compute: Callable[[Case], Record], folder: Path, named: tuple[str, Case]) -> None:
    name, case = named
    write_json(compute(case), _locate(folder, name))


def _locate(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"
