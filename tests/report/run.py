"""A whole made run, of as many phases as wanted."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from dipmaster.core.params import Params
from dipmaster.report import provenance
from dipmaster.report.attachments import Attachment
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.phase import PhaseFigures
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.gates import GateRows
from dipmaster.results.market import Market
from dipmaster.results.serialisation import to_json
from dipmaster.results.trials import TrialCount
from tests.made import (
    alternative_data,
    confidence,
    exits,
    gates,
    market,
    monitoring,
    outcomes,
    sensitivity,
    stress,
    volatility,
)
from tests.made.common import COINS, FIRST, LAST
from tests.made.params import read_values
from tests.made.validation import claims, validation
from tests.report import frames

PROJECT = Path(__file__).parents[2]
ENDS = (35711.2, 101020.0, 100610.0, 100230.0, 103700.0)
"""What the account of each phase is worth at the end."""


def lock() -> dict[str, Any]:
    def stage(*paths: str) -> dict[str, Any]:
        return {
            "cmd": "python",
            "outs": [{"path": path, "md5": f"{k:032x}", "size": 1} for k, path in enumerate(paths)],
        }

    return {
        "schema": "2.0",
        "stages": {
            "ingest": stage("data/ingest", "reports/metrics/ingest.json"),
            "features": stage("data/features", "reports/metrics/features.json"),
            "volatility": stage("data/volatility", "reports/metrics/volatility.json"),
            "confidence": stage("data/confidence/scores.parquet"),
            "exits": stage("data/exits", "reports/metrics/exits.json"),
            "alt-data": stage("data/alt_data", "reports/metrics/altdata.json"),
            "validate": stage("data/validate", "reports/metrics/gates.json", "reports/plots"),
            "stress-test": stage(
                "reports/metrics/outcomes.json",
                "reports/metrics/sensitivity.json",
                "reports/metrics/stress.json",
            ),
            "monitor": stage("reports/metrics/monitor.json", "reports/metrics/monitoring.json"),
            "report": stage("reports/phase_gate.pdf"),
        },
    }


@cache
def params(source: str = "simulated") -> Params:
    raw = read_values()
    raw["ingest"]["source"] = source
    return Params.parse(raw, tuple(raw))


def simulated_market(coins: tuple[str, ...] = COINS) -> Market:
    return Market(
        source="simulated",
        symbols=coins,
        first_open_time=FIRST,
        last_open_time=LAST,
        days=730.0,
        columns=dict.fromkeys(coins, ("volume",)),
        columns_left_out=(),
        fallback_half_spread_bps=0.0,
        funding=dict.fromkeys(coins, False),
    )


def run(last: int = 0, coins: tuple[str, ...] = COINS) -> ReportInputs:
    """Phases 0 to `last` of simulated bars."""
    built = range(last + 1)
    base = ReportInputs(
        gates=(),
        validation=validation(last, coins),
        ingest=market.ingest(coins),
        market=simulated_market(coins),
        volatility=volatility.volatility(coins),
        confidence=confidence.confidence(),
        exit_models=exits.exit_models(),
        alternative_data=alternative_data.record(),
        stress=stress.stress(last),
        sensitivity=sensitivity.sensitivity(last, coins),
        outcomes=outcomes.outcomes(last),
        monitoring=monitoring.monitoring(last, coins),
        trials=TrialCount(evaluations=7, outcomes=3, is_registered=True),
        equity={number: frames.equity(ENDS[number]) for number in built},
        scores=frames.scores(),
        forecasts=frames.forecasts(coins),
        shown=frames.shown_coin(),
        outputs=provenance.outputs(lock()),
        params=params(),
        versions={"numpy": "2.4.6", "python": "3.11"},
        files=(),
    )
    listed = tuple(one for one in claims(last) if last != 1 or one.id != "capture")
    return with_gates(validated(base, claims=listed if last else ()), gates.gates(*built))


def with_gates(inputs: ReportInputs, rows: GateRows) -> ReportInputs:
    data = (json_of(to_json(rows)) + "\n").encode()
    return replace(inputs, gates=rows, files=(Attachment("gates.json", "", data),))


def json_of(value: Any) -> str:
    import json

    return json.dumps(value, sort_keys=True)


def validated(inputs: ReportInputs, **changes: Any) -> ReportInputs:
    """The run with other parts of validate.json."""
    return with_validation(inputs, replace(inputs.validation, **changes))


def with_validation(inputs: ReportInputs, results: ValidationResults) -> ReportInputs:
    return replace(inputs, validation=results)


def with_phases(inputs: ReportInputs, figures: Mapping[int, PhaseFigures]) -> ReportInputs:
    """The run with other figures of some phases."""
    changed = {str(number): one for number, one in figures.items()}
    return validated(inputs, phases={**inputs.validation.phases, **changed})
