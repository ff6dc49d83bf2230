"""Stage `validate`: candidates to trades phase by phase, and trades to gates with uncertainty."""

from dipmaster.core import stage, store
from dipmaster.evaluation.details import details_of
from dipmaster.evaluation.figures.overall import build_summary, judge_overall
from dipmaster.evaluation.reading import read_all
from dipmaster.evaluation.run import climb
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
    seen = read_all()
    found = climb(seen, params)
    ruling = judge_overall(found.built)
    with stage.telling("writing the figures down"):
        details = details_of(found, ruling, seen, params)
    last = found.evaluations[-1]
    summary = build_summary(last, ruling, found.ledgers[last.phase], found.period)
    write_ledgers(found.ledgers, found.admission)
    write_metrics([row for one in found.evaluations for row in one.gates.rows], details, summary)
    write_curves(found.ledgers, found.period)


if __name__ == "__main__":
    stage.run("validate", main)
