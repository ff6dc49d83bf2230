"""What is measured once, by a command, and committed: the stage quotes it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Time from a closed bar to the decision, as measured once: benchmarks/latency.json."""

    machine: str
    date: str
    coins: int
    decisions: int
    p50_ms: float
    p99_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityResults:
    """The stream against the report, over one window.

    Attributes
    ----------
    bars
        Bars a coin that were compared.
    refits
        Refits of models inside the window.
    phases
        That were compared.
    compared
        What to the number of values compared: features, scores, fills, equity, ...
    differences
        Values that differ in any bit; 0, or the stage fails.
    """

    bars: int
    coins: int
    refits: int
    phases: tuple[int, ...]
    first_open_time: str
    last_open_time: str
    compared: Mapping[str, int]
    differences: int
