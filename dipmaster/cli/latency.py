"""How long decisions take, from the bars of an open time to the orders for the next."""

import platform
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from dipmaster.core import catalog, store
from dipmaster.core.observed_rules import WARM_UP_DECISIONS
from dipmaster.results.monitoring.committed import Latency
from dipmaster.results.serialisation import write_result


class LatencyMeter:
    """Times every decision, by the clock and by the processor.

    On a machine that does other work too, the clock says how long somebody waits, the processor
    how long the decision is. A step of a gap counts to the bars that end it.
    """

    def __init__(self) -> None:
        self._clock_ns, self._processor_ns = array("q"), array("q")
        self._coins = 0

    @contextmanager
    def measure(self, coins: int) -> Iterator[None]:
        """Time what is done inside."""
        clock, processor = time.perf_counter_ns(), time.thread_time_ns()
        yield
        self._processor_ns.append(time.thread_time_ns() - processor)
        self._clock_ns.append(time.perf_counter_ns() - clock)
        self._coins = max(self._coins, coins)

    @property
    def last_ms(self) -> float:
        """Of the last decision, by the clock."""
        return self._clock_ns[-1] / 1e6 if self._clock_ns else 0.0

    def write(self) -> str:
        """Write the figures to `benchmarks/latency.json`; say them in a line."""
        clock, processor = (
            np.array(one[WARM_UP_DECISIONS:], np.float64) / 1e6
            for one in (self._clock_ns, self._processor_ns)
        )
        if not clock.size:
            return f"latency: fewer than {WARM_UP_DECISIONS + 1} decisions, nothing was written"
        p50, p99 = np.quantile(clock, (0.5, 0.99))
        latency = Latency(
            machine=_name_machine(),
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            coins=self._coins,
            decisions=int(clock.size),
            p50_ms=float(p50),
            p99_ms=float(p99),
            max_ms=float(clock.max()),
        )
        write_result(latency, catalog.LATENCY)
        return (
            f"latency: p50 {p50:.2f} ms, p99 {p99:.2f} ms (of the processor "
            f"{np.quantile(processor, 0.99):.2f} ms), max {clock.max():.2f} ms over "
            f"{clock.size} decisions; written to {catalog.LATENCY}"
        )


def _name_machine() -> str:
    """Processor and Python, without anything that names a host."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        models = [one for one in store.read_text(cpuinfo).splitlines() if "model name" in one]
        processor = models[0].split(":", 1)[1].strip() if models else processor
    return f"{processor}, Python {platform.python_version()}, {platform.system()}"
