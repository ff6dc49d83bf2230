"""Stage `stress-test`: phases on re-made bars and under other settings, and what they brought."""

from dipmaster.core import catalog, stage, store
from dipmaster.evaluation.context import build_context
from dipmaster.evaluation.reading import read_inputs
from dipmaster.evaluation.registry import read_phases
from dipmaster.evaluation.run import complete_phases
from dipmaster.outcomes import measure_outcomes
from dipmaster.results.serialisation import write_result
from dipmaster.sensitivity import measure_sensitivity
from dipmaster.stress import run_stress_tests


def main() -> None:
    """Trade every phase once more, and measure all three on what it did."""
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
        "stress",
        "sensitivity",
        "outcomes",
    )
    inputs = read_inputs()
    context = build_context(inputs, params)
    completed = complete_phases(context, read_phases(inputs, params))
    with stage.progress_step("stress scenarios"):
        stress = run_stress_tests(context, completed, params)
    with stage.progress_step("sensitivity"):
        sensitivity = measure_sensitivity(context, completed, params)
    with stage.progress_step("contributions and outcomes"):
        outcomes = measure_outcomes(context, completed, params, stress)
    write_result(stress, catalog.STRESS_METRICS)
    write_result(sensitivity, catalog.SENSITIVITY_METRICS)
    write_result(outcomes, catalog.OUTCOMES_METRICS)


if __name__ == "__main__":
    stage.run(
        "stress-test",
        main,
        reads=("ingest", "features", "volatility", "confidence", "exits", "alt-data", "validate"),
    )
