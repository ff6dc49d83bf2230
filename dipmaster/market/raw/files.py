"""Find the files under data/raw; every file that cannot hold bars is listed, never lost."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dipmaster.core.errors import data_error
from dipmaster.market.raw import naming
from dipmaster.market.raw.intervals import name_of, usable
from dipmaster.market.raw.log import Ignored

ENDINGS = (".parquet", ".feather", ".csv", ".zip")
_CURE = (
    "put files into data/raw/<set>/ (see docs/raw-data.md), or fetch them; "
    "`dvc add data/raw/<set>` carries them along with `dvc exp run --temp` and `--queue`"
)


@dataclass(frozen=True, order=True)
class Source:
    """A file to read: `name` is relative to the raw folder, `shown` is for errors."""

    name: str
    path: Path

    @property
    def shown(self) -> str:
        """The file as the user finds it."""
        return str(self.path)


def find_sources(folder: Path) -> tuple[list[Source], list[Ignored]]:
    """Files that may hold bars, and those left out with the reason, both sorted by name.

    Raises
    ------
    DataError
        Where the folder is missing or nothing in it can hold 5-minute bars.
    """
    sources: list[Source] = []
    ignored: list[Ignored] = []
    for source in sorted(_walked(folder)):
        reason = _reason_to_ignore(source)
        if reason:
            ignored.append(Ignored(source.name, reason))
        else:
            sources.append(source)
    if not sources:
        raise nothing_usable(folder, ignored)
    return sources, ignored


def nothing_usable(folder: Path, ignored: list[Ignored]) -> Exception:
    """Build the error for a raw folder without a single usable file."""
    found = "no file" if not ignored else f"only {len(ignored)} file(s) that cannot be used: "
    found += "; ".join(f"{entry.file} ({entry.reason})" for entry in ignored[:5])
    return data_error(
        str(folder), f"1m or 5m bars in {', '.join(ENDINGS)} files", found.strip(), _CURE
    )


def check_checksum(source: Source) -> None:
    """Hold a file against the archive's ``<file>.CHECKSUM`` where that lies beside it."""
    beside = source.path.with_name(source.path.name + ".CHECKSUM")
    if not beside.is_file():
        return
    wanted = beside.read_text(encoding="utf-8", errors="replace").split()[:1]
    found = hashlib.sha256(source.path.read_bytes()).hexdigest()
    if wanted != [found]:
        raise data_error(
            source.shown,
            f"the sha256 in {beside.name}",
            f"{found[:16]}...",
            "download the file again",
        )


def _walked(folder: Path) -> Iterator[Source]:
    # os.walk, because a set may be a link to a folder elsewhere and rglob stops at links.
    seen: set[str] = set()
    for place, folders, files in os.walk(folder, followlinks=True, onerror=_unreadable):
        real = os.path.realpath(place)
        folders[:] = [] if real in seen else sorted(n for n in folders if not n.startswith("."))
        if real not in seen:
            for name in files:
                path = Path(place) / name
                if not _is_companion(path):
                    yield Source(path.relative_to(folder).as_posix(), path)
        seen.add(real)


def _unreadable(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        where = str(error.filename)
        raise data_error(where, "a folder that can be read", str(error.strerror), "chmod it")


def _is_companion(path: Path) -> bool:
    return (
        path.name.startswith(".")
        or path.name == "README.md"
        or path.suffix == ".dvc"
        or path.suffix.upper() == ".CHECKSUM"
    )


def _reason_to_ignore(source: Source) -> str | None:
    if not source.name.lower().endswith(ENDINGS):
        return "not a parquet, feather, csv or zip file"
    if source.path.exists() and not source.path.is_file():
        return "not a regular file"  # a pipe would be waited for without end
    kind = naming.other_kind(source.name)
    if kind:
        return f"holds {kind}, not bars"
    interval = naming.interval_in_name(source.name)
    return reason_of_interval(interval) if interval else None


def reason_of_interval(interval_ms: int) -> str | None:
    """Why bars of this length cannot become 5-minute bars, if they cannot."""
    if usable(interval_ms):
        return None
    return f"{name_of(interval_ms)} bars cannot be made into 5-minute bars"
