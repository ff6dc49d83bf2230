"""A disk that is full or may not be written: who says so, and what to do about it."""

import errno
import os
import sys
from collections.abc import Sequence

from dipmaster.core.stage import UNWRITABLE

ERRNOS = (*UNWRITABLE, errno.EPERM, errno.EISDIR)
_NOT_PERMITTED = (errno.EACCES, errno.EPERM)
_FULL = (*map(os.strerror, (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)), "database or disk is full")
_FAULTY = (os.strerror(errno.EIO), "disk I/O error")
_FORBIDDEN = (
    *map(os.strerror, (*_NOT_PERMITTED, errno.EROFS)),
    "attempt to write a readonly database",
)
"""Causes as the system and SQLite name them."""

_OF_NUMBA = "no locator available"
"""What numba says where no folder for compiled code can be written."""


def find_cause(text: str) -> str | None:
    """What another program, such as DVC or git, names as the reason why it could not write."""
    return _find_words(text, (*_FULL, *_FAULTY, *_FORBIDDEN))


def find_full_disk(text: str) -> str | None:
    """What another program says of a full disk; None where it names none."""
    return _find_words(text, _FULL)


def _find_words(text: str, words: Sequence[str]) -> str | None:
    return next((one for one in words if one.lower() in text.lower()), None)


def choose_fix(cause: str) -> str:
    """What to do about a cause first."""
    if cause in _FORBIDDEN:
        return "make the folder writable"
    return "free some space" if cause in _FULL else "check the disk (`dmesg`)"


def name_time(cause: str) -> str:
    """When a command can be typed with success, after a cause."""
    if cause in _FORBIDDEN:
        return "once the folder is writable"
    return "once there is space" if cause in _FULL else "once that is mended"


def describe(error: Exception) -> str | None:
    """The message of an error that says that something cannot be written; None for any other."""
    if isinstance(error, OSError) and error.errno in ERRNOS:
        return _describe_os_error(error)
    kernels = os.environ.get("DIPMASTER_KERNEL_CACHE") or "build/kernels"
    if isinstance(error, RuntimeError) and _OF_NUMBA in str(error):
        return (
            f"{kernels}: expected a folder for compiled code that can be written, found none.\n"
            "  Fix: make the folder of the project writable, or name one that is in the "
            "environment variable DIPMASTER_KERNEL_CACHE."
        )
    return None


def _describe_os_error(error: OSError) -> str:
    cause = os.strerror(error.errno or 0)
    name = error.filename2 or error.filename  # of a copy the second is the one that is written
    expected = "a place that can be written"
    if name is None:
        where, fix = "what is printed, or a file", choose_fix(cause)
    elif error.errno in (errno.EISDIR, errno.ENOTDIR, errno.EEXIST):
        where, fix = str(name), "name another file, or move what is in the way"
    elif error.errno in _NOT_PERMITTED:
        where, fix = str(name), "give this user permission for it"
        expected = "a file or folder that can be read and written"
    else:
        where, fix = str(name), choose_fix(cause)
    return (
        f"{where}: expected {expected}, found: {cause}.\n  Fix: {fix}, then type the command again."
    )


def discard_output() -> None:
    """Let what could not be printed go: Python would try once more at the end, and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
