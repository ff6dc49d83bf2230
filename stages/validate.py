"""Stage `validate`: candidates to trades phase by phase, and trades to gates with uncertainty."""

from dipmaster.core import stage, store
from dipmaster.evaluation.details import assemble_results
from dipmaster.evaluation.reading import read_inputs
from dipmaster.evaluation.registry import read_phases
from dipmaster.evaluation.run import evaluate_phases
from dipmaster.evaluation.verdict import judge_overall
from dipmaster.evaluation.writing import write_curves, write_ledgers, write_metrics


def main() -> None:
    """Trade and judge every phase that is built, and write what it shows."""
    params = store.read_params(
        "signal",
        "confidence.thresholds",
        "filter",
        "confirmation",
        "execution",
        "exits",
        "sizing",
        "split",
        "gates",
        "benchmark",
    )
    inputs = read_inputs()
    result = evaluate_phases(inputs, params, read_phases(inputs, params))
    ruling = judge_overall(result.evaluations)
    with stage.progress_step("measuring what the phases did"):
        results = assemble_results(result, ruling)
    rows = tuple(row for one in result.evaluations for row in one.gates.rows)
    write_ledgers(result.ledgers, result.context.filter_results)
    write_metrics(rows, results)
    write_curves(result.ledgers, result.context.period)


if __name__ == "__main__":
    stage.run(
        "validate",
        main,
        reads=("ingest", "features", "volatility", "confidence", "exits", "alt-data"),
    )
