"""States of a report with phase 3, beside the usual one and the one without a size."""

from dataclasses import replace

from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.sizing import SizingResults
from tests.made.sizing import fixed_results, sizing_results, unsized_results
from tests.made.validation import DIFFERENCES, not_built, nothing_to_compare
from tests.report.run import run, validated, with_gates
from tests.report.states_of_exits import phase_2_abstained
from tests.report.states_of_selection import phase_1_real


def phase_3_on(
    base: ReportInputs, sizing: SizingResults, compared: PhaseComparison
) -> ReportInputs:
    """Phase 3 with the figures and gates of phase 2, on a run of phases 0 to 2."""
    results = base.validation
    whole = validated(
        base,
        verdict_reason=not_built(3),
        built_phases=(0, 1, 2, 3),
        phases={**results.phases, "3": results.phases["2"]},
        differences={**results.differences, "3": compared},
        sizing=sizing,
    )
    third = tuple(replace(row, phase=3) for row in base.gates if row.phase == 2)
    return replace(
        with_gates(whole, (*base.gates, *third)), equity={**base.equity, 3: base.equity[2]}
    )


def phase_3_fixed() -> ReportInputs:
    """Every size is that of phase 2: trade for trade the same."""
    results = fixed_results()
    return phase_3_on(run(2), results, replace(results.ablation[0].change, baseline_phase=2))


def phase_3_no_orders() -> ReportInputs:
    """Phase 2 traded nothing, so there is no order to size."""
    compared = nothing_to_compare("no trade in either phase", 2)
    return phase_3_on(phase_2_abstained(), unsized_results(), compared)


def phase_3_real() -> ReportInputs:
    """Real bars: no correlation episode is known."""
    return phase_3_on(phase_1_real(2), sizing_results(), DIFFERENCES[3])
