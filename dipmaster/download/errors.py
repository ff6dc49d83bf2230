"""What can go wrong between a server and a file.

DownloadError           the file, or the whole fetch, cannot be had; told to the user
├── NotPublishedError   the server has no such file
├── RefusedError        what the server sent is not what it should be: no use in asking again
└── UnreachableError    the server never answered at all
TransientError          may work the next time; never leaves the client
"""

from dipmaster.core.errors import DipMasterError, Fault


class DownloadError(DipMasterError):
    """A server did not give what was asked for."""


class NotPublishedError(DownloadError):
    """The server has no such file."""


class RefusedError(DownloadError):
    """What came cannot be used."""


class UnreachableError(DownloadError):
    """No request was ever answered."""


class TransientError(Exception):
    """An attempt failed in a way that another may not.

    Attributes
    ----------
    wait_s
        Seconds that the server asks to wait; None where it names none.
    is_for_all
        Whether every connection should wait, as after 429.
    """

    def __init__(self, reason: str, wait_s: float | None = None, is_for_all: bool = False) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
        self.is_for_all = is_for_all


def describe(where: str, expected: str, found: str, fix: str) -> str:
    """The message of an error, in the form that all errors have."""
    return str(Fault(where, expected, found, fix))
