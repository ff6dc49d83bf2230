"""Are the inputs of a stage those that dvc.lock records? DVC asks this before it starts a stage.

A stage that is started by hand takes what lies there: an output that was edited, or that another
run by hand wrote. Figures of such a run are not those of the params, and nothing in them says so.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from dipmaster.core.yaml_text import parse_yaml_file

LOCK = Path("dvc.lock")


def is_started_by_dvc() -> bool:
    """Whether DVC runs this process as a stage."""
    return "DVC_STAGE" in os.environ


def find_unrecorded(stages: Sequence[str], lock: Path = LOCK) -> list[str]:
    """Outputs of some stages that are not what dvc.lock records.

    Parameters
    ----------
    stages
        Names; those without an entry are passed over, a missing output is too: who reads it
        finds out.

    Returns
    -------
    Paths, in the order of the lock; none where there is no lock.
    """
    if not stages or not lock.is_file():
        return []
    entries = parse_yaml_file(lock, "restore it from git").get("stages", {})
    outs = [out for stage in stages for out in entries.get(stage, {}).get("outs", [])]
    return [
        out["path"]
        for out in outs
        if Path(out["path"]).exists() and _hash(Path(out["path"])) != out["md5"]
    ]


def _hash(path: Path) -> str:
    """As DVC records it: a folder by the hashes and names of its files."""
    if path.is_file():
        return _hash_file(path)
    files = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if file.is_file()}
    entries = [{"md5": _hash_file(files[name]), "relpath": name} for name in sorted(files)]
    return hashlib.md5(json.dumps(entries, sort_keys=True).encode()).hexdigest() + ".dir"


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()
