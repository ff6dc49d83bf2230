"""Stage `report`: metrics, equity and provenance to the PDF and its HTML twin."""

import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from dipmaster.core import catalog, stage, store
from dipmaster.core.tables import EQUITY, SCORES, TRADES
from dipmaster.report import pages, provenance
from dipmaster.report.attachments import Attachment, attach_file, attach_trades
from dipmaster.report.inputs import (
    FORECAST_COLUMNS,
    ReportInputs,
    ShownCoin,
    check_gates,
)
from dipmaster.report.kit.pdf import pdf
from dipmaster.results.altdata import AlternativeDataRecord
from dipmaster.results.confidence.record import ConfidenceResults
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.exits.record import ExitModelResults
from dipmaster.results.gates import GateRows
from dipmaster.results.ingest import IngestResults
from dipmaster.results.market import Market
from dipmaster.results.monitoring.record import MonitoringResults
from dipmaster.results.outcomes import OutcomesResults
from dipmaster.results.sensitivity import SensitivityResults
from dipmaster.results.serialisation import read_result
from dipmaster.results.stress import StressResults
from dipmaster.results.trials import TrialCount
from dipmaster.results.volatility.record import VolatilityResults
from dipmaster.trials import count_trials, open_registry


def main() -> None:
    """Write both files, each whole or not at all."""
    inputs = read_inputs()
    with stage.progress_step("drawing the charts"):
        page = pages.html(inputs)
    with stage.progress_step("setting the pages"):
        document = pdf(page, inputs.attachments)
    store.write_text(page, catalog.HTML)
    with store.atomic_file(catalog.PDF) as partial:
        partial.write_bytes(document)


def read_inputs() -> ReportInputs:
    """Everything the report is made of."""
    gates = read_result(catalog.GATES, GateRows)
    validation = read_result(catalog.VALIDATE_METRICS, ValidationResults)
    check_gates(gates, validation)
    ingest = read_result(catalog.INGEST_METRICS, IngestResults)
    market = read_result(catalog.MARKET, Market)
    return ReportInputs(
        gates=gates,
        validation=validation,
        ingest=ingest,
        market=market,
        volatility=read_result(catalog.VOLATILITY_METRICS, VolatilityResults),
        confidence=read_result(catalog.CONFIDENCE_METRICS, ConfidenceResults),
        exit_models=read_result(catalog.EXITS_METRICS, ExitModelResults),
        alternative_data=read_result(catalog.ALTERNATIVE_METRICS, AlternativeDataRecord),
        stress=read_result(catalog.STRESS_METRICS, StressResults),
        sensitivity=read_result(catalog.SENSITIVITY_METRICS, SensitivityResults),
        outcomes=read_result(catalog.OUTCOMES_METRICS, OutcomesResults),
        monitoring=read_result(catalog.MONITORING_METRICS, MonitoringResults),
        trials=read_trials(validation),
        equity={
            phase: store.read_table(catalog.VALIDATE / f"equity_phase_{phase}.parquet", EQUITY)
            for phase in validation.built_phases
        },
        scores=store.read_table(catalog.SCORES, SCORES),
        forecasts=catalog.read_symbols(catalog.VOLATILITY, columns=FORECAST_COLUMNS),
        shown=read_shown(sorted(market.symbols)[0]),
        outputs=provenance.outputs(store.read_yaml(catalog.LOCK)),
        params=store.read_params(
            "ingest",
            "features",
            "volatility",
            "signal",
            "confidence",
            "filter",
            "confirmation",
            "execution",
            "exits",
            "sizing",
            "alternative_data",
            "split",
            "gates",
            "stress",
            "sensitivity",
            "outcomes",
            "monitoring",
            "report",
        ),
        versions=provenance.package_versions(),
        files=read_files(validation.built_phases, validation.period.out_of_sample_from),
    )


def read_trials(validation: ValidationResults) -> TrialCount | None:
    """How often these bars were evaluated; None where validate.json does not say which they are."""
    if validation.trial is None:
        return None
    registry = open_registry(validation.trial.data)
    count = count_trials(registry, validation.trial)
    if not count.is_registered:
        print(
            "report: note: this evaluation has no line in the registry, since DVC had its results; "
            "`dvc repro --single-item --force validate` adds it.",
            file=sys.stderr,
        )
    return count


def read_files(phases: Iterable[int], out_of_sample_from: str) -> tuple[Attachment, ...]:
    """What the PDF carries: settings, verdicts, and the judged trades of every phase."""
    trades = {
        phase: store.read_table(catalog.VALIDATE / f"trades_phase_{phase}.parquet", TRADES)
        for phase in phases
    }
    return (
        attach_file(store.PARAMS_FILE, "Params of the run"),
        attach_file(catalog.GATES, "Gate values, intervals and verdicts as JSON"),
        attach_file(catalog.SUMMARY, "Overall verdict and key figures as JSON"),
        *(attach_trades(phase, frame, out_of_sample_from) for phase, frame in trades.items()),
    )


def read_shown(symbol: str) -> ShownCoin:
    """Price and latent state of the coin whose regimes are drawn."""

    def read(folder: Path, *columns: str) -> pd.DataFrame:
        return catalog.read_symbols(folder, [symbol], columns)[symbol]

    known = store.read_json_key(catalog.TRUTH_ABOUT, "known", bool)
    truth = read(catalog.TRUTH, "regime", "coin_regime") if known else None
    return ShownCoin(symbol, read(catalog.BARS, "close"), truth)


if __name__ == "__main__":
    stage.run(
        "report",
        main,
        reads=(
            "ingest",
            "features",
            "volatility",
            "confidence",
            "exits",
            "alt-data",
            "validate",
            "stress-test",
            "monitor",
        ),
        searches_cycles=False,
    )
