"""States of a report with phase 2 and the phases after it."""

from dataclasses import replace

from dipmaster.report.inputs import ReportInputs
from tests.made import exits
from tests.made.adaptive_exits import abstained_exits, exit_results, nothing_captured, scatter
from tests.made.alternative_data import no_data, without_data
from tests.made.baseline_phase import losing_phase
from tests.made.gates import undecided
from tests.made.judged import degrading
from tests.made.phase import adaptive_phase
from tests.made.sizing import unsized_results
from tests.made.validation import DIFFERENCES, claims, not_built, nothing_to_compare
from tests.report.run import run, validated, with_gates, with_phases
from tests.report.states_of_baseline import passing
from tests.report.states_of_selection import (
    ABSTAINED,
    no_candidates,
    nothing_bought,
    phase_1_abstained,
    phase_1_wordy,
)

HARM = (
    "the exit models reduce net return by 3.1 bp per trade (confidence interval 1.2 to 5.0 bp) "
    "over 4,502 candidates simulated individually"
)
STILL_THERE = "what reduces net return is part of the final strategy"


def all_phases() -> ReportInputs:
    """Every phase built, phase 2 abstaining: what later sessions will hand over."""
    base = passing()
    why = "0 of 4,502 candidates reached it"
    rows = [replace(one, phase=phase) for phase in (0, 1, 3, 4) for one in base.gates]
    rows += undecided(tuple(replace(one, phase=2) for one in base.gates), f"abstained: {why}")
    rows[19] = replace(rows[19], verdict="INCONCLUSIVE")
    figures = {
        k: replace(losing_phase(), verdict="INCONCLUSIVE" if k in (2, 4) else "PASS")
        for k in range(5)
    }
    figures[2] = replace(figures[2], abstained=why, abstained_at="threshold")
    one = run(1).validation
    whole = validated(
        base,
        verdict="INCONCLUSIVE",
        verdict_reason="phase 4: inconclusive: win rate",
        built_phases=(0, 1, 2, 3, 4),
        phases={str(k): phase for k, phase in figures.items()},
        differences={str(k): replace(DIFFERENCES[1], baseline_phase=k - 1) for k in range(1, 5)},
        integrity_checks=one.integrity_checks,
        funnel=one.funnel,
        signal_quality=one.signal_quality,
        claims=run(1).validation.claims,
        exits=abstained_exits(),
        sizing=unsized_results(),
        alternative_data=without_data(),
    )
    equity = dict.fromkeys(range(5), base.equity[0])
    return replace(whole, gates=tuple(rows), equity=equity, alternative_data=no_data())


def costly_models() -> ReportInputs:
    """Every phase built; phase 1 fails by its gates, phase 2 by what its models cost."""
    base = all_phases()
    missed = "fails, corrected for 5 gates (Holm): win rate, sharpe, profit factor, max drawdown"
    figures = {
        1: replace(base.phase(1), verdict="FAIL", verdict_reason=missed),
        2: replace(
            losing_phase(),
            verdict="FAIL",
            verdict_reason=HARM,
            degradation=degrading(HARM),
            abstained=None,
        ),
        4: replace(base.phase(4), verdict="PASS", verdict_reason="every gate passes"),
    }
    reason = f"phase 4: every gate passes; phase 1 fails: {missed}; phase 2 fails: {HARM}"
    whole = with_phases(base, figures)
    return validated(whole, verdict="FAIL", verdict_reason=f"{reason}; {STILL_THERE}")


def until(inputs: ReportInputs, last: int) -> ReportInputs:
    """The same run without the phases after `last`, which is at least 1 and before the final."""
    results = inputs.validation
    numbers = tuple(number for number in results.built_phases if number <= last)
    return validated(
        inputs,
        verdict="INCONCLUSIVE",
        verdict_reason=not_built(last),
        built_phases=numbers,
        phases={str(number): results.phases[str(number)] for number in numbers},
        differences={str(number): results.differences[str(number)] for number in numbers[1:]},
        exits=results.exits if last >= 2 else None,
        sizing=results.sizing if last >= 3 else None,
        alternative_data=None,
    )


def phase_3_abstained() -> ReportInputs:
    """Phase 3 sends no order: every Kelly fraction is 0."""
    base = nothing_bought(run(3), 3, "0 of 171 orders have a Kelly fraction above 0", "size")
    differences = {**base.validation.differences, "3": nothing_to_compare("no trade", 2)}
    return validated(base, sizing=unsized_results(171), differences=differences)


def many_trades() -> ReportInputs:
    """Trades enough for every chart; the exits make things better and 600 marks are shown."""
    busy = replace(losing_phase(), abstained=None, exits=adaptive_phase().exits)
    better = replace(exit_results("better", "beneficial"), excursions=scatter(600))
    return validated(with_phases(run(2), {2: busy}), exits=better)


def phase_2_abstained() -> ReportInputs:
    """Phase 1 admits nothing, so neither phase trades; candidates are followed all the same."""
    return phase_2_on(phase_1_abstained(), ABSTAINED, "threshold", 4502)


def phase_2_on(base: ReportInputs, reason: str, at: str, candidates: int) -> ReportInputs:
    """Phase 2 on a run in which phase 1 bought nothing."""
    whole, one = run(2), base.validation
    both = validated(
        replace(whole, confidence=base.confidence, scores=base.scores),
        phases={**one.phases, "2": whole.validation.phases["2"]},
        funnel=one.funnel,
        signal_quality=one.signal_quality,
        differences={str(k): nothing_to_compare("no trade in either phase", k - 1) for k in (1, 2)},
        exits=abstained_exits(candidates),
        claims=claims(2, measured=False),
    )
    both = nothing_bought(with_gates(both, base.gates), 2, reason, at)
    rows = tuple(row for row in both.gates if row.phase != 2)
    second = tuple(replace(row, phase=2) for row in rows if row.phase == 1)
    return replace(with_gates(both, (*rows, *second)), equity={**base.equity, 2: whole.equity[2]})


def no_models() -> ReportInputs:
    """No model acts; phase 1's exits lost before costs; too few trades for a scatter."""
    exits_2 = exit_results("inconclusive", "inconclusive")
    used = exits_2.exit_probability_use
    unused = dict.fromkeys(
        name for name in used.__slots__ if name.endswith(("rows", "full", "partial"))
    )
    del unused["full"], unused["partial"]
    why = nothing_captured("the exits of phase 1 took no gross profit").ratio
    capture = replace(
        exits_2.mfe_capture,
        traded=replace(exits_2.mfe_capture.traded, before=-0.02, ratio=why),
        all=replace(exits_2.mfe_capture.all, before=-0.02, ratio=why),
    )
    changed = replace(
        exits_2,
        exit_probability_use=replace(
            used, **dict.fromkeys(unused, 0), max=None, traded_max=None, held_max=None
        ),
        mfe_capture=capture,
        excursions=exits_2.excursions[:5],
    )
    return replace(validated(run(2), exits=changed), exit_models=exits.no_models())


def phase_2_no_candidates() -> ReportInputs:
    base = phase_2_on(no_candidates(), "0 of 0 candidates have a score", "candidates", 0)
    return replace(base, exit_models=exits.no_models())


def phase_2_wordy() -> ReportInputs:
    """Few blocks of real bars, few trades, models that harm: page one has most to say."""
    base = phase_1_wordy(2)
    second = base.phase(2)
    figures = replace(
        second,
        money=replace(second.money, equity_at_start=31000.0),
        verdict="FAIL",
        degradation=degrading(HARM),
    )
    checks = tuple(replace(one, passed=True) for one in base.validation.integrity_checks)
    reason = f"{not_built(2)}; phase 2 fails: {HARM}"
    return validated(
        with_phases(base, {2: figures}), verdict_reason=reason, integrity_checks=checks
    )
