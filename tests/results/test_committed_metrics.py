"""Every committed file of metrics holds what its type says, and is written as the same bytes."""

import json
from pathlib import Path
from typing import Any

import pytest

from dipmaster.results.altdata import AlternativeDataRecord
from dipmaster.results.confidence.record import ConfidenceResults
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.exits.record import ExitModelResults
from dipmaster.results.features import FeatureResults
from dipmaster.results.gates import GateRows
from dipmaster.results.ingest import IngestResults
from dipmaster.results.monitoring.record import MonitoringResults
from dipmaster.results.monitoring.summary import MonitorSummary
from dipmaster.results.outcomes import OutcomesResults
from dipmaster.results.sensitivity import SensitivityResults
from dipmaster.results.serialisation import read_result, to_json, write_result
from dipmaster.results.stress import StressResults
from dipmaster.results.summary import Summary
from dipmaster.results.volatility.record import VolatilityResults

KINDS: dict[str, Any] = {
    "altdata.json": AlternativeDataRecord,
    "confidence.json": ConfidenceResults,
    "exits.json": ExitModelResults,
    "features.json": FeatureResults,
    "gates.json": GateRows,
    "ingest.json": IngestResults,
    "monitor.json": MonitorSummary,
    "monitoring.json": MonitoringResults,
    "outcomes.json": OutcomesResults,
    "sensitivity.json": SensitivityResults,
    "stress.json": StressResults,
    "summary.json": Summary,
    "validate.json": ValidationResults,
    "volatility.json": VolatilityResults,
}


def test_every_file_of_metrics_has_a_type(project: Path) -> None:
    files = {path.name for path in (project / "reports" / "metrics").glob("*.json")}
    assert files == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_committed_file_is_read_and_written_without_change(
    name: str, project: Path, tmp_path: Path
) -> None:
    committed = project / "reports" / "metrics" / name
    result = read_result(committed, KINDS[name])
    assert to_json(result) == json.loads(committed.read_text(encoding="utf-8"))
    write_result(result, tmp_path / name)
    assert (tmp_path / name).read_bytes() == committed.read_bytes()
