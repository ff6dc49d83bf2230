"""Stage `validate`: candidates to trades phase by phase, and trades to gates with uncertainty."""

import sys
from collections.abc import Sequence

from dipmaster.core import catalog, stage, store
from dipmaster.evaluation.details import assemble_results
from dipmaster.evaluation.phase import Phase
from dipmaster.evaluation.phases.alternative_data import AlternativeDataPhase
from dipmaster.evaluation.reading import read_inputs
from dipmaster.evaluation.registry import PHASES, read_phases
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
    result = evaluate_phases(inputs, params, read_phases(inputs, params, choose_phases()))
    ruling = judge_overall(result.evaluations)
    with stage.progress_step("measuring what the phases did"):
        results = assemble_results(result, ruling)
    rows = tuple(row for one in result.evaluations for row in one.gates.rows)
    write_ledgers(result.ledgers, result.context.filter_results)
    write_metrics(rows, results)
    write_curves(result.ledgers, result.context.period)


def choose_phases() -> Sequence[type[Phase]]:
    """All phases; by hand, before stage alt-data has run, those that do without it.

    DVC runs alt-data first. The verdict then says that the last phase is missing.
    """
    if catalog.ALTERNATIVE.is_dir():
        return PHASES
    note = f"{catalog.ALTERNATIVE} is not there: phase {AlternativeDataPhase.number} is left out"
    print(f"validate: note: {note}; `dvc repro` makes it.", file=sys.stderr)
    return [one for one in PHASES if one is not AlternativeDataPhase]


if __name__ == "__main__":
    stage.run(
        "validate",
        main,
        reads=("ingest", "features", "volatility", "confidence", "exits", "alt-data"),
    )
