"""Phase 1's orders to phase 2's: the same entries, left by targets, trails and models.

What an entry aims at and what its closed bars scored was made by the `exits` stage
for every candidate. Random entries have neither: their exits are made here, in the
same way, from the models that the stage stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dipmaster import backtest
from dipmaster.backtest import ExitRules, ScoreExits
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel, epoch_ms
from dipmaster.core.params import AdaptiveExits, Execution, Gates
from dipmaster.core.params.exits import Decision
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.evaluation.phase_orders import Phase
from dipmaster.evaluation.phases.exits.standalone import WayOut
from dipmaster.evaluation.statistics.random_entry.portfolios import ExitSimulator
from dipmaster.exits import (
    ExitMarket,
    Rows,
    StoredModels,
    plans_of,
    positions_of,
    rows_of,
    rules_without_models,
    score_matrix,
)
from dipmaster.exits.target import targets_of

AT_ONCE = 1000  # random entries scored together: their rows grow with the time limit


@dataclass(frozen=True)
class ExitInputs:
    """What the `exits` stage made, and what scoring other bars takes.

    Attributes
    ----------
    market
        Of the panel that is traded.
    plans, rows
        Tables EXIT_PLANS, row by row the candidates, and EXIT_ROWS or the columns
        of it that `READ_ROWS` names.
    models
        Those that scored the rows.
    record
        What the stage measured, as in its JSON.
    """

    market: ExitMarket
    plans: pd.DataFrame
    rows: pd.DataFrame
    models: StoredModels
    record: Mapping[str, Any]

    def score(self, cap_bars: int) -> Floats:
        """Exit probability, shape (candidates, cap_bars); NaN where there is none.

        Raises
        ------
        DataError
            Where rows go on beyond the time limit: they were made under another.
        """
        rows = stored_rows(self.rows, self.market.panel)
        if (rows.held >= cap_bars).any():
            raise data_error(
                "data/exits/rows.parquet",
                f"positions of at most {cap_bars} bars, as exits.cap_bars",
                f"one with a row after {rows.held.max()}",
                "run `dvc repro`: the stage exits ran under another time limit",
            )
        found = self.rows["exit_probability"].to_numpy(dtype=np.float64)
        return score_matrix(rows, found, len(self.plans), cap_bars)


READ_ROWS = (
    "candidate_id",
    "open_time",
    "bars_held",
    *EXIT_FEATURES,
    "exit_probability",
    "models_fitted",
    "calibrator_fitted",
)


def stored_rows(frame: pd.DataFrame, panel: Panel) -> Rows:
    """Rows of table EXIT_ROWS as they were scored; a position's number is its candidate's."""
    return Rows(
        frame["candidate_id"].to_numpy(np.int64),
        panel.index_of(epoch_ms(frame["open_time"])),
        frame["bars_held"].to_numpy(np.int64),
        frame[list(EXIT_FEATURES)].to_numpy(np.float32),
    )


def with_scores(rules: ExitRules, score: Floats, decision: Decision) -> ExitRules:
    """The rules with exits on the score; a decision that is off never fires.

    Parameters
    ----------
    score
        Shape (entries, bars since entry).
    """
    if not (decision.full or decision.partial):
        return rules
    full = decision.full_probability if decision.full else np.inf
    partial = decision.partial_probability if decision.partial else np.inf
    return replace(rules, score=ScoreExits(score, full, partial, decision.partial_frac))


def way_out(inputs: ExitInputs, score: Floats, exits: AdaptiveExits) -> WayOut:
    """Phase 2's exits of every candidate, also with a rule of `exits` switched the other way.

    Parameters
    ----------
    score
        Of `ExitInputs.score`.
    """
    # From the classes: the plans' own targets are the base where `exits` had switched them off.
    strength, regime, momentum = (
        inputs.plans[name].to_numpy(dtype=np.int8)
        for name in ("signal_strength", "regime", "momentum_class")
    )
    base, params = exits.target_frac, exits.dynamic_target
    aimed = targets_of(strength, regime, momentum, base, exits.target_combination, params)
    rules = with_scores(rules_without_models(inputs.market, exits), score, exits.decision)
    return WayOut(aimed.target_frac, rules)


def phase_2(
    before: Phase,
    inputs: ExitInputs,
    execution: Execution,
    exits: AdaptiveExits,
    gates: Gates,
) -> Phase:
    """The orders of phase 1, each with its own target, scores aligned to their order."""
    orders = before.orders
    own = way_out(inputs, inputs.score(exits.cap_bars), exits).at(orders.candidate_id)
    return Phase(
        2,
        replace(orders, target_frac=own.target_frac),
        own.rules,
        gates.targets.phase_2.model_dump(),
        left_adaptively(inputs.market, inputs.models, execution, exits),
        before.abstained,
    )


def left_adaptively(
    market: ExitMarket, models: StoredModels, execution: Execution, exits: AdaptiveExits
) -> ExitSimulator:
    """How a bar of the market that is no candidate is left by phase 2's exits.

    Its signal has no strength, so its target has the medium one; its closed bars are
    scored by the models of the fold in which it is bought.
    """
    rules = rules_without_models(market, exits)

    def net(symbol: Ints, bar: Ints) -> Floats:
        parts = range(0, symbol.size, AT_ONCE)
        found = [part(symbol[at : at + AT_ONCE], bar[at : at + AT_ONCE]) for at in parts]
        return np.concatenate([np.empty(0), *found])

    def part(symbol: Ints, bar: Ints) -> Floats:
        signal_ms = market.panel.open_time[bar]
        regime = market.columns["regime"][symbol, bar].astype(np.int8)
        plan = plans_of(market, symbol, bar, None, signal_ms, regime, exits)
        positions = positions_of(symbol, bar, plan.target_frac, exits)
        rows = rows_of(market, positions, execution, exits)
        found = models.score(rows, signal_ms, exits.cap_bars)
        score = score_matrix(rows, found, len(positions), exits.cap_bars)
        return backtest.outcomes(
            market.panel,
            symbol,
            bar,
            execution,
            with_scores(rules, score, exits.decision),
            plan.target_frac,
            exits.stop_frac,
            exits.cap_bars,
        ).net_frac

    return net
