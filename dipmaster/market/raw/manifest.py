"""What `dipmaster fetch` says of a set: where each file is from, and what was not there.

The manifest lies in the set as `MANIFEST`. It is no data: bars are read as if it were not
there, but a set whose fetch has not ended is refused.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dipmaster.core import store
from dipmaster.core.errors import data_error
from dipmaster.results.ingest import FetchedSet, IgnoredFiles
from dipmaster.results.serialisation import from_json, to_json

MANIFEST: Final = "fetch.json"
LISTED_FILES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFile:
    """A file that is there: its name under data/raw, its address, what it was verified against.

    Attributes
    ----------
    sha256
        That the server announced and the file has; of an exchange's bars, that of the file alone.
    """

    file: str
    source: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFile:
    """A file that was asked for and is not there.

    Attributes
    ----------
    reason
        One of few, so that files can be counted by it.
    detail
        What happened; empty where the reason says it all.
    """

    file: str
    source: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchManifest:
    """A set as it was fetched, in one run or several.

    Attributes
    ----------
    source
        Address of the archive, or name of the exchange.
    market
        "spot" or "um" for the archive; a set has one.
    fetched_on
        UTC date on which a file came last.
    choice
        How the coins were chosen, and what that means for results.
    finished
        False from the first request to the end: a fetch that was killed leaves it so.
    """

    source: str
    market: str
    fetched_on: str
    choice: str
    finished: bool
    files: tuple[FetchedFile, ...]
    missing: tuple[MissingFile, ...]


def read_manifest(folder: Path) -> FetchManifest | None:
    """The manifest of a set; None where it was not fetched.

    Raises
    ------
    DataError
        Where it is damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        value = json.loads(path.read_bytes())
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        fix = "remove it and run the same `dipmaster fetch` again: good files are kept"
        raise data_error(str(path), "the manifest of a fetch", f"{error}", fix) from error
    return from_json(FetchManifest, value, str(path))


def write_manifest(manifest: FetchManifest, folder: Path) -> None:
    """Write it whole or not at all; files sorted by name."""
    store.write_json(to_json(manifest), folder / MANIFEST)


def describe_fetched(folder: Path, sets: Iterable[str]) -> tuple[FetchedSet, ...]:
    """What the manifests of sets say, for the quality report.

    Parameters
    ----------
    folder
        data/raw.
    sets
        Folders in it; those without a manifest are passed over.

    Raises
    ------
    DataError
        Where a manifest is damaged.
    """
    manifests = {name: read_manifest(folder / name) for name in sets}
    return tuple(
        _describe(name, manifest) for name, manifest in manifests.items() if manifest is not None
    )


def check_finished(folder: Path) -> None:
    """Refuse sets whose fetch was cut: bars would be missing that the archive has.

    Parameters
    ----------
    folder
        A set, or data/raw with all sets in it.

    Raises
    ------
    DataError
        Naming the set.
    """
    for path in sorted([*folder.glob(MANIFEST), *folder.glob(f"*/{MANIFEST}")]):
        manifest = read_manifest(path.parent)
        if manifest is not None and not manifest.finished:
            raise data_error(
                str(path.parent),
                "a set whose fetch has ended",
                "one that still runs, or was cut off",
                "run the same `dipmaster fetch` again: files that are whole are kept",
            )


def _describe(name: str, manifest: FetchManifest) -> FetchedSet:
    reasons = sorted({entry.reason for entry in manifest.missing})
    files = {r: tuple(e.file for e in manifest.missing if e.reason == r) for r in reasons}
    return FetchedSet(
        set=name,
        source=manifest.source,
        market=manifest.market,
        fetched_on=manifest.fetched_on,
        choice=manifest.choice,
        files=len(manifest.files),
        bytes=sum(file.bytes for file in manifest.files),
        missing={
            reason: IgnoredFiles(count=len(names), files=names[:LISTED_FILES])
            for reason, names in files.items()
        },
    )
