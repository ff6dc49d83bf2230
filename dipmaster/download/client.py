"""Requests of a server: bounded, continued after a cut, repeated with growing waits.

The one module that imports the HTTP library.
"""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import requests
import urllib3

from dipmaster.download.errors import (
    DownloadError,
    NotPublishedError,
    RefusedError,
    TransientError,
    UnreachableError,
    describe,
)
from dipmaster.download.limits import TransferLimits
from dipmaster.download.pace import Pace

Value = TypeVar("Value")

TEXT_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 16
_TOO_MANY = 429
_BUSY = 503
_NOT_THERE = 404
_RANGE_REFUSED = 416
_PARTIAL = 206
_PASSING = (408, 425, _TOO_MANY, 500, 502, _BUSY, 504)
_HEADERS = {"User-Agent": "dipmaster", "Accept-Encoding": "identity"}
_TRY_LATER = "try again later: files that are whole stay, the same command goes on from there"


class Client:
    """Files of one server.

    Parameters
    ----------
    base_url
        Where paths begin; http or https.

    Raises
    ------
    DownloadError
        For another kind of address.
    """

    def __init__(self, base_url: str, limits: TransferLimits) -> None:
        if not base_url.lower().startswith(("http://", "https://")):
            fix = "give an address that begins with https://"
            raise DownloadError(describe("--url", "an http or https address", base_url, fix))
        self.base_url = base_url.rstrip("/")
        self.limits = limits
        self.pace = Pace()
        self.has_answered = False
        self._local = threading.local()

    def read_text(self, path: str, max_bytes: int = TEXT_BYTES) -> str:
        """A small text file.

        Raises
        ------
        DownloadError
            Where it cannot be had; `NotPublishedError` where there is none.
        """
        return self._repeat(path, lambda: self._read_text(path, max_bytes))

    def download(self, path: str, partial: Path, report: Callable[[int], None]) -> None:
        """Bring a file, from where `partial` ends where it is there.

        Parameters
        ----------
        partial
            Grows as bytes arrive and stays when they stop, so that the next call goes on from it.
            Nothing is known of its content yet: the caller verifies it.
        report
            Called with the number of bytes of each piece.

        Raises
        ------
        DownloadError
            Where it cannot be had; `NotPublishedError` where there is none; `RefusedError` where
            it is larger than `TransferLimits.file_bytes`.
        OSError
            Of this machine's disk; the libraries wrap those of the network.
        """
        self._repeat(path, lambda: self._continue(path, partial, report))

    def _repeat(self, path: str, attempt: Callable[[], Value]) -> Value:
        for number in range(1, self.limits.attempts + 1):
            self.pace.wait()
            try:
                return attempt()
            except TransientError as error:
                if number == self.limits.attempts:
                    raise self._exhausted(path, str(error)) from error
                self._back_off(error, number)
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                if number == self.limits.attempts:
                    raise self._exhausted(path, _name(error)) from error
                self._back_off(TransientError(_name(error)), number)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _back_off(self, error: TransientError, number: int) -> None:
        """Wait as the server asks, else twice as long each time; a busy server means all."""
        doubled = self.limits.backoff_s * 2 ** (number - 1)
        seconds = doubled if error.wait_s is None else error.wait_s
        seconds = min(seconds, self.limits.longest_wait_s)
        if error.is_for_all:
            self.pace.pause_all(seconds)
        else:
            self.pace.wait(seconds)

    def _exhausted(self, path: str, reason: str) -> DownloadError:
        kind = DownloadError if self.has_answered else UnreachableError
        attempts = f"{reason}, in {self.limits.attempts} attempts"
        return kind(describe(f"{self.base_url}/{path}", "a whole file", attempts, _TRY_LATER))

    def _request(self, path: str, offset: int = 0) -> requests.Response:
        headers = _HEADERS | ({"Range": f"bytes={offset}-"} if offset else {})
        timeout = (self.limits.timeout_s, self.limits.timeout_s)
        url = f"{self.base_url}/{path}"
        response = self._session.get(url, headers=headers, stream=True, timeout=timeout)
        self.has_answered = True
        return response

    @property
    def _session(self) -> requests.Session:
        """Of this thread: sessions are not shared."""
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        session: requests.Session = self._local.session
        return session

    def _read_text(self, path: str, max_bytes: int) -> str:
        with self._request(path) as response:
            self._check_status(response)
            content = b""
            for chunk in self._read_chunks(response):
                content += chunk
                if len(content) > max_bytes:
                    raise self._too_large(path, max_bytes)
        return content.decode("utf-8", "replace")

    def _continue(self, path: str, partial: Path, report: Callable[[int], None]) -> None:
        offset = partial.stat().st_size if partial.is_file() else 0
        with self._request(path, offset) as response:
            if response.status_code == _RANGE_REFUSED or _is_other_range(response, offset):
                partial.unlink(missing_ok=True)
                raise TransientError("what was there of the file does not fit it", 0.0)
            self._check_status(response)
            size = offset if response.status_code == _PARTIAL else 0
            with partial.open("ab" if size else "wb") as file:
                for chunk in self._read_chunks(response):
                    size += len(chunk)
                    if size > self.limits.file_bytes:
                        raise self._too_large(path, self.limits.file_bytes)
                    file.write(chunk)
                    report(len(chunk))

    def _check_status(self, response: requests.Response) -> None:
        status = response.status_code
        if status == _NOT_THERE:
            raise NotPublishedError(f"{response.url}: not there")
        if status in _PASSING:
            wait_s = _parse_wait(response.headers.get("Retry-After"))
            raise TransientError(f"status {status}", wait_s, status in (_TOO_MANY, _BUSY))
        if status not in (200, _PARTIAL):
            fix = "check --url and the symbols; where access is refused, ask who runs the server"
            raise RefusedError(describe(response.url, "status 200", f"{status}", fix))

    def _read_chunks(self, response: requests.Response) -> Iterator[bytes]:
        """Bytes as they arrive, and not too slowly; the library raises where the body is cut.

        ``read1`` gives what is there; other readers wait for a full piece, hours where one byte
        arrives at a time.
        """
        window_bytes = 0
        window_start = time.monotonic()
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
            self.pace.check()
            window_bytes += len(chunk)
            elapsed = time.monotonic() - window_start
            if elapsed >= self.limits.window_s:
                if window_bytes < self.limits.min_bytes_per_s * elapsed:
                    raise TransientError(f"{window_bytes} bytes in {elapsed:.0f} s")
                window_start, window_bytes = time.monotonic(), 0
            yield chunk

    def _too_large(self, path: str, max_bytes: int) -> RefusedError:
        found = "more, so it was cut off"
        fix = "look at it in a browser: the archive's files are far smaller"
        where = f"{self.base_url}/{path}"
        return RefusedError(describe(where, f"at most {max_bytes} bytes", found, fix))


def _is_other_range(response: requests.Response, offset: int) -> bool:
    """Whether a part came that does not begin at `offset`; the whole file may come instead."""
    begins = f"bytes {offset}-"
    is_part = response.status_code == _PARTIAL
    return is_part and not response.headers.get("Content-Range", "").startswith(begins)


def _parse_wait(text: str | None) -> float | None:
    """Seconds of a Retry-After header, a number or a date; None where it says neither."""
    if text is None:
        return None
    try:
        return urllib3.Retry().parse_retry_after(text)
    except urllib3.exceptions.InvalidHeader:
        return None


def _name(error: Exception) -> str:
    """The innermost reason, short: libraries wrap it several times."""
    while isinstance(inner := error.__cause__ or error.__context__, Exception):
        error = inner
    return (str(error) or type(error).__name__)[:120]
