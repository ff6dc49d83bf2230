"""Find the files under data/raw; every file that cannot hold bars is listed with its reason."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dipmaster.core.catalog import RAW_ALTERNATIVE
from dipmaster.core.errors import DataError, data_error
from dipmaster.market.raw import naming
from dipmaster.market.raw.intervals import divides_bar, interval_name
from dipmaster.market.raw.log import IgnoredFile
from dipmaster.market.raw.manifest import MANIFEST
from dipmaster.market.raw.naming import ENDINGS
from dipmaster.market.raw.selection import Selection, select_folder
from dipmaster.market.raw.tracking import format_carry_commands, list_files

OTHER_COIN = "of a coin that ingest.raw.symbols does not name"
ALTERNATIVE = "alternative data, not bars"
NOT_SELECTED = "no bar of it is selected (ingest.raw.symbols, start, end)"

_FIX = (
    "put files into data/raw/<set>/ (see docs/raw-data.md), or bring them with `dipmaster fetch`; "
    f"{format_carry_commands(['<set>'])} carry them along with `dvc exp run --temp` and `--queue`"
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


def find_sources(folder: Path, selection: Selection) -> tuple[list[RawFile], list[IgnoredFile]]:
    """Selected files that may hold bars, and those left out with the reason, sorted by name.

    Parameters
    ----------
    folder
        data/raw; names are relative to it.

    Raises
    ------
    DataError
        Where the folder or the set is missing, nothing in it can hold 5-minute bars, or
        a file seems to hold bars but in a format that cannot be read.
    """
    sources: list[RawFile] = []
    ignored: list[IgnoredFile] = []
    files = list_files(select_folder(folder, selection))
    paths = [path for path in files if not _is_companion(path)]
    for source in sorted(RawFile(_relative_name(path, folder), path) for path in paths):
        reason = _reason_to_ignore(source, selection)
        if reason:
            ignored.append(IgnoredFile(source.name, reason))
        else:
            sources.append(source)
    if not sources and not find_other_coins(ignored):
        raise no_usable_file_error(folder, ignored)
    return sources, ignored


def find_other_coins(ignored: Iterable[IgnoredFile]) -> set[str]:
    """Coins of the files that were not opened because of their names."""
    return {
        pair
        for entry in ignored
        if entry.reason == OTHER_COIN and (pair := naming.find_pair(entry.file))
    }


def no_usable_file_error(folder: Path, ignored: list[IgnoredFile]) -> Exception:
    """Build the error for a raw folder without a single usable file."""
    description = "no file" if not ignored else f"only {len(ignored)} file(s) that cannot be used: "
    description += "; ".join(f"{entry.file} ({entry.reason})" for entry in ignored[:5])
    return data_error(
        str(folder), f"1m or 5m bars in {', '.join(ENDINGS)} files", description.strip(), _FIX
    )


def _unknown_format_error(source: RawFile) -> DataError:
    return data_error(
        source.display_name,
        f"bars in a file that ends in {', '.join(ENDINGS)}",
        f"a name like that of bars, but a {source.path.suffix or 'nameless'} file",
        "unpack or convert it, end the download, or move it out of data/raw",
    )


def read_bytes(source: RawFile) -> bytes:
    """Read a file.

    Raises
    ------
    DataError
        Where it cannot be read.
    """
    try:
        return source.path.read_bytes()
    except OSError as error:
        raise unreadable_error(source, "file", error) from error


def unreadable_error(source: RawFile, kind: str, error: BaseException) -> DataError:
    """Build the error for a file that cannot be read."""
    reason = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
    return data_error(
        source.display_name,
        f"a whole {kind} that can be read",
        reason,
        "download the file again, or move it out of data/raw",
    )


def verify_checksum(source: RawFile) -> None:
    """Check a file against the archive's ``<file>.CHECKSUM`` where there is one beside it."""
    checksum_file = source.path.with_name(source.path.name + ".CHECKSUM")
    if not checksum_file.is_file():
        return
    expected = checksum_file.read_text(encoding="utf-8", errors="replace").split()[:1]
    digest = hashlib.sha256(read_bytes(source)).hexdigest()
    if expected != [digest]:
        raise data_error(
            source.display_name,
            f"the sha256 in {checksum_file.name}",
            f"{digest[:16]}...",
            "download the file again",
        )


def _relative_name(path: Path, folder: Path) -> str:
    """Name relative to the raw folder, with bytes that are no UTF-8 escaped."""
    name = path.relative_to(folder).as_posix()
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _is_companion(path: Path) -> bool:
    return path.name in ("README.md", MANIFEST) or path.suffix.upper() == ".CHECKSUM"


def _is_beside_readable_file(path: Path) -> bool:
    """``BTCUSDT-5m.zip.sha256`` beside ``BTCUSDT-5m.zip``: no coin is lost without it."""
    return path.stem.lower().endswith(ENDINGS) and path.with_suffix("").is_file()


def _reason_to_ignore(source: RawFile, selection: Selection) -> str | None:
    if source.path.exists() and not source.path.is_file():
        return "not a regular file"  # a pipe would be waited for without end
    if source.name.startswith(f"{RAW_ALTERNATIVE.name}/"):
        return ALTERNATIVE
    kind = naming.detect_other_kind(source.name)
    if kind:
        return f"holds {kind}, not bars"
    if not source.name.lower().endswith(ENDINGS):
        if naming.may_hold_bars(source.name) and not _is_beside_readable_file(source.path):
            raise _unknown_format_error(source)
        return "not a parquet, feather, csv or zip file"
    interval = naming.parse_interval(source.name)
    reason = explain_interval(interval) if interval else None
    pair = naming.find_pair(source.name)
    is_other_coin = pair is not None and not selection.has_symbol(pair)
    return OTHER_COIN if reason is None and is_other_coin else reason


def explain_interval(interval_ms: int) -> str | None:
    """Why bars of this length cannot become 5-minute bars, if they cannot."""
    if divides_bar(interval_ms):
        return None
    return f"{interval_name(interval_ms)} bars cannot be made into 5-minute bars"
