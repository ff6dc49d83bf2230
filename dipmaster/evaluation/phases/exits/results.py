"""What phase 2's exits did, and what each of its rules is worth."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from dipmaster.backtest import TrailingStopRule
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import Panel
from dipmaster.core.params import AdaptiveExits, Gates
from dipmaster.evaluation.phases.exits.ablation import ablate_rules
from dipmaster.evaluation.phases.exits.every_candidate import compare_every_candidate
from dipmaster.evaluation.phases.exits.excursions import list_excursions
from dipmaster.evaluation.phases.exits.exit_counts import count_exits
from dipmaster.evaluation.phases.exits.holding import compare_holding
from dipmaster.evaluation.phases.exits.mfe_capture import compare_capture
from dipmaster.evaluation.phases.exits.probability import count_probability
from dipmaster.evaluation.phases.exits.targets import measure_targets
from dipmaster.evaluation.phases.exits.trailing import measure_trailing
from dipmaster.evaluation.standalone import EligibleEntries, StandalonePair, StandaloneTrades
from dipmaster.results.evaluation.exits import ExitResults


@dataclass(frozen=True)
class ExitEvidence:
    """What the figures of the exits are measured on.

    Attributes
    ----------
    opened, paired
        Shape (entries,), on which of them the phase, and both it and the one before,
        opened a position.
    pair
        All entries under the phase's exits, and under those of the phase before.
    unguided
        All entries under the phase's exits without the models.
    simulate
        From a name and other params to all entries under their exits.
    plans
        Table EXIT_PLANS, a row a candidate.
    score
        Shape (candidates, bars since entry), exit probability; NaN where there is none.
    trailing
        The phase's trailing stop; None where it is off.
    trades, fills
        Of the phase, out of sample.
    """

    entries: EligibleEntries
    opened: Bools
    paired: Bools
    pair: StandalonePair
    unguided: StandaloneTrades
    simulate: Callable[[str, AdaptiveExits], StandaloneTrades]
    plans: pd.DataFrame
    score: Floats
    trailing: TrailingStopRule | None
    trades: pd.DataFrame
    fills: pd.DataFrame


def measure_exits(
    evidence: ExitEvidence, panel: Panel, exits: AdaptiveExits, gates: Gates
) -> ExitResults:
    """Every figure of the exits; None, with a reason, where it cannot be computed."""
    entries, pair, phase = evidence.entries, evidence.pair, evidence.pair.after
    opened, paired, max_holding_bars = evidence.opened, evidence.paired, exits.max_holding_bars
    plans = evidence.plans.iloc[entries.candidate]
    return ExitResults(
        exit_counts=count_exits(evidence.trades, evidence.fills, exits),
        exit_probability_use=count_probability(
            evidence.score, opened, evidence.unguided, phase, exits.decision
        ),
        targets=measure_targets(plans, opened, exits.dynamic_target),
        trailing=measure_trailing(
            panel, entries, opened, phase, evidence.trailing, max_holding_bars
        ),
        mfe_capture=compare_capture(panel, entries, paired, pair, max_holding_bars, gates),
        holding=compare_holding(pair, paired, gates),
        standalone=compare_every_candidate(pair, gates),
        ablation=ablate_rules(phase, paired, exits, evidence.simulate, gates),
        excursions=list_excursions(evidence.trades),
    )
