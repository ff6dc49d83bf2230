"""A zip of the archive is checked before it gets its name: one csv, its own, of bounded size."""

import zipfile
import zlib
from pathlib import Path

from dipmaster.download.errors import RefusedError, describe

_CHUNK_BYTES = 1 << 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_FIX = "do not use the file; tell who runs the server"


def check_zip(path: Path, name: str, max_bytes: int) -> None:
    """Refuse a zip that holds anything but one csv named like itself.

    Nothing is unpacked to disk. The content is read once, at most `max_bytes` of it, so that a
    wrong CRC or a size that was not declared is found here.

    Parameters
    ----------
    path
        The file, under whatever name it still has.
    name
        Its name in the archive, ``BTCUSDT-5m-2023-01.zip``.

    Raises
    ------
    RefusedError
        Several members, a folder or another name, encryption, another method than deflate, a
        larger content, a damaged file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive.infolist(), name, max_bytes)
            _check_content(archive, archive.infolist()[0], name, max_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _refuse(name, "a whole zip", str(error)[:120] or type(error).__name__) from error


def _check_members(members: list[zipfile.ZipInfo], name: str, max_bytes: int) -> None:
    expected = f"{name.removesuffix('.zip')}.csv"
    if len(members) != 1 or members[0].filename != expected:
        names = ", ".join(repr(member.filename)[:60] for member in members[:3])
        raise _refuse(name, f"one file {expected}", f"{len(members)}: {names}")
    member = members[0]
    if member.flag_bits & _ENCRYPTED or member.compress_type not in _METHODS:
        raise _refuse(name, "a plain or deflated file", "an encrypted one or another method")
    if member.file_size > max_bytes:
        raise _refuse(name, f"at most {max_bytes} bytes unpacked", f"{member.file_size}")


def _check_content(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, max_bytes: int
) -> None:
    size = 0
    with archive.open(member) as content:
        while chunk := content.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                raise _refuse(name, f"at most {max_bytes} bytes unpacked", "more")


def _refuse(name: str, expected: str, found: str) -> RefusedError:
    return RefusedError(describe(name, expected, found, _FIX))
