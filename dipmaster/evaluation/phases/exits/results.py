"""Section `exits` of validate.json: what phase 2's exits did, and what each rule is worth."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.backtest import ExitRules, Ledger
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.params import AdaptiveExits, Execution, Gates
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.phases.exits.ablation import leave_one_out, without_models
from dipmaster.evaluation.phases.exits.eligible_entries import Cases, cases_of
from dipmaster.evaluation.phases.exits.every_candidate import every_candidate
from dipmaster.evaluation.phases.exits.excursions import scatter
from dipmaster.evaluation.phases.exits.exit_counts import fired
from dipmaster.evaluation.phases.exits.holding import holding
from dipmaster.evaluation.phases.exits.mfe_capture import capture
from dipmaster.evaluation.phases.exits.probability import probability
from dipmaster.evaluation.phases.exits.standalone import Alone, Pair, WayOut, followed
from dipmaster.evaluation.phases.exits.targets import targets
from dipmaster.evaluation.phases.exits.trailing import trailing
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import select_out_of_sample


@dataclass(frozen=True)
class Material:
    """Phase 2 and its candidates; arrays and frames have a row a candidate.

    Attributes
    ----------
    symbol_index, signal_index
        Row of the panel, and position on its grid of the bar of the signal.
    before, after
        On which of them phase 1 and phase 2 opened a position.
    plans
        Table EXIT_PLANS.
    score
        Shape (candidates, bars since entry), exit probability; NaN where there is none.
    way_of
        From params to the exits of phase 2 under them.
    ledger
        Of phase 2.
    """

    symbol_index: Ints
    signal_index: Ints
    before: Bools
    after: Bools
    plans: pd.DataFrame
    score: Floats
    way_of: Callable[[AdaptiveExits], WayOut]
    ledger: Ledger

    def cases(self, panel: Panel, period: Period) -> Cases:
        """Those out of sample that could be opened."""
        return cases_of(
            panel, self.symbol_index, self.signal_index, period, self.before, self.after
        )


def exits_record(
    material: Material,
    panel: Panel,
    period: Period,
    execution: Execution,
    exits: AdaptiveExits,
    gates: Gates,
) -> Record:
    """Every figure of the exits; None, with a reason, where it cannot be computed."""
    cases = material.cases(panel, period)

    def follow(name: str, way: WayOut) -> Alone:
        return followed(name, panel, cases, execution, exits, way)

    def varied(name: str, params: AdaptiveExits) -> Alone:
        return follow(name, material.way_of(params))

    way, cap = material.way_of(exits), exits.cap_bars
    pair = Pair(follow("phase 2", way), follow("phase 1", frozen(exits, material.after.size)))
    unguided = varied("phase 2 without models", without_models(exits))
    trades = select_out_of_sample(material.ledger.trades, period)
    fills = material.ledger.fills
    return {
        "fired": fired(trades, fills[fills["trade_id"].isin(trades["trade_id"])], exits),
        "probability": probability(material.score, cases, unguided, pair.after, exits.decision),
        "targets": targets(material.plans, cases, exits.dynamic_target),
        "trailing": trailing(panel, cases, pair.after, way.rules.trailing, cap),
        "capture": capture(panel, cases, pair, cap, gates),
        "holding": holding(pair, cases.paired, gates),
        "every_candidate": every_candidate(pair, gates),
        "leave_one_out": leave_one_out(pair.after, cases.paired, exits, varied, gates),
        "scatter": scatter(trades),
    }


def frozen(exits: AdaptiveExits, candidates: int) -> WayOut:
    """The exits of phases 0 and 1: what labels are made of."""
    return WayOut(np.full(candidates, exits.target_frac), ExitRules.phase_0(exits))
