"""Text files that grow while a run goes on, or are read while they do."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from dipmaster.core.errors import PipelineError


@contextlib.contextmanager
def extend_text(path: Path, size: int) -> Iterator[TextIO]:
    """Yield a text file cut to its first `size` bytes, for what is added while a run goes on.

    Raises
    ------
    PipelineError
        Where it is shorter: what is to be continued is not there.
    """
    found = path.stat().st_size if path.is_file() else 0
    if found < size:
        raise PipelineError(
            f"{path}: expected the {size} bytes that were written before, found {found}.\n"
            "  Fix: put the file back, or start anew."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.truncate(size)
        yield file


@contextlib.contextmanager
def open_lines(path: Path) -> Iterator[TextIO]:
    """Yield a text file to be read line by line, as it is or as it grows."""
    if not path.exists():  # a pipe is no file
        raise PipelineError(f"{path} is not there.\n  Fix: name a file that is.")
    with path.open(encoding="utf-8") as file:
        yield file
