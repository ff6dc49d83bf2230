"""The sources that compiled kernels come from, and the cache folder named after them.

numba's own cache looks only at the file that holds a kernel: when a kernel in
another file that it inlines changes, the old machine code is used in silence.
Kernels are therefore cached in a folder named after the hash of their module
and of every project module it imports, directly or not.
"""

import hashlib
import os
import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]  # all of dipmaster
_FROM = re.compile(r"^[ \t]*from (dipmaster[\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)
_IMPORT = re.compile(r"^[ \t]*import (dipmaster[\w.]*)", re.MULTILINE)


def kernel_cache_folder(module: str) -> Path:
    """Folder for the compiled kernels of a module: ``<root>/<hash of its sources>``.

    The root is ``DIPMASTER_KERNEL_CACHE`` where set, else ``build/kernels``
    beside the package. A ``NUMBA_CACHE_DIR`` set by hand is overridden: it
    could hold kernels of another state of the code.
    """
    root = os.environ.get("DIPMASTER_KERNEL_CACHE") or str(PACKAGE.parent / "build" / "kernels")
    return Path(root) / source_hash(module)


@cache
def source_hash(module: str) -> str:
    """Hash of the sources that a module's kernels can be compiled from.

    Parameters
    ----------
    module
        Dotted name. One outside the package (a test's) depends on all of the package.
    """
    sources = _imported_sources(_source_file(module)) or set(PACKAGE.rglob("*.py"))
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _imported_sources(start: Path | None) -> set[Path]:
    """The file and every file of the package that it imports, directly or not."""
    sources: set[Path] = set()
    pending = {start} if start else set()
    while pending:
        path = pending.pop()
        sources.add(path)
        pending |= _direct_imports(path) - sources
    return sources


@cache
def _direct_imports(path: Path) -> set[Path]:
    """Files that one file imports; a module of a package brings the package's own file."""
    text = path.read_text(encoding="utf-8")
    names = set(_IMPORT.findall(text))
    for package, imported in _FROM.findall(text):
        names |= {package} | {f"{package}.{name}" for name in re.findall(r"\w+", imported)}
    parents = {name[:position] for name in names for position in _dot_positions(name)}
    sources = (_source_file(name) for name in names | parents)
    return {source for source in sources if source}


def _dot_positions(name: str) -> list[int]:
    return [position for position, character in enumerate(name) if character == "."]


def _source_file(module: str) -> Path | None:
    """File of a module of the package; None where there is none."""
    parts = module.split(".")
    if parts[0] != PACKAGE.name:
        return None
    base = PACKAGE.joinpath(*parts[1:])
    candidates = (base.with_suffix(".py") if parts[1:] else base, base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)
