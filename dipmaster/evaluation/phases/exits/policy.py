"""Params and what the `exits` stage made to phase 2's exits: of every candidate, of any bar.

What an entry aims at and what its closed bars scored was made by the stage for every
candidate. Random entries have neither: their exits are made here, in the same way, from
the models that the stage stored.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dipmaster import backtest
from dipmaster.backtest import ExitRules, ScoreExitRule
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import AdaptiveExits, Execution
from dipmaster.core.params.exits import ExitDecision
from dipmaster.evaluation.phases.exits.inputs import ExitInputs
from dipmaster.evaluation.standalone import ExitPolicy
from dipmaster.evaluation.statistics.random_entry.portfolios import ExitSimulator
from dipmaster.exits import (
    ExitMarket,
    ExitRows,
    Positions,
    StoredModels,
    build_exit_rows,
    build_hold_rules,
    build_positions,
    build_score_matrix,
    compute_targets,
    simulate_hold,
)
from dipmaster.exits.target import combine_multipliers

AT_ONCE = 1000  # random entries scored together: their rows grow with the time limit


def with_scores(rules: ExitRules, score: Floats, decision: ExitDecision) -> ExitRules:
    """The rules with exits on the score; a decision that is off never acts.

    Parameters
    ----------
    score
        Shape (entries, bars since entry).
    """
    if not (decision.full or decision.partial):
        return rules
    full = decision.full_probability if decision.full else np.inf
    partial = decision.partial_probability if decision.partial else np.inf
    return replace(rules, score=ScoreExitRule(score, full, partial, decision.partial_frac))


def build_adaptive_policies(
    inputs: ExitInputs, score: Floats, exits: AdaptiveExits
) -> Callable[[AdaptiveExits], ExitPolicy]:
    """Phase 2's exits of every candidate, as a function of which rules are switched on.

    Parameters
    ----------
    score
        Of `inputs`.
    exits
        The numbers of all rules; the function takes the same with rules switched.
    """
    trailing = exits.trailing.model_copy(update={"enabled": True})
    all_on = exits.model_copy(update={"trailing": trailing, "quarter_hour_exit_from_phase_2": True})
    rules = build_hold_rules(inputs.market, all_on)

    def policy(switched: AdaptiveExits) -> ExitPolicy:
        chosen = replace(
            rules,
            trailing=rules.trailing if switched.trailing.enabled else None,
            boundary_min_net_frac=(
                rules.boundary_min_net_frac if switched.quarter_hour_exit_from_phase_2 else None
            ),
        )
        scored = with_scores(chosen, score, switched.decision)
        return ExitPolicy(_target_frac(inputs, switched), scored)

    return policy


def _target_frac(inputs: ExitInputs, exits: AdaptiveExits) -> Floats:
    """From the classes: the plans' own targets are the base where the stage had them off."""
    strength, regime, momentum = (
        inputs.plans[name].to_numpy(dtype=np.int8)
        for name in ("signal_strength", "regime", "momentum_class")
    )
    base, params = exits.target_frac, exits.dynamic_target
    combination = exits.target_combination
    return combine_multipliers(strength, regime, momentum, base, combination, params).target_frac


def adaptive_exit_returns(
    market: ExitMarket, models: StoredModels, execution: Execution, exits: AdaptiveExits
) -> ExitSimulator:
    """How a bar of the market that is no candidate is left by phase 2's exits.

    Its signal has no strength, so its target has the medium one; its closed bars are
    scored by the models of the refit before, where these are licensed.
    """
    rules = build_hold_rules(market, exits)

    def net(symbol: Ints, bar: Ints) -> Floats:
        starts = range(0, symbol.size, AT_ONCE)
        parts = [part(symbol[at : at + AT_ONCE], bar[at : at + AT_ONCE]) for at in starts]
        return np.concatenate([np.empty(0), *parts])

    def part(symbol: Ints, bar: Ints) -> Floats:
        signal_ms = market.panel.open_time[bar]
        regime = market.columns["regime"][symbol, bar].astype(np.int8)
        plan = compute_targets(market, symbol, bar, None, signal_ms, regime, exits)
        positions = build_positions(symbol, bar, plan.target_frac, exits)
        live = _live_rows(market, positions, execution, exits)
        rows = live.take(models.licensed(signal_ms)[live.position])
        probability = models.score(rows, signal_ms, exits.max_holding_bars)
        score = build_score_matrix(rows, probability, len(positions), exits.max_holding_bars)
        return backtest.simulate_independent_trades(
            market.panel,
            symbol,
            bar,
            execution,
            with_scores(rules, score, exits.decision),
            plan.target_frac,
            exits.stop_frac,
            exits.max_holding_bars,
        ).net_frac

    return net


def _live_rows(
    market: ExitMarket, positions: Positions, execution: Execution, exits: AdaptiveExits
) -> ExitRows:
    """ExitRows at which the position is open under the rules that are not models.

    Those rules do not look at the models, so by the later rows it is closed under either:
    what they would score decides nothing.
    """
    rows = build_exit_rows(market, positions, execution, exits)
    paths = simulate_hold(market, positions, execution, exits)
    return rows.take(rows.bar < paths.exit_index[rows.position])
