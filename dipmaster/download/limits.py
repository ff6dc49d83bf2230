"""How patient and how trusting a download is."""

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class TransferLimits:
    """Bounds of a download.

    Attributes
    ----------
    connections
        Files at a time.
    attempts
        Requests for one file, the first included.
    timeout_s
        Without a single byte, and until a connection stands.
    window_s, min_bytes_per_s
        A transfer that brings less over a window is given up: a server that sends a byte now and
        then never runs into `timeout_s`.
    backoff_s, longest_wait_s
        Wait before the second attempt, doubled before each later one; and the longest wait, which
        also bounds what a server may ask for.
    file_bytes, unpacked_bytes
        Largest file, and largest content of a zip.
    """

    connections: int = 8
    attempts: int = 6
    timeout_s: float = 20.0
    window_s: float = 20.0
    min_bytes_per_s: int = 1024
    backoff_s: float = 0.5
    longest_wait_s: float = 120.0
    file_bytes: int = 128 * MEBIBYTE
    unpacked_bytes: int = 512 * MEBIBYTE
