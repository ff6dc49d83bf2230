"""An output of an experiment or a commit, out of DVC's cache."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dipmaster.core.errors import data_error


@contextlib.contextmanager
def open_cached(name: str, path: Path) -> Iterator[Path]:
    """Yield a copy of an output as it was in an experiment or commit.

    Raises
    ------
    DataError
        Where the cache does not have it.
    """
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        try:
            DVCFileSystem(rev=name).get_file(path.as_posix(), str(copy))
        except (DvcException, OSError) as error:
            raise data_error(
                f"{path} of {name}",
                "the file in DVC's cache",
                str(error).splitlines()[0][:160] if str(error) else "none",
                f"`dvc exp apply {name}`, then `make report`, make it again",
            ) from error
        yield copy
