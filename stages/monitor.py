"""Stage `monitor`: bars, candidates and accounts to health, alerts and readiness."""

from dipmaster.core import catalog, stage, store
from dipmaster.monitoring import monitor
from dipmaster.monitoring.reading import read_inputs, read_readiness
from dipmaster.monitoring.records import read_records
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.monitoring.summary import summarize_monitoring
from dipmaster.results.serialisation import read_result, write_result


def main() -> None:
    """Judge the system bar by bar, and write how it stands at the last one."""
    params = store.read_params("execution.capital", "monitoring")
    validation = read_result(catalog.VALIDATE_METRICS, ValidationResults)
    results = monitor(
        read_inputs(validation),
        read_readiness(validation),
        params.execution.capital,
        params.monitoring,
        read_records(validation.trial),
    )
    write_result(results, catalog.MONITORING_METRICS)
    write_result(summarize_monitoring(results), catalog.MONITOR_SUMMARY)


if __name__ == "__main__":
    stage.run(
        "monitor",
        main,
        reads=(
            "ingest",
            "features",
            "volatility",
            "confidence",
            "alt-data",
            "validate",
            "stress-test",
        ),
    )
