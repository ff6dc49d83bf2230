"""One rule switched the other way: which, and whose merit it is."""

import numpy as np
import pytest

from dipmaster.evaluation.phases.exits.ablation import (
    RULES,
    ablate_rules,
    is_on,
    switch_rule,
    without_models,
)


@pytest.mark.parametrize("rule", RULES)
def test_one_rule_changes_and_nothing_else(exits, rule: str) -> None:
    other = switch_rule(exits, rule)
    assert is_on(other, rule) is not is_on(exits, rule)
    part = {"dynamic_target": "dynamic_target", "trailing": "trailing"}.get(rule, "decision")
    part = "quarter_hour_exit_from_phase_2" if rule == "quarter_hour" else part
    same, changed = exits.model_dump(), other.model_dump()
    assert [name for name in same if same[name] != changed[name]] == [part]


def test_switches_of_the_models(exits) -> None:
    off = switch_rule(exits, "models").decision
    assert (off.full, off.partial) == (False, False)
    assert switch_rule(exits, "full_exit").decision.partial
    assert switch_rule(exits, "partial_exit").decision.full
    on = switch_rule(switch_rule(exits, "models"), "models").decision
    assert (on.full, on.partial) == (True, True)
    for params in (exits, switch_rule(exits, "full_exit"), switch_rule(exits, "models")):
        assert not is_on(without_models(params), "models")


def test_numbers_stay_as_they_are(exits) -> None:
    for rule in RULES:
        again = switch_rule(switch_rule(exits, rule), rule)
        assert again.model_dump() == exits.model_dump()


def results(n: int = 600) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.where(rng.random(n) < 0.6, 0.005, -0.008) * rng.lognormal(0.0, 0.3, n)


def test_who_helps_and_who_hurts(toy, exits, gates) -> None:
    """Without the trailing stop 10 bps are lost, with the boundary won; the rest is nothing."""
    net, asked = results(), []

    def follow(name, params):
        asked.append(name)
        lost = (
            -0.001 * (not params.trailing.enabled) + 0.001 * params.quarter_hour_exit_from_phase_2
        )
        return toy.standalone(net + lost, name)

    traded = np.arange(600) < 50
    rows = {
        row.rule: row for row in ablate_rules(toy.standalone(net), traded, exits, follow, gates)
    }
    assert list(rows) == list(RULES)
    assert asked[0] == "phase 2 with dynamic target off"
    assert [rows[rule].state for rule in RULES] == ["off"] * 5 + ["on"]
    trail, boundary = rows["trailing"].all, rows["quarter_hour"].all
    assert trail.change_mean_net_bps.value == pytest.approx(-10.0)
    assert (trail.change_mean_net_bps.verdict, trail.effect) == ("worse", "beneficial")
    assert (boundary.change_mean_net_bps.verdict, boundary.effect) == ("better", "beneficial")
    assert trail.mean_net_bps == pytest.approx(1e4 * net.mean() - 10.0)
    for rule in ("dynamic_target", "full_exit", "partial_exit", "models"):
        change = rows[rule].all.change_mean_net_bps
        assert (change.value, change.low, change.high) == (0.0, 0.0, 0.0)
        assert (change.verdict, rows[rule].all.effect) == ("inconclusive", "inconclusive")
    few = rows["trailing"].traded
    assert few.n == 50
    assert few.effect == "insufficient data"
    assert few.change_mean_net_bps.reason.startswith("sample too small under phase 2 with")


def test_a_rule_that_costs_money_hurts(toy, exits, gates) -> None:
    net = results()

    def follow(name, params):
        return toy.standalone(net + 0.001 * (not params.decision.full), name)

    rows = ablate_rules(toy.standalone(net), np.ones(600, bool), exits, follow, gates)
    effects = {row.rule: row.traded.effect for row in rows}
    assert effects["full_exit"] == effects["models"] == "harmful"
    assert effects["partial_exit"] == "inconclusive"


def test_nothing_traded(toy, exits, gates) -> None:
    rows = ablate_rules(
        toy.standalone([]),
        np.zeros(0, bool),
        exits,
        lambda name, _: toy.standalone([], name),
        gates,
    )
    for row in rows:
        assert row.all.win_rate is None
        assert row.all.change_mean_net_bps.value is None
        assert row.all.change_mean_net_bps.reason
