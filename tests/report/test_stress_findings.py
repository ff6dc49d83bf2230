"""Findings on stress tests: what leads to each of them, and what does not."""

from dataclasses import replace
from typing import Any

from dipmaster.report.inputs import ReportInputs
from dipmaster.results.common import Interval
from dipmaster.results.stress import StressRow
from tests.made import stress
from tests.report.printed_findings import said
from tests.report.run import run


def with_rows(change: Any) -> ReportInputs:
    """Phases 0, 2 and 4, every row of them changed by a function."""
    made = stress.stress(4)
    return replace(run(4), stress=replace(made, rows=tuple(map(change, made.rows))))


def falling(*names: str, phase: int = 4) -> ReportInputs:
    """Drawdowns of 6, 7, 8 % ... in these scenarios with positions open, 1 % in the others."""

    def change(row: StressRow) -> StressRow:
        hit = row.scenario in names and (row.phase, row.start) == (phase, "positions open")
        fall = 0.06 + 0.01 * names.index(row.scenario) if hit else 0.01
        measures = stress.measures(fall, row.runs)
        return replace(row, with_controls=measures, risk_controls_effective=not hit)

    return with_rows(change)


def test_a_drawdown_beyond_the_limit_with_controls_on_is_found_and_named() -> None:
    assert said(falling("outage_crash"))["drawdown_under_stress"] == (
        "Under stress phase 4 falls by 5 % or more with risk controls on: "
        "Crash during an outage (6.00 %)."
    )


def test_many_scenarios_beyond_the_limit_are_named_from_the_deepest_and_counted() -> None:
    text = said(falling("outage", "delisting", "worst_days", "flash_crash", "fees_raised"))
    assert text["drawdown_under_stress"].endswith(
        "Higher fees (10.00 %), Flash crash and rebound (9.00 %), "
        "Replay of the worst days (8.00 %) and 2 more scenarios."
    )


def test_below_the_limit_in_another_phase_and_without_a_shock_nothing_is_found() -> None:
    for inputs in (falling(), falling("outage_crash", phase=0), falling("untouched")):
        assert "drawdown_under_stress" not in said(inputs)
    idle = replace(run(4), stress=stress.no_runs(4))
    assert {"drawdown_under_stress", "harmful_risk_controls"}.isdisjoint(said(idle))


def test_controls_that_deepen_drawdowns_are_found_where_the_whole_interval_says_so() -> None:
    def saved(value: float, high: float | None) -> ReportInputs:
        found = Interval(value, None if high is None else 2 * value, high)

        def change(row: StressRow) -> StressRow:
            mine = (row.scenario, row.phase) == ("flash_crash", 4)
            return replace(row, drawdown_saved=found) if mine else row

        return with_rows(change)

    assert said(saved(-0.0041, -0.001))["harmful_risk_controls"] == (
        "Risk controls deepen the drawdowns of phase 4 under stress, on average by 0.41 % "
        "(Flash crash and rebound, random date), 0.41 % (Flash crash and rebound, positions open)."
    )
    for value, high in ((-0.0041, 0.0), (-0.0041, None), (0.0041, 0.006)):
        assert "harmful_risk_controls" not in said(saved(value, high))
