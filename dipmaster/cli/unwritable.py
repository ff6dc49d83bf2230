"""A disk that is full or may not be written: who says so, and what to do about it."""

import errno
import os
import sys

ERRNOS = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EIO,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.EEXIST,
    errno.ENOTDIR,
    errno.EISDIR,
)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_OF_SQLITE = ("database or disk is full", "disk I/O error", "attempt to write a readonly database")
_OF_NUMBA = "no locator available"
"""What numba says where no folder for compiled code can be written."""


def find_cause(text: str) -> str | None:
    """What another program, such as DVC or git, names as the reason why it could not write."""
    words = [*map(os.strerror, (*_FULL, *_FORBIDDEN)), *_OF_SQLITE]
    return next((one for one in words if one.lower() in text.lower()), None)


def choose_fix(cause: str) -> str:
    """What to do about a cause first."""
    return "make the folder writable" if _is_forbidden(cause) else "free some space"


def name_time(cause: str) -> str:
    """When a command can be typed with success, after a cause."""
    return "once the folder is writable" if _is_forbidden(cause) else "once there is space"


def _is_forbidden(cause: str) -> bool:
    return cause in (*map(os.strerror, _FORBIDDEN), _OF_SQLITE[-1])


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
    if name is None:
        where, fix = "what is printed, or a file", choose_fix(cause)
    elif error.errno in (errno.EISDIR, errno.ENOTDIR, errno.EEXIST):
        where, fix = str(name), "name another file, or move what is in the way"
    else:
        where, fix = str(name), choose_fix(cause)
    return (
        f"{where}: expected a place that can be written, found: {cause}.\n"
        f"  Fix: {fix}, then type the command again."
    )


def discard_output() -> None:
    """Let what could not be printed go: Python would try once more at the end, and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
