"""When the next request may be sent: one clock for all connections, which can be stopped."""

import threading
import time

from dipmaster.download.errors import DownloadError


class Pace:
    """Waiting that several threads share.

    A server that answers 429 to one connection means all of them. Time only says how long to
    wait; nothing that is written depends on it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resume_at = 0.0
        self._stopped = threading.Event()

    def pause_all(self, seconds: float) -> None:
        """Let no thread send anything for so long."""
        with self._lock:
            self._resume_at = max(self._resume_at, time.monotonic() + seconds)

    def wait(self, seconds: float = 0.0) -> None:
        """Sleep, and then as long as all have to wait.

        Raises
        ------
        DownloadError
            Where the fetch was stopped meanwhile.
        """
        self._sleep(seconds)
        while (left := self._resume_at - time.monotonic()) > 0:
            self._sleep(left)

    def stop(self) -> None:
        """Wake every thread; none goes on."""
        self._stopped.set()

    def check(self) -> None:
        """Raise where the fetch was stopped.

        Raises
        ------
        DownloadError
            Where it was.
        """
        if self._stopped.is_set():
            raise DownloadError("the fetch was stopped")

    def _sleep(self, seconds: float) -> None:
        self._stopped.wait(max(seconds, 0.0))
        self.check()
