"""Every finding is printed and tested; those on the sample, and assumptions."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dipmaster.report.findings import (
    alternative,
    assumptions,
    models,
    results,
    sample,
    selection,
    stress,
    volatility,
)
from dipmaster.report.findings.rules import RULES, find
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.html import environment
from tests.report.printed import plain
from tests.report.printed_findings import said
from tests.report.run import run, validated, with_gates
from tests.report.states import STATES
from tests.report.test_recommendation import counted

NAMES = [rule.name for rule in RULES]


def test_every_rule_has_its_sentence_and_its_consequence_and_no_other_is_there() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for file in ("sentences", "consequences"):
        module = environment().get_template(f"findings/{file}.html.j2").module
        macros = {name for name in vars(module) if not name.startswith("_")}
        assert set(NAMES) <= macros
        assert macros - set(NAMES) <= {"numbered", "forecast"}


def test_findings_are_listed_by_severity() -> None:
    order = ["high", "medium", "low"]
    severities = [order.index(one.severity) for one in find(run(2))]
    assert severities == sorted(severities)
    assert set(severities) == {0, 1, 2}


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_finding_of_every_state_is_printed_whole(state: str) -> None:
    for one in find(STATES[state]()):
        for text in (plain(one.sentence), plain(one.consequence)):
            assert text.endswith("."), (state, one.name, text)
            assert "None" not in text
            assert "nan" not in text.split()


def test_a_broken_ledger_is_found() -> None:
    base = run(1)
    assert "broken_ledger" not in said(base)
    checks = tuple(replace(one, passed=one.phase == 0) for one in base.validation.integrity_checks)
    text = said(validated(base, integrity_checks=checks))["broken_ledger"]
    assert text == ("1 of 2 integrity checks of the ledger fail: cash follows fills (phase 1).")


def test_a_short_run_is_found_by_its_blocks() -> None:
    base = run(1)
    needed = base.params.gates.blocks_needed
    enough = validated(base, period=replace(base.validation.period, blocks=needed))
    few = validated(base, period=replace(base.validation.period, blocks=needed - 1))
    assert "too_short" not in said(enough)
    assert said(few)["too_short"] == "5 blocks out of sample; a verdict needs 6."


def test_a_period_shorter_than_two_drawdown_horizons_is_found() -> None:
    base = run(1)
    assert said(base)["short_period"].startswith("Short period: 550 days out of sample (1.5 years)")
    long = validated(base, period=replace(base.validation.period, days_out_of_sample=730))
    assert "short_period" not in said(long)


def test_few_trades_are_found_below_the_minimum() -> None:
    assert "too_few_trades" not in said(counted(run(1), 1, trades=100))
    assert said(counted(run(1), 1, trades=1))["too_few_trades"] == (
        "Small sample: 1 trade in phase 1; a verdict needs 100."
    )
    assert "no_trades" not in said(run(1))
    assert said(STATES["phase 1 abstained"]())["no_trades"] == (
        "Phase 1 made no trade out of sample."
    )


def test_few_losing_trades_are_found_below_the_limit() -> None:
    assert "in phase 1" in said(counted(run(1), 1, losing_trades=29))["few_losing_trades"]
    assert "few_losing_trades" not in said(counted(run(1), 1, losing_trades=30))


def test_clustered_trades_are_found() -> None:
    assert said(run(1))["clustered_trades"].endswith("have an effective sample size of 88.")
    independent = tuple(replace(row, n_effective=float(row.n)) for row in run(1).gates)
    assert "clustered_trades" not in said(with_gates(run(1), independent))


def test_simulated_and_recorded_markets_are_distinguished() -> None:
    assert "known, built-in edge of 0.8" in said(run())["simulated_market"]
    assert "recorded_bars" not in said(run())
    real = said(STATES["real bars"]())
    assert "simulated_market" not in real
    assert "no order was placed in a live market" in real["recorded_bars"]
    assert real["fixed_spread"].startswith("The source has no spread: a half-spread of 1.0 bp")
    assert real["no_funding"] == ("No funding is charged for 3 coins: no funding file was given.")
    assert "were left out" in real["gaps_in_bars"]
    assert not {"fixed_spread", "no_funding", "gaps_in_bars"} & set(said(run()))


def test_phases_that_are_not_built_are_named() -> None:
    assert said(run(2))["not_built"] == "Phases 3 and 4 of the roadmap are not built."
    assert said(STATES["phase 3"]())["not_built"] == "Phase 4 of the roadmap is not built."
    assert "not_built" not in said(STATES["all phases"]())


@pytest.mark.parametrize(
    "always",
    [
        assumptions.full_fills,
        assumptions.contradictory_baseline,
        assumptions.untested_sensitivity,
    ],
)
def test_assumptions_hold_for_every_run(always: Callable[[ReportInputs], object]) -> None:
    assert always(run()) is not None
    assert always.__name__ in said(run())


def test_every_rule_has_a_test_that_names_it() -> None:
    """A finding is a rule with a test: none is added without one."""
    named = {
        rule.name
        for module in (
            alternative,
            assumptions,
            models,
            results,
            sample,
            selection,
            stress,
            volatility,
        )
        for rule in RULES
        if hasattr(module, rule.name)
    }
    tests = sorted(Path(__file__).parent.glob("test_*findings.py"))
    source = "".join(path.read_text(encoding="utf-8") for path in tests)
    assert named == set(NAMES)
    assert [name for name in NAMES if f'"{name}"' not in source and f".{name}" not in source] == []
