"""What the stages measure, as frozen dataclasses; reports/metrics/*.json are their serialisation.

Stages build these types and write them, the report reads them back: a renamed figure is
found by mypy, a file that does not fit its type is refused by name and key path.

Keys of the JSON are the names of the fields. Maps have keys that depend on the data
(symbols, phase numbers, reasons); None is JSON's null: it could not be computed. A field
declared with `fields.OMITTED` is left out of the JSON where it holds its default.
"""

from dipmaster.results.altdata import AlternativeDataRecord, AlternativeDataResults
from dipmaster.results.common import RawSelection
from dipmaster.results.confidence.record import ConfidenceResults
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.exits.record import ExitModelResults
from dipmaster.results.features import FeatureResults
from dipmaster.results.gates import GateRow, GateRows
from dipmaster.results.ingest import IngestResults
from dipmaster.results.market import Market
from dipmaster.results.monitoring.record import MonitoringResults
from dipmaster.results.monitoring.summary import MonitorSummary, summarize_monitoring
from dipmaster.results.outcomes import OutcomesResults
from dipmaster.results.sensitivity import SensitivityResults
from dipmaster.results.serialisation import from_json, read_result, to_json, write_result
from dipmaster.results.stress import StressResults
from dipmaster.results.summary import Summary, summarize
from dipmaster.results.volatility.record import VolatilityResults

__all__ = [
    "AlternativeDataRecord",
    "AlternativeDataResults",
    "ConfidenceResults",
    "ExitModelResults",
    "FeatureResults",
    "GateRow",
    "GateRows",
    "IngestResults",
    "Market",
    "MonitorSummary",
    "MonitoringResults",
    "OutcomesResults",
    "RawSelection",
    "SensitivityResults",
    "StressResults",
    "Summary",
    "ValidationResults",
    "VolatilityResults",
    "from_json",
    "read_result",
    "summarize",
    "summarize_monitoring",
    "to_json",
    "write_result",
]
