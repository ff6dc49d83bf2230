"""How long decisions take, from the bars of an open time to the orders for the next."""

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from dipmaster.core import store

LATENCY_FILE = Path("benchmarks/latency.json")
AIM_MS = 5.0  # decision: p99 of ten coins, features included
LIMIT_MS = 100.0  # roadmap, monitoring
WARM_UP = 100  # open times: kernels are loaded, caches filled


class LatencyMeter:
    """Times every decision; a step of a gap counts to the bars that end it."""

    def __init__(self) -> None:
        self._nanoseconds: list[int] = []
        self._coins = 0

    @contextmanager
    def measure(self, coins: int) -> Iterator[None]:
        """Time what is done inside."""
        start = time.perf_counter_ns()
        yield
        self._nanoseconds.append(time.perf_counter_ns() - start)
        self._coins = max(self._coins, coins)

    @property
    def last_ms(self) -> float:
        """Of the last decision."""
        return self._nanoseconds[-1] / 1e6 if self._nanoseconds else 0.0

    def write(self) -> str:
        """Write the figures to `LATENCY_FILE`; say them in a line."""
        measured = np.array(self._nanoseconds[WARM_UP:], np.float64) / 1e6
        if not measured.size:
            return f"latency: fewer than {WARM_UP + 1} decisions, nothing was written"
        p50, p99 = (float(one) for one in np.quantile(measured, (0.5, 0.99)))
        figures = {
            "decisions": int(measured.size),
            "coins": self._coins,
            "p50_ms": p50,
            "p99_ms": p99,
            "max_ms": float(measured.max()),
            "aim_p99_ms": AIM_MS,
            "limit_ms": LIMIT_MS,
            "within_limit_frac": float(np.mean(measured <= LIMIT_MS)),
            "machine": _name_machine(),
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
        }
        store.write_json(figures, LATENCY_FILE)
        return (
            f"latency: p50 {p50:.2f} ms, p99 {p99:.2f} ms, max {measured.max():.2f} ms over "
            f"{measured.size} decisions; written to {LATENCY_FILE}"
        )


def _name_machine() -> str:
    """Processor and Python, without anything that names a host."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        models = [one for one in store.read_text(cpuinfo).splitlines() if "model name" in one]
        processor = models[0].split(":", 1)[1].strip() if models else processor
    return f"{processor}, Python {platform.python_version()}, {platform.system()}"
