"""One file of the archive to its place: verified first, then named.

`.<name>.partial` grows, is checked against the announced sha256 and as a zip, and only then
renamed. A killed fetch leaves a hidden partial file, which no reader takes, or a whole one.
"""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dipmaster.core import store
from dipmaster.download.archive import ArchiveFile
from dipmaster.download.client import Client
from dipmaster.download.errors import RefusedError, describe
from dipmaster.download.zips import check_zip

VERIFIED_TRIES = 2
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Placed:
    """A file that is there and verified; `is_new` where it was not there before."""

    file: ArchiveFile
    sha256: str
    bytes: int
    is_new: bool


def place_file(
    client: Client, file: ArchiveFile, raw: Path, report: Callable[[int], None]
) -> Placed:
    """Bring one file, unless it is there and good.

    Parameters
    ----------
    raw
        data/raw.
    report
        Called with the number of bytes of each piece that arrives.

    Raises
    ------
    NotPublishedError
        Where the archive has no such file.
    RefusedError
        Where what came, or what was there, is not the archive's file.
    DownloadError
        Where the server did not give it.
    """
    target = raw / file.folder / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    known = read_checksum(target)
    if known is not None and target.is_file() and hash_file(target) == known:
        return _place(file, target, known, is_new=False)
    announced = _announced(client, file)
    if target.is_file() and known is None:
        _check_found(target, announced)
        _write_checksum(target, announced)
        return _place(file, target, announced, is_new=False)
    sha256 = _bring(client, file, target, announced, report)
    return _place(file, target, sha256, is_new=True)


def read_checksum(target: Path) -> str | None:
    """The sha256 beside a file; None where there is none."""
    path = _checksum_path(target)
    if not path.is_file():
        return None
    return _parse_checksum(path.read_text(encoding="utf-8", errors="replace"))


def hash_file(path: Path) -> str:
    """The sha256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(file: ArchiveFile, target: Path, sha256: str, is_new: bool) -> Placed:
    return Placed(file, sha256, target.stat().st_size, is_new)


def _bring(
    client: Client, file: ArchiveFile, target: Path, announced: str, report: Callable[[int], None]
) -> str:
    """Download until the sum is right; the archive may have replaced both meanwhile."""
    partial = target.with_name(f".{target.name}.partial")
    for last in (n == VERIFIED_TRIES for n in range(1, VERIFIED_TRIES + 1)):
        client.download(file.path, partial, report)
        found = hash_file(partial)
        if found == announced:
            _finish(client, partial, target, announced)
            return announced
        partial.unlink()
        if not last:
            announced = _announced(client, file)
    raise _wrong_sum(file, announced, found)


def _finish(client: Client, partial: Path, target: Path, announced: str) -> None:
    """Check the zip, then name it; its sum is there before it is."""
    try:
        check_zip(partial, target.name, client.limits.unpacked_bytes)
    except RefusedError:
        partial.unlink()
        raise
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    _write_checksum(target, announced)
    partial.replace(target)


def _announced(client: Client, file: ArchiveFile) -> str:
    text = client.read_text(f"{file.path}.CHECKSUM")
    digest = _parse_checksum(text)
    if digest is None:
        fix = "check --url: it has to be an archive with a .CHECKSUM beside each file"
        where = f"{client.base_url}/{file.path}.CHECKSUM"
        raise RefusedError(describe(where, "a sha256", repr(text[:40]), fix))
    return digest


def _parse_checksum(text: str) -> str | None:
    word = next(iter(text.split()), "").lower()
    return word if _SHA256.fullmatch(word) else None


def _check_found(target: Path, announced: str) -> None:
    """A file without a sum beside it may be somebody's own: it is never overwritten."""
    digest = hash_file(target)
    if digest != announced:
        raise RefusedError(
            describe(
                str(target),
                f"the archive's file, sha256 {announced[:16]}...",
                f"another one, {digest[:16]}...",
                "move it out of the set, then run the same command again",
            )
        )


def _write_checksum(target: Path, sha256: str) -> None:
    store.write_text(f"{sha256}  {target.name}\n", _checksum_path(target))


def _checksum_path(target: Path) -> Path:
    return target.with_name(f"{target.name}.CHECKSUM")


def _wrong_sum(file: ArchiveFile, announced: str, found: str) -> RefusedError:
    return RefusedError(
        describe(
            file.path,
            f"sha256 {announced[:16]}...",
            f"{found[:16]}... after {VERIFIED_TRIES} downloads",
            "run the same command later; if it stays so, tell who runs the archive",
        )
    )
