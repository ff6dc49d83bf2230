"""Find the files under data/raw; every file that cannot hold bars is listed, never lost."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dipmaster.core.errors import DataError, data_error
from dipmaster.market.raw import naming
from dipmaster.market.raw.intervals import divides_bar, interval_name
from dipmaster.market.raw.log import IgnoredFile
from dipmaster.market.raw.naming import ENDINGS
from dipmaster.market.raw.tracking import carry_commands, list_files

_FIX = (
    "put files into data/raw/<set>/ (see docs/raw-data.md), or fetch them; "
    f"{carry_commands(['<set>'])} carry them along with `dvc exp run --temp` and `--queue`"
)


@dataclass(frozen=True, order=True)
class RawFile:
    """A file to read: `name` is relative to the raw folder, `display_name` is for errors."""

    name: str
    path: Path

    @property
    def display_name(self) -> str:
        """The file as the user finds it."""
        return str(self.path)


def find_sources(folder: Path) -> tuple[list[RawFile], list[IgnoredFile]]:
    """Files that may hold bars, and those left out with the reason, both sorted by name.

    Raises
    ------
    DataError
        Where the folder is missing or nothing in it can hold 5-minute bars, or
        where a file seems to hold bars but in a format that cannot be read.
    """
    sources: list[RawFile] = []
    ignored: list[IgnoredFile] = []
    paths = [path for path in list_files(folder) if not _is_companion(path)]
    for source in sorted(RawFile(_name(path, folder), path) for path in paths):
        reason = _reason_to_ignore(source)
        if reason:
            ignored.append(IgnoredFile(source.name, reason))
        else:
            sources.append(source)
    if not sources:
        raise no_usable_file_error(folder, ignored)
    return sources, ignored


def no_usable_file_error(folder: Path, ignored: list[IgnoredFile]) -> Exception:
    """Build the error for a raw folder without a single usable file."""
    description = "no file" if not ignored else f"only {len(ignored)} file(s) that cannot be used: "
    description += "; ".join(f"{entry.file} ({entry.reason})" for entry in ignored[:5])
    return data_error(
        str(folder), f"1m or 5m bars in {', '.join(ENDINGS)} files", description.strip(), _FIX
    )


def _unknown_format(source: RawFile) -> DataError:
    return data_error(
        source.display_name,
        f"bars in a file that ends in {', '.join(ENDINGS)}",
        f"a name like that of bars, but a {source.path.suffix or 'nameless'} file",
        "unpack or convert it, end the download, or move it out of data/raw",
    )


def bytes_of(source: RawFile) -> bytes:
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


def unreadable(source: RawFile, kind: str, error: BaseException) -> DataError:
    """Build the error for a file that cannot be read."""
    reason = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
    return data_error(
        source.display_name,
        f"a whole {kind} that can be read",
        reason,
        "download the file again, or move it out of data/raw",
    )


def verify_checksum(source: RawFile) -> None:
    """Hold a file against the archive's ``<file>.CHECKSUM`` where that lies beside it."""
    checksum_file = source.path.with_name(source.path.name + ".CHECKSUM")
    if not checksum_file.is_file():
        return
    expected = checksum_file.read_text(encoding="utf-8", errors="replace").split()[:1]
    digest = hashlib.sha256(bytes_of(source)).hexdigest()
    if expected != [digest]:
        raise data_error(
            source.display_name,
            f"the sha256 in {checksum_file.name}",
            f"{digest[:16]}...",
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


def _reason_to_ignore(source: RawFile) -> str | None:
    if source.path.exists() and not source.path.is_file():
        return "not a regular file"  # a pipe would be waited for without end
    kind = naming.detect_other_kind(source.name)
    if kind:
        return f"holds {kind}, not bars"
    if not source.name.lower().endswith(ENDINGS):
        if naming.seems_bars(source.name) and not _lies_beside_what_is_read(source.path):
            raise _unknown_format(source)
        return "not a parquet, feather, csv or zip file"
    interval = naming.parse_interval(source.name)
    return explain_interval(interval) if interval else None


def explain_interval(interval_ms: int) -> str | None:
    """Why bars of this length cannot become 5-minute bars, if they cannot."""
    if divides_bar(interval_ms):
        return None
    return f"{interval_name(interval_ms)} bars cannot be made into 5-minute bars"
