"""Made results are what their types say: they come back from JSON equal, in every state."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dipmaster.results.altdata import AlternativeDataRecord
from dipmaster.results.confidence.record import ConfidenceResults
from dipmaster.results.evaluation.alternative_data import AlternativeDataFigures
from dipmaster.results.evaluation.exits import ExitResults
from dipmaster.results.evaluation.funnel import Funnel
from dipmaster.results.evaluation.phase import PhaseFigures
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.evaluation.signal_quality import SignalQuality
from dipmaster.results.evaluation.sizing import SizingResults
from dipmaster.results.exits.record import ExitModelResults
from dipmaster.results.features import FeatureResults
from dipmaster.results.gates import GateRows
from dipmaster.results.ingest import IngestResults
from dipmaster.results.monitoring.committed import ParityRecord
from dipmaster.results.monitoring.record import MonitoringResults
from dipmaster.results.outcomes import OutcomesResults
from dipmaster.results.sensitivity import SensitivityResults
from dipmaster.results.serialisation import from_json, read_result, to_json, write_result
from dipmaster.results.stress import StressResults
from dipmaster.results.summary import Summary
from dipmaster.results.trials import TrialIdentity
from dipmaster.results.volatility.record import VolatilityResults
from tests.made import (
    adaptive_exits,
    alternative_data,
    confidence,
    exits,
    gates,
    idle_phase,
    market,
    monitoring,
    outcomes,
    selection,
    sensitivity,
    sizing,
    stress,
    validation,
    volatility,
)


def raw_market() -> IngestResults:
    base = market.ingest(gap_bars=30)
    ended = replace(base.market, source="raw", ended_early=())
    return replace(base, market=ended, files=market.files())


def measured_monitoring() -> MonitoringResults:
    return replace(
        monitoring.monitoring(4), latency=monitoring.latency(), parity=monitoring.parity()
    )


def parity_record() -> ParityRecord:
    trial = TrialIdentity(data="d", alternative="a", code="c", params="p")
    return monitoring.parity_record(trial, "s", monitoring.difference())


def unmatched_monitoring() -> MonitoringResults:
    return replace(monitoring.monitoring(4), parity_mismatch=("data", "code of the stream"))


STATES: dict[str, tuple[Any, Callable[[], Any]]] = {
    "simulated bars": (IngestResults, market.ingest),
    "raw bars": (IngestResults, raw_market),
    "monitoring": (MonitoringResults, monitoring.monitoring),
    "monitoring, all measured": (MonitoringResults, measured_monitoring),
    "monitoring, another comparison": (MonitoringResults, unmatched_monitoring),
    "parity that was recorded": (ParityRecord, parity_record),
    "features": (FeatureResults, market.features),
    "volatility": (VolatilityResults, volatility.volatility),
    "volatility, no truth": (VolatilityResults, lambda: volatility.volatility(known=False)),
    "volatility, too short": (VolatilityResults, volatility.too_short),
    "confidence": (ConfidenceResults, confidence.confidence),
    "no score": (ConfidenceResults, confidence.no_score),
    "exit models": (ExitModelResults, exits.exit_models),
    "no exit models": (ExitModelResults, exits.no_models),
    "gates": (GateRows, lambda: gates.gates(0, 1, 2)),
    "undecided gates": (GateRows, lambda: gates.undecided(gates.gates(1), "no trade")),
    "summary": (Summary, gates.summary),
    "phase 0": (ValidationResults, lambda: validation.validation(0)),
    "phases 0 and 1": (ValidationResults, lambda: validation.validation(1)),
    "phases 0 to 2": (ValidationResults, validation.validation),
    "phases 0 to 3": (ValidationResults, lambda: validation.validation(3)),
    "phases 0 to 4": (ValidationResults, lambda: validation.validation(4)),
    "alternative data": (AlternativeDataRecord, alternative_data.record),
    "no alternative data": (AlternativeDataRecord, alternative_data.no_data),
    "phase 4 without data": (AlternativeDataFigures, alternative_data.without_data),
    "nothing sized": (SizingResults, sizing.unsized_results),
    "no bet": (SizingResults, lambda: sizing.unsized_results(130)),
    "sensitivity": (SensitivityResults, lambda: sensitivity.sensitivity(4)),
    "nothing to trade again": (SensitivityResults, sensitivity.without_trades),
    "outcomes": (OutcomesResults, outcomes.outcomes),
    "outcomes of phase 0": (OutcomesResults, lambda: outcomes.outcomes(0)),
    "outcomes without a trade": (OutcomesResults, outcomes.idle),
    "abstaining phase": (PhaseFigures, lambda: idle_phase.abstaining_phase("no score", "score")),
    "empty funnel": (Funnel, lambda: selection.empty_funnel((0,) * 7)),
    "no signal quality": (SignalQuality, lambda: selection.no_signal_quality("no trade")),
    "abstained exits": (ExitResults, adaptive_exits.abstained_exits),
    "stress": (StressResults, lambda: stress.stress(4)),
    "stress, never invested": (StressResults, lambda: stress.never_invested(2)),
    "stress, no runs": (StressResults, lambda: stress.no_runs(1)),
    "exits, no candidates": (ExitResults, lambda: adaptive_exits.abstained_exits(0)),
}


@pytest.mark.parametrize("state", STATES)
def test_a_made_result_comes_back_equal(state: str) -> None:
    kind, make = STATES[state]
    result = make()
    assert from_json(kind, to_json(result)) == result


def test_a_result_comes_back_from_its_file(tmp_path: Path) -> None:
    summary = gates.summary()
    write_result(summary, tmp_path / "summary.json")
    assert read_result(tmp_path / "summary.json", Summary) == summary


def test_keys_that_are_no_names_are_written_as_they_are() -> None:
    gap = to_json(market.gaps(30))["longest"][0]
    assert set(gap) == {"from", "to", "bars"}
    assert set(to_json(adaptive_exits.targets(9))["regime"][0]) == {"class", "multiplier", "n"}


def test_only_keys_of_omitted_fields_are_left_out() -> None:
    phases = to_json(validation.validation(1))["phases"]
    assert {"abstained", "abstained_at", "degradation"} & set(phases["0"]) == set()
    assert [phases["1"][name] for name in ("abstained", "abstained_at")] == [None] * 2
    assert "degradation" not in phases["1"]
    assert to_json(idle_phase.NO_BOUNDS) == {"low": None, "high": None}
    assert "files" not in to_json(market.ingest())
