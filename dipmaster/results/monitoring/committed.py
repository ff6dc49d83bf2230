"""What is measured once, by a command, and committed: the stage quotes it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dipmaster.results.serialisation import to_json
from dipmaster.results.trials import TrialIdentity


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
    """The stream against the tables of the batch, from one bar to another.

    Attributes
    ----------
    bars
        Steps of the grid that were compared, each of all coins.
    refits
        Refits of the models behind the scores.
    phases
        That were compared.
    values
        Values compared, of all tables.
    compared
        Table to values compared.
    differences
        Values that differ in any bit; a replay stops at the first, so 0 or 1.
    """

    bars: int
    coins: int
    refits: int
    phases: tuple[int, ...]
    first_open_time: str
    last_open_time: str
    values: int
    compared: Mapping[str, int]
    differences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstDifference:
    """The value at which the stream first decided otherwise than the batch.

    Attributes
    ----------
    table, column
        Of the batch; "row" or "rows" where only one of the two has the row.
    open_time
        Of the bar that had closed.
    symbol
        "" where the value belongs to no coin.
    stream, batch
        Both values with every digit.
    """

    table: str
    open_time: str
    symbol: str
    column: str
    stream: str
    batch: str

    def __str__(self) -> str:
        """The place and both values."""
        coin = f", {self.symbol}" if self.symbol else ""
        return (
            f"{self.table}, bar {self.open_time}{coin}, {self.column}: "
            f"stream {self.stream}, batch {self.batch}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityRecord:
    """The whole market through the stream, compared with the batch: benchmarks/parity.json.

    Attributes
    ----------
    trial
        Of the batch that was compared.
    stream
        SHA-256 of the code of the stream.
    difference
        The first; None where there is none.
    digest
        SHA-256 of everything else: a file that was edited no longer has it.
    """

    trial: TrialIdentity
    stream: str
    results: ParityResults
    difference: FirstDifference | None
    digest: str = ""

    def seal(self) -> "ParityRecord":
        """The same with the digest of what it says."""
        return replace(self, digest=self._compute_digest())

    @property
    def is_whole(self) -> bool:
        """Whether the digest is that of what it says."""
        return self.digest == self._compute_digest()

    def _compute_digest(self) -> str:
        text = json.dumps(to_json(replace(self, digest="")), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
