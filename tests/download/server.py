"""A real HTTP server on loopback that serves an archive, and misbehaves where it is told to."""

import hashlib
import io
import threading
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Fault = Callable[[BaseHTTPRequestHandler, bytes], None]


def status(code: int, **headers: str) -> Fault:
    """Answer with a status; ``Retry_After="1"`` is a header."""

    def answer(handler: BaseHTTPRequestHandler, _content: bytes) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def cut(size: int) -> Fault:
    """Promise all, send `size` bytes, close the connection."""

    def answer(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        send(handler, content, slice(0, size))
        handler.close_connection = True

    return answer


def drip(seconds: float) -> Fault:
    """A byte now and then: each well within any timeout of a single read."""

    def answer(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        for position in range(len(content)):
            handler.wfile.write(content[position : position + 1])
            handler.wfile.flush()
            time.sleep(seconds)

    return answer


def silent(seconds: float) -> Fault:
    """Nothing for so long."""

    def answer(handler: BaseHTTPRequestHandler, _content: bytes) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return answer


def hang_up(handler: BaseHTTPRequestHandler, _content: bytes) -> None:
    """No answer at all."""
    handler.close_connection = True


def other(content: bytes) -> Fault:
    """Something else than the file."""
    return lambda handler, _content: send(handler, content)


def send(handler: BaseHTTPRequestHandler, content: bytes, part: slice = slice(None)) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[part])


class Archive:
    """Files by path, and what happens to the first requests of a path.

    Attributes
    ----------
    requests
        Number of requests by path.
    offsets
        By path, the offsets that were asked for.
    seconds_a_file
        How long every zip takes, so that a fetch can be killed in the middle.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.requests: Counter[str] = Counter()
        self.offsets: dict[str, list[int]] = defaultdict(list)
        self.active = 0
        self.most_active = 0
        self.times: list[tuple[float, str]] = []
        self.seconds_a_file = 0.0
        self.has_ranges = True
        self.url = ""
        self._lock = threading.Lock()

    def add(self, path: str, content: bytes) -> None:
        """A file and its .CHECKSUM."""
        name = path.rpartition("/")[2]
        self.files[path] = content
        self.files[f"{path}.CHECKSUM"] = f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode()

    def add_csv(self, path: str, text: str) -> None:
        """A csv in a zip as the archive packs it."""
        self.add(path, pack({f"{path.rpartition('/')[2].removesuffix('.zip')}.csv": text}))

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count the requests that are answered at a time."""
        with self._lock:
            self.active += 1
            self.most_active = max(self.most_active, self.active)
        yield
        with self._lock:
            self.active -= 1

    def next_fault(self, path: str) -> Fault | None:
        with self._lock:
            self.requests[path] += 1
            self.times.append((time.monotonic(), path))
            return self.faults[path].pop(0) if self.faults.get(path) else None


def pack(members: dict[str, str | bytes]) -> bytes:
    """A zip; the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2023, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


@contextmanager
def serve(archive: Archive) -> Iterator[Archive]:
    """The archive under `Archive.url` until the block ends."""
    server = Server(archive)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    archive.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield archive
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, *_request: object) -> None:
        """A client that goes away is what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_arguments: object) -> None:
        """Nothing on the terminal."""

    def do_GET(self) -> None:
        archive, path = self.server.archive, self.path.lstrip("/")
        fault = archive.next_fault(path)
        content = archive.files.get(path)
        if fault is not None:
            fault(self, content or b"")
        elif content is None:
            status(404)(self, b"")
        else:
            with archive.counting():
                if path.endswith(".zip"):
                    time.sleep(archive.seconds_a_file)
                self.send_from(content, path)

    def send_from(self, content: bytes, path: str) -> None:
        asked = self.headers.get("Range")
        if asked is None or not self.server.archive.has_ranges:
            send(self, content)
            return
        offset = int(asked.removeprefix("bytes=").removesuffix("-"))
        self.server.archive.offsets[path].append(offset)
        if offset >= len(content):
            status(416)(self, b"")
            return
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {offset}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - offset))
        self.end_headers()
        self.wfile.write(content[offset:])
