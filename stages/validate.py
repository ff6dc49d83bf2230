"""Stage `validate`: candidates to trades phase by phase, and trades to gates with uncertainty."""

import sys
from dataclasses import replace

from dipmaster.core import stage, store
from dipmaster.evaluation.details import assemble_results
from dipmaster.evaluation.reading import read_inputs
from dipmaster.evaluation.registry import PHASES, read_phases
from dipmaster.evaluation.run import evaluate_phases
from dipmaster.evaluation.verdict import judge_overall
from dipmaster.evaluation.writing import write_curves, write_ledgers, write_metrics
from dipmaster.results.summary import summarize
from dipmaster.trials import (
    build_outcome,
    identify_trial,
    open_registry,
    read_alternative,
    register,
)


def main() -> None:
    """Trade and judge every phase that is built, and write what it shows."""
    params = store.read_params(
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
        "benchmark",
    )
    inputs = read_inputs()
    trial = identify_trial(inputs.panel, read_alternative(), params)
    registry = open_registry(trial.data)
    if registry.unchecked:
        print(f"validate: note: {registry.unchecked}.", file=sys.stderr)
    result = evaluate_phases(inputs, params, read_phases(inputs, params))
    ruling = judge_overall(result.evaluations)
    with stage.progress_step("measuring what the phases did"):
        results = replace(assemble_results(result, ruling, PHASES), trial=trial)
    rows = tuple(row for one in result.evaluations for row in one.gates.rows)
    write_ledgers(result.ledgers, result.context.filter_results)
    write_metrics(rows, results)
    write_curves(result.ledgers, result.context.period)
    trades = {phase: ledger.trades for phase, ledger in result.ledgers.items()}
    register(registry, trial, build_outcome(summarize(results, rows), trades))


if __name__ == "__main__":
    stage.run(
        "validate",
        main,
        reads=("ingest", "features", "volatility", "confidence", "exits", "alt-data"),
    )
