"""Find the files under data/raw; every file that cannot hold bars is listed, never lost."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dipmaster.core.errors import DataError, data_error
from dipmaster.market.raw import naming
from dipmaster.market.raw.intervals import name_of, usable
from dipmaster.market.raw.log import Ignored
from dipmaster.market.raw.naming import ENDINGS
from dipmaster.market.raw.tracking import carry_commands, list_files

_CURE = (
    "put files into data/raw/<set>/ (see docs/raw-data.md), or fetch them; "
    f"{carry_commands(['<set>'])} carry them along with `dvc exp run --temp` and `--queue`"
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
        Where the folder is missing or nothing in it can hold 5-minute bars, or
        where a file seems to hold bars but in a format that cannot be read.
    """
    sources: list[Source] = []
    ignored: list[Ignored] = []
    paths = [path for path in list_files(folder) if not _is_companion(path)]
    for source in sorted(Source(_name(path, folder), path) for path in paths):
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


def _unknown_format(source: Source) -> DataError:
    return data_error(
        source.shown,
        f"bars in a file that ends in {', '.join(ENDINGS)}",
        f"a name like that of bars, but a {source.path.suffix or 'nameless'} file",
        "unpack or convert it, end the download, or move it out of data/raw",
    )


def bytes_of(source: Source) -> bytes:
    """Read a file.

    Raises
    ------
    DataError
        Where it cannot be read.
    """
    try:
        return source.path.read_bytes()
    except OSError as error:
        raise unreadable(source, "file", error) from error


def unreadable(source: Source, kind: str, error: BaseException) -> DataError:
    """Build the error for a file that cannot be read."""
    reason = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
    return data_error(
        source.shown,
        f"a whole {kind} that can be read",
        reason,
        "download the file again, or move it out of data/raw",
    )


def check_checksum(source: Source) -> None:
    """Hold a file against the archive's ``<file>.CHECKSUM`` where that lies beside it."""
    beside = source.path.with_name(source.path.name + ".CHECKSUM")
    if not beside.is_file():
        return
    wanted = beside.read_text(encoding="utf-8", errors="replace").split()[:1]
    found = hashlib.sha256(bytes_of(source)).hexdigest()
    if wanted != [found]:
        raise data_error(
            source.shown,
            f"the sha256 in {beside.name}",
            f"{found[:16]}...",
            "download the file again",
        )


def _name(path: Path, folder: Path) -> str:
    """Name relative to the raw folder, with bytes that are no UTF-8 escaped."""
    name = path.relative_to(folder).as_posix()
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _is_companion(path: Path) -> bool:
    return path.name == "README.md" or path.suffix.upper() == ".CHECKSUM"


def _lies_beside_what_is_read(path: Path) -> bool:
    """``BTCUSDT-5m.zip.sha256`` beside ``BTCUSDT-5m.zip``: no coin is lost without it."""
    return path.stem.lower().endswith(ENDINGS) and path.with_suffix("").is_file()


def _reason_to_ignore(source: Source) -> str | None:
    if source.path.exists() and not source.path.is_file():
        return "not a regular file"  # a pipe would be waited for without end
    kind = naming.other_kind(source.name)
    if kind:
        return f"holds {kind}, not bars"
    if not source.name.lower().endswith(ENDINGS):
        if naming.seems_bars(source.name) and not _lies_beside_what_is_read(source.path):
            raise _unknown_format(source)
        return "not a parquet, feather, csv or zip file"
    interval = naming.interval_in_name(source.name)
    return reason_of_interval(interval) if interval else None


def reason_of_interval(interval_ms: int) -> str | None:
    """Why bars of this length cannot become 5-minute bars, if they cannot."""
    if usable(interval_ms):
        return None
    return f"{name_of(interval_ms)} bars cannot be made into 5-minute bars"
