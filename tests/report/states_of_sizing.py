"""States of a report with phase 3, beside the usual one and the one without a size."""

from dataclasses import replace

from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.sizing import SizingResults
from tests.made.alternative_data import alternative_data
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


def few_trades(base: ReportInputs) -> ReportInputs:
    """Every phase but 0 lacks trades, and what can be said of it is long: the widest cells."""
    results = base.validation
    phases = {
        number: one
        if number == "0"
        else replace(
            one,
            verdict="INSUFFICIENT DATA",
            verdict_reason="sample too small (78 trades, minimum 100)",
            days_needed=156,
            counts=replace(one.counts, trades=78, losing_trades=13),
        )
        for number, one in results.phases.items()
    }
    days = {1: 29_722, 2: 4_164}
    rows = tuple(
        replace(
            row,
            verdict="INSUFFICIENT DATA",
            reason=phases[str(row.phase)].verdict_reason,
            n_needed=299_460_076,
            days_needed=156,
            days_to_power=days.get(row.phase, 299_459_526),
        )
        if row.phase
        else row
        for row in base.gates
    )
    return with_gates(validated(base, phases=phases), rows)


def phase_4_few_trades() -> ReportInputs:
    """All five phases, the last with the figures of phase 3."""
    base = run(3)
    results = base.validation
    whole = validated(
        base,
        verdict_reason=not_built(4),
        built_phases=(0, 1, 2, 3, 4),
        phases={**results.phases, "4": results.phases["3"]},
        differences={
            **results.differences,
            "4": replace(results.differences["3"], baseline_phase=3),
        },
        alternative_data=alternative_data(),
    )
    fifth = tuple(replace(row, phase=4) for row in base.gates if row.phase == 3)
    five = replace(
        with_gates(whole, (*base.gates, *fifth)), equity={**base.equity, 4: base.equity[3]}
    )
    return few_trades(five)


def phase_3_few_trades() -> ReportInputs:
    """Phases 0 to 3."""
    return few_trades(run(3))
