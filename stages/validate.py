"""Stage `validate`: candidates to trades phase by phase, and trades to gates with uncertainty."""

from dipmaster.core import stage, store
from dipmaster.evaluation.details import assemble_details
from dipmaster.evaluation.figures.overall import summary_record
from dipmaster.evaluation.reading import read_inputs
from dipmaster.evaluation.registry import read_phases
from dipmaster.evaluation.run import evaluate_phases
from dipmaster.evaluation.verdict import overall_ruling
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
        "split",
        "gates",
    )
    inputs = read_inputs()
    result = evaluate_phases(inputs, params, read_phases(inputs, params))
    ruling = overall_ruling(result.evaluations)
    with stage.telling("writing the figures down"):
        details = assemble_details(result, ruling)
    last, context = result.phases[-1], result.context
    summary = summary_record(last.evaluation, ruling, last.ledger, context.period)
    rows = [row for one in result.evaluations for row in one.gates.rows]
    write_ledgers(result.ledgers, context.admission)
    write_metrics(rows, details, summary)
    write_curves(result.ledgers, context.period)


if __name__ == "__main__":
    stage.run("validate", main)
