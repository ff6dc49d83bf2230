"""A phase's ledger to its gates, figures and checks: the whole evaluation of one phase."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from dipmaster.backtest import Ledger
from dipmaster.core.kernels import Ints
from dipmaster.core.panel import Panel, epoch_ms
from dipmaster.core.params import Execution, Gates
from dipmaster.evaluation.integrity import Check, ledger_checks
from dipmaster.evaluation.statistics.gates import (
    PhaseGates,
    abstain,
    judge_gates,
    withhold_verdicts,
)
from dipmaster.evaluation.statistics.metrics import Estimator, PhaseSample, build_estimators
from dipmaster.evaluation.statistics.minimum_data import describe_missing_data
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.random_entry import portfolios
from dipmaster.evaluation.statistics.random_entry.portfolios import (
    EntryPool,
    ExitSimulator,
    RandomPortfolios,
)
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates, build_strata
from dipmaster.evaluation.statistics.sample import TradeSample, build_sample, select_out_of_sample
from dipmaster.evaluation.statistics.streams import Stream, build_generator
from dipmaster.results.metrics import FIXED_TARGETS


@dataclass(frozen=True)
class Market:
    """What random entries are drawn from.

    Attributes
    ----------
    around
        What bars are matched on.
    outcomes
        From (symbol rows, signal bars) to net returns under the phase's exits.
    """

    panel: Panel
    around: MatchingCovariates
    outcomes: ExitSimulator


@dataclass(frozen=True)
class Chance:
    """Matched random entries: the pool and the portfolios drawn from it."""

    pool: EntryPool
    draws: RandomPortfolios


@dataclass(frozen=True)
class PhaseEvaluation:
    """All that is known of a phase once it is judged.

    Attributes
    ----------
    abstained
        Why nothing was ordered out of sample; empty where something was.
    harm
        What fails the phase beside its gates; empty where nothing does.
    """

    phase: int
    sample: TradeSample
    chance: Chance
    estimators: Mapping[str, Estimator]
    gates: PhaseGates
    checks: tuple[Check, ...]
    abstained: str = ""
    harm: str = ""

    @property
    def broken(self) -> list[str]:
        """Names of the checks that do not hold."""
        return [check.name for check in self.checks if not check.holds]


def evaluate_phase(
    phase: int,
    ledger: Ledger,
    market: Market,
    period: Period,
    targets: Mapping[str, float],
    execution: Execution,
    gates: Gates,
    why_abstained: str = "",
    proofs: tuple[Check, ...] = (),
) -> PhaseEvaluation:
    """Judge one phase on its out-of-sample trades and marks.

    Parameters
    ----------
    ledger
        Of the whole period; what was opened in the burn-in is left out.
    targets
        Of the gates that the roadmap has; the others' are the same in every phase.
    why_abstained
        Why nothing was ordered out of sample; empty where something was.
    proofs
        Checks beside those of the ledger.
    """
    sample = build_sample(ledger.trades, ledger.equity, period)
    chance = _chance(phase, ledger, market, period, gates)
    estimators = build_estimators(PhaseSample(phase, sample, chance.pool), gates)
    checks = ledger_checks(
        ledger.trades, ledger.fills, ledger.equity, sample, period, execution.capital
    )
    judged = judge_gates(
        phase,
        estimators,
        {**targets, **FIXED_TARGETS},
        gates,
        describe_missing_data(sample, gates),
    )
    if why_abstained:
        judged = abstain(judged, why_abstained)
    found = PhaseEvaluation(
        phase, sample, chance, estimators, judged, (*checks, *proofs), why_abstained
    )
    return replace(found, gates=withhold_verdicts(judged, found.broken))


def inconclusive(one: PhaseEvaluation, gates: Gates) -> str:
    """Why nothing may be concluded from a phase; empty where something may."""
    if one.broken:
        return f"withheld: the ledger of phase {one.phase} fails its checks"
    if one.abstained:
        return f"phase {one.phase} abstained: {one.abstained}"
    lacking = describe_missing_data(one.sample, gates)
    return lacking.replace("insufficient:", f"insufficient in phase {one.phase}:")


def _chance(phase: int, ledger: Ledger, market: Market, period: Period, gates: Gates) -> Chance:
    signals = _signals(ledger, market.panel, period)
    strata = build_strata(market.panel, market.around, signals, period)
    pool = portfolios.draw_matched_pool(
        strata.code[signals],
        strata,
        period,
        gates.random_entry.pool,
        market.outcomes,
        build_generator(phase, Stream.POOL, gates),
    )
    rng = build_generator(phase, Stream.PORTFOLIOS, gates)
    return Chance(pool, portfolios.draw_portfolios(pool, gates.random_entry.draws, rng))


def _signals(ledger: Ledger, panel: Panel, period: Period) -> tuple[Ints, Ints]:
    """Symbol rows and bars of the signals behind the out-of-sample trades."""
    trades = select_out_of_sample(ledger.trades, period)
    rows = np.searchsorted(np.array(panel.symbols), trades["symbol"].to_numpy(dtype=str))
    return rows.astype(np.int64), panel.index_of(epoch_ms(trades["signal_time"]))
