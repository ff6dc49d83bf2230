"""Params and code must stay as they are while a stage runs.

DVC records them when the stage has ended: a result of the old ones would count
as the new ones', and nothing would run it again.
"""

import contextlib
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from dipmaster.core.errors import PipelineError
from dipmaster.core.kernel_sources import PACKAGE

PARAMS = Path("params.yaml")
CODE = (PACKAGE, PACKAGE.with_name("stages"))


@contextlib.contextmanager
def refuse_changes() -> Iterator[None]:
    """Refuse the block's result where params.yaml or a file of loaded code changed meanwhile.

    Raises
    ------
    PipelineError
        With the names of these files.
    """
    before = {path: _digest(path) for path in (PARAMS, *_list_loaded_code())}
    yield
    changed = [path.name for path, digest in before.items() if digest != _digest(path)]
    if changed:
        raise PipelineError(
            f"expected params and code to stay as they are while the stage runs, found "
            f"{', '.join(changed)} changed: DVC would take the old result for that of the new "
            "files.\n  Fix: run `dvc repro` again; edit when no stage runs."
        )


def _list_loaded_code() -> list[Path]:
    """Files of this project that are imported now."""
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    paths = {Path(file) for file in files if file}
    return sorted(path for path in paths if any(path.is_relative_to(folder) for folder in CODE))


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
