"""States of a report with phase 3."""

from dataclasses import replace

from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.sizing import SizingResults
from tests.made.gates import gates, undecided
from tests.made.phase import abstaining_phase
from tests.made.sizing import fixed_sizes, sizing_results, unchanged, unsized
from tests.made.validation import DIFFERENCES, not_built, nothing_to_compare
from tests.report.run import run, validated, with_gates, with_phases
from tests.report.states_of_exits import phase_2_abstained
from tests.report.states_of_selection import phase_1_real


def phase_3() -> ReportInputs:
    """Sizes by the Kelly fraction."""
    compared = replace(DIFFERENCES[2], baseline_phase=2)
    return phase_3_on(run(2), sizing_results(), compared)


def phase_3_on(
    base: ReportInputs, sizing: SizingResults, compared: PhaseComparison
) -> ReportInputs:
    """Phase 3 with the figures of phase 2 on a run of phases 0 to 2."""
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
    return phase_3_on(run(2), fixed_sizes(), replace(unchanged(), baseline_phase=2))


def phase_3_abstained() -> ReportInputs:
    """Phase 2 traded nothing, so there is no order to size."""
    compared = nothing_to_compare("no trade in either phase", 2)
    return phase_3_on(phase_2_abstained(), unsized(), compared)


def phase_3_no_size() -> ReportInputs:
    """Phase 2 traded; the Kelly fraction of every order is 0."""
    reason = "96 orders of phase 2, none has a size above zero"
    compared = nothing_to_compare("no trade in phase 3", 2)
    base = phase_3_on(run(2), unsized(orders=96), compared)
    rows = undecided([row for row in base.gates if row.phase == 3], f"abstained: {reason}")
    bought = with_phases(base, {3: abstaining_phase(reason, "size")})
    return with_gates(bought, (*(row for row in base.gates if row.phase != 3), *rows))


def phase_3_real() -> ReportInputs:
    """Real bars: no correlation episode is known."""
    compared = replace(DIFFERENCES[2], baseline_phase=2)
    base = phase_1_real(2)
    rows = base.gates if any(row.phase == 2 for row in base.gates) else (*base.gates, *gates(2))
    return phase_3_on(with_gates(base, rows), sizing_results(), compared)
