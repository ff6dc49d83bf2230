"""What the report is made of, as the stages before it wrote it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dipmaster.params import Params
from dipmaster.report.provenance import Output

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Inputs:
    """Everything that is read; nothing else enters the report.

    Attributes
    ----------
    gates
        reports/metrics/gates.json, and its bytes as they are attached to the PDF.
    validate, ingest, market
        The stages' JSON files.
    equity
        One frame of table EQUITY a built phase.
    outputs
        What the stages before the report wrote, with the hashes of dvc.lock.
    readings
        reports/templates/readings.yaml.
    params
        All sections, for provenance and for what the definitions quote.
    versions
        Names and versions of the packages that numbers depend on.
    """

    gates: Sequence[Json]
    gates_bytes: bytes
    validate: Json
    ingest: Json
    market: Json
    equity: Mapping[int, pd.DataFrame]
    outputs: Sequence[Output]
    readings: Json
    params: Params
    versions: Mapping[str, str]

    @property
    def built(self) -> tuple[int, ...]:
        """Phases that were run."""
        return tuple(int(phase) for phase in self.validate["built_phases"])

    @property
    def latest(self) -> int:
        """The last phase that was run."""
        return self.built[-1]

    @property
    def simulated(self) -> bool:
        """Whether the bars are simulated."""
        return bool(self.market["source"] == "simulated")

    def phase(self, number: int) -> Json:
        """What validate measured for one phase."""
        measured: Json = self.validate["phases"][str(number)]
        return measured

    def gates_of(self, number: int) -> dict[str, Json]:
        """The gates of one phase by metric, in the file's order."""
        return {gate["metric"]: gate for gate in self.gates if gate["phase"] == number}
