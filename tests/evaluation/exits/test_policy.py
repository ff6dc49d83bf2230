"""Phase 2's exits from params: as planned where nothing is switched, and each switch acts."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.evaluation.phases.exits.ablation import RULES, switch_rule
from dipmaster.evaluation.phases.exits.inputs import ExitInputs
from dipmaster.evaluation.phases.exits.policy import build_adaptive_policies
from dipmaster.evaluation.standalone import ExitPolicy
from dipmaster.exits import ExitMarket, StoredModels, build_hold_rules, compute_targets
from dipmaster.exits.market import MARKET_COLUMNS


@pytest.fixture(scope="module")
def world(toy):
    """A market with some volatility, and candidates of all classes."""
    rng = np.random.default_rng(5)
    panel = toy.walking_panel(5, bars=800)
    columns = {name: rng.normal(0.0, 1.0, panel.open.shape) for name in MARKET_COLUMNS}
    columns["volatility_5m_daily_frac"] = rng.uniform(0.01, 0.1, panel.open.shape)
    signal = np.arange(10, 760, 5)
    return ExitMarket(panel, columns), np.zeros(signal.size, np.int64), signal


def inputs_of(world, params) -> ExitInputs:
    """As the stage would have planned under these params."""
    market, symbol, signal = world
    rng = np.random.default_rng(9)
    confidence, regime = rng.random(signal.size), rng.integers(-1, 3, signal.size)
    open_ms = market.panel.open_time[signal]
    regimes = regime.astype(np.int8)
    plan = compute_targets(market, symbol, signal, confidence, open_ms, regimes, params)
    plans = pd.DataFrame(
        {
            "signal_strength": plan.strength,
            "regime": plan.regime,
            "momentum_class": plan.momentum,
            "target_frac": plan.target_frac,
        }
    )
    return ExitInputs(
        market,
        plans,
        pd.DataFrame(),
        lambda: StoredModels({}, (), ()),
        (),
        (),
        params.max_holding_bars,
    )


SCORE = np.zeros((150, 36))


def policy_of(inputs: ExitInputs, params) -> ExitPolicy:
    return build_adaptive_policies(inputs, SCORE, params)(params)


def test_nothing_switched_is_what_was_planned(world, exits) -> None:
    inputs = inputs_of(world, exits)
    policy = policy_of(inputs, exits)
    assert np.array_equal(policy.target_frac, inputs.plans["target_frac"])
    assert np.unique(policy.target_frac).size > 10
    plain = build_hold_rules(inputs.market, exits)
    assert np.array_equal(
        policy.rules.trailing.distance_frac, plain.trailing.distance_frac, equal_nan=True
    )
    assert policy.rules.boundary_min_net_frac is None
    assert (policy.rules.score.full, policy.rules.score.partial) == (0.8, 0.6)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_was_off_can_be_shown_on(world, exits, rule: str) -> None:
    """Planned under other params, switched the other way: the same exits."""
    other = switch_rule(exits, rule)
    there, back = (policy_of(inputs_of(world, params), exits) for params in (exits, other))
    assert np.array_equal(there.target_frac, back.target_frac)
    one, two = there.rules, back.rules
    assert (one.score.full, one.score.partial) == (two.score.full, two.score.partial)
    assert one.boundary_min_net_frac == two.boundary_min_net_frac
    assert (one.trailing is None) == (two.trailing is None)


def test_every_switch_acts(world, exits) -> None:
    inputs = inputs_of(world, exits)
    policies = build_adaptive_policies(inputs, SCORE, exits)
    by_rule = {rule: policies(switch_rule(exits, rule)) for rule in RULES}
    assert set(by_rule["dynamic_target"].target_frac) == {exits.target_frac}
    assert by_rule["trailing"].rules.trailing is None
    assert by_rule["full_exit"].rules.score.full == np.inf
    assert by_rule["full_exit"].rules.score.partial == 0.6
    assert by_rule["partial_exit"].rules.score.partial == np.inf
    assert by_rule["models"].rules.score is None
    assert by_rule["quarter_hour"].rules.boundary_min_net_frac == exits.boundary_min_net_frac
    for rule in RULES[1:]:
        assert np.array_equal(by_rule[rule].target_frac, inputs.plans["target_frac"])
