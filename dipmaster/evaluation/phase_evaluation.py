"""A phase's ledger to its gates, figures and checks: the whole evaluation of one phase."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from dipmaster.backtest import Ledger
from dipmaster.core.kernels import Ints
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.params import Execution, Gates
from dipmaster.evaluation.integrity import Check, check_ledger
from dipmaster.evaluation.statistics.gates import (
    DataCollected,
    PhaseGates,
    abstain,
    fail_phase,
    judge_gates,
    withhold_verdicts,
)
from dipmaster.evaluation.statistics.metrics import Estimator, PhaseSample, build_estimators
from dipmaster.evaluation.statistics.minimum_data import count_data, describe_missing_data
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
from dipmaster.results.evaluation.phase import Degradation
from dipmaster.results.metrics import FIXED_TARGETS


@dataclass(frozen=True)
class EntryUniverse:
    """What random entries are drawn from.

    Attributes
    ----------
    covariates
        What bars are matched on.
    simulator
        How the phase leaves any of them.
    """

    panel: Panel
    covariates: MatchingCovariates
    simulator: ExitSimulator


@dataclass(frozen=True)
class RandomEntryBenchmark:
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
    degradation
        What fails the phase beside its gates; None where nothing does.
    """

    phase: int
    sample: TradeSample
    random_entry: RandomEntryBenchmark
    estimators: Mapping[str, Estimator]
    gates: PhaseGates
    integrity_checks: tuple[Check, ...]
    abstained: str = ""
    degradation: Degradation | None = None

    @property
    def broken(self) -> list[str]:
        """Names of the checks that do not hold."""
        return [check.name for check in self.integrity_checks if not check.passed]


def evaluate_phase(
    phase: int,
    ledger: Ledger,
    universe: EntryUniverse,
    period: Period,
    targets: Mapping[str, float],
    execution: Execution,
    gates: Gates,
    why_abstained: str = "",
    more_checks: tuple[Check, ...] = (),
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
    more_checks
        Beside those of the ledger: where one does not hold no verdict is given.
    """
    sample = build_sample(ledger.trades, ledger.equity, period)
    benchmark = _draw_benchmark(phase, ledger, universe, period, gates)
    estimators = build_estimators(PhaseSample(phase, sample, benchmark.pool), gates)
    checks = check_ledger(
        ledger.trades, ledger.fills, ledger.equity, sample, period, execution.capital
    )
    judged = judge_gates(
        phase,
        estimators,
        {**targets, **FIXED_TARGETS},
        gates,
        DataCollected(sample.days.growth.size, count_data(sample, gates)),
    )
    if why_abstained:
        judged = abstain(judged, why_abstained)
    evaluation = PhaseEvaluation(
        phase, sample, benchmark, estimators, judged, (*checks, *more_checks), why_abstained
    )
    return replace(evaluation, gates=withhold_verdicts(judged, evaluation.broken))


def with_degradation(evaluation: PhaseEvaluation, shown: Degradation | None) -> PhaseEvaluation:
    """The phase failed for what it adds; as it was where nothing is shown to cost money.

    Parameters
    ----------
    shown
        Of `Phase.degradation`.
    """
    if shown is None:
        return evaluation
    return replace(evaluation, gates=fail_phase(evaluation.gates, shown.reason), degradation=shown)


def describe_inconclusive(one: PhaseEvaluation, gates: Gates) -> str:
    """Why nothing may be concluded from a phase; empty where something may."""
    if one.broken:
        return f"withheld: the ledger of phase {one.phase} fails its checks"
    if one.abstained:
        return f"phase {one.phase} abstained: {one.abstained}"
    lacking = describe_missing_data(one.sample, gates)
    return lacking.replace("too small", f"too small in phase {one.phase}", 1)


def describe_inconclusive_change(
    later: PhaseEvaluation, earlier: PhaseEvaluation, gates: Gates
) -> str:
    """Why nothing may be concluded from one phase against another, the later one's reason first."""
    return describe_inconclusive(later, gates) or describe_inconclusive(earlier, gates)


def _draw_benchmark(
    phase: int, ledger: Ledger, universe: EntryUniverse, period: Period, gates: Gates
) -> RandomEntryBenchmark:
    signals = _signals(ledger, universe.panel, period)
    strata = build_strata(universe.panel, universe.covariates, signals, period)
    pool = portfolios.draw_matched_pool(
        strata.code[signals],
        strata,
        period,
        gates.random_entry.pool,
        universe.simulator,
        build_generator(phase, Stream.POOL, gates),
    )
    rng = build_generator(phase, Stream.PORTFOLIOS, gates)
    draws = portfolios.draw_portfolios(pool, gates.random_entry.draws, rng)
    return RandomEntryBenchmark(pool, draws)


def _signals(ledger: Ledger, panel: Panel, period: Period) -> tuple[Ints, Ints]:
    """Symbol rows and bars of the signals behind the out-of-sample trades."""
    trades = select_out_of_sample(ledger.trades, period)
    rows = np.searchsorted(np.array(panel.symbols), trades["symbol"].to_numpy(dtype=str))
    return rows.astype(np.int64), panel.index_of(to_epoch_ms(trades["signal_time"]))
