"""A phase's ledger to its gates, figures and checks: the whole evaluation of one phase."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from dipmaster.backtest import Ledger
from dipmaster.core.kernels import Ints
from dipmaster.core.panel import Panel, epoch_ms
from dipmaster.core.params import Execution, Gates
from dipmaster.evaluation.integrity import Check, ledger_checks
from dipmaster.evaluation.statistics import account_metrics, trade_metrics
from dipmaster.evaluation.statistics.account_metrics import Resampling
from dipmaster.evaluation.statistics.bootstrap import stream_key
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.gates import (
    Estimator,
    PhaseGates,
    abstained,
    failed,
    insufficient,
    judge_gates,
    withheld,
)
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.random_entry import portfolios
from dipmaster.evaluation.statistics.random_entry.excess import excess_win_rate
from dipmaster.evaluation.statistics.random_entry.portfolios import Draws, Outcomes, Pool
from dipmaster.evaluation.statistics.random_entry.strata import Surroundings, strata_of
from dipmaster.evaluation.statistics.sample import Sample, out_of_sample, sampled

# Streams of random numbers below (seed, phase): never renumber, only add.
_SHARPE, _DRAWDOWN, _POOL, _PORTFOLIOS, _PAIRED_DAYS, _PAIRED_HISTORIES = range(6)


@dataclass(frozen=True)
class EntryUniverse:
    """What random entries are drawn from.

    Attributes
    ----------
    covariates
        What bars are matched on.
    exit_returns
        From (symbol rows, signal bars) to net returns under the phase's exits.
    """

    panel: Panel
    covariates: Surroundings
    exit_returns: Outcomes


@dataclass(frozen=True)
class RandomEntryBenchmark:
    """Matched random entries: the pool and the portfolios drawn from it."""

    pool: Pool
    draws: Draws


@dataclass(frozen=True)
class PhaseEvaluation:
    """All that is known of a phase once it is judged.

    Attributes
    ----------
    abstained
        Why nothing was ordered out of sample; empty where something was.
    degradation
        What fails the phase beside its gates; empty where nothing does.
    """

    phase: int
    sample: Sample
    random_entry: RandomEntryBenchmark
    estimators: Mapping[str, Estimator]
    gates: PhaseGates
    checks: tuple[Check, ...]
    abstained: str = ""
    degradation: str = ""

    @property
    def broken(self) -> list[str]:
        """Names of the checks that do not hold."""
        return [check.name for check in self.checks if not check.holds]


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
        win_rate, sharpe, profit_factor, max_drawdown; the excess win rate is
        held against 0 in every phase.
    why_abstained
        Why nothing was ordered out of sample; empty where something was.
    more_checks
        Beside those of the ledger: where one does not hold no verdict is given.
    """
    sample = sampled(ledger.trades, ledger.equity, period)
    benchmark = _benchmark(phase, ledger, universe, period, gates)
    estimators = estimators_of(phase, sample, benchmark.pool, gates)
    checks = ledger_checks(
        ledger.trades, ledger.fills, ledger.equity, sample, period, execution.capital
    )
    judged = judge_gates(
        phase,
        estimators,
        {**targets, "excess_win_rate": 0.0},
        gates,
        insufficient(sample, gates),
    )
    if why_abstained:
        judged = abstained(judged, why_abstained)
    evaluation = PhaseEvaluation(
        phase, sample, benchmark, estimators, judged, (*checks, *more_checks), why_abstained
    )
    return replace(evaluation, gates=withheld(judged, evaluation.broken))


def with_degradation(evaluation: PhaseEvaluation, shown: str) -> PhaseEvaluation:
    """The phase failed for what it adds; as it was where nothing is shown to cost money.

    Parameters
    ----------
    shown
        Of `Phase.degradation`.
    """
    return replace(evaluation, gates=failed(evaluation.gates, shown), degradation=shown)


def inconclusive(one: PhaseEvaluation, gates: Gates) -> str:
    """Why nothing may be concluded from a phase; empty where something may."""
    if one.broken:
        return f"withheld: the ledger of phase {one.phase} fails its checks"
    if one.abstained:
        return f"phase {one.phase} abstained: {one.abstained}"
    lacking = insufficient(one.sample, gates)
    return lacking.replace("insufficient:", f"insufficient in phase {one.phase}:")


def resampling(phase: int, use: int, gates: Gates) -> Resampling:
    """The bootstrap of one phase and use, with a stream of its own."""
    return Resampling(gates.bootstrap_reps, gates.block_days, stream_key(gates.seed, phase, use))


def sharpe_resampling(phase: int, gates: Gates) -> Resampling:
    """The bootstrap of a phase's Sharpe ratio."""
    return resampling(phase, _SHARPE, gates)


def drawdown_resampling(phase: int, gates: Gates) -> Resampling:
    """The bootstrap of a phase's drawdown."""
    return resampling(phase, _DRAWDOWN, gates)


def paired_days(phase: int, gates: Gates) -> Resampling:
    """The bootstrap of days that a phase shares with the one before it."""
    return resampling(phase, _PAIRED_DAYS, gates)


def paired_histories(phase: int, gates: Gates) -> Resampling:
    """The same for histories of the drawdown's horizon."""
    return resampling(phase, _PAIRED_HISTORIES, gates)


def estimators_of(phase: int, sample: Sample, pool: Pool, gates: Gates) -> dict[str, Estimator]:
    """Each gate's estimate as a function of the one-sided level alone, computed once a level."""
    few = gates.few_losing_trades
    estimators: dict[str, Estimator] = {
        "win_rate": lambda alpha: trade_metrics.win_rate(sample, alpha, few),
        "sharpe": lambda alpha: account_metrics.sharpe(
            sample, alpha, sharpe_resampling(phase, gates)
        ),
        "profit_factor": lambda alpha: trade_metrics.profit_factor(sample, alpha, few),
        "max_drawdown": lambda alpha: account_metrics.max_drawdown(
            sample, alpha, gates.drawdown_horizon_days, drawdown_resampling(phase, gates)
        ),
        "excess_win_rate": partial(_excess, sample, pool, gates),
    }
    return {metric: cache(estimator) for metric, estimator in estimators.items()}


def _excess(sample: Sample, pool: Pool, gates: Gates, alpha: float) -> Estimate:
    """No bounds where there would be enough trades, but too few of them are matched."""
    matched = sample.only(pool.matched)
    excess = excess_win_rate(matched, pool, alpha, gates.few_losing_trades)
    lacking = insufficient(matched, gates)
    if excess.low is None or not lacking or insufficient(sample, gates):
        return excess
    return replace(excess, low=None, high=None, reason=f"among those matched {lacking}")


def _benchmark(
    phase: int, ledger: Ledger, universe: EntryUniverse, period: Period, gates: Gates
) -> RandomEntryBenchmark:
    signals = _signals(ledger, universe.panel, period)
    strata = strata_of(universe.panel, universe.covariates, signals, period)
    pool = portfolios.matched_pool(
        strata.code[signals],
        strata,
        period,
        gates.random_entry.pool,
        universe.exit_returns,
        _generator(gates.seed, phase, _POOL),
    )
    rng = _generator(gates.seed, phase, _PORTFOLIOS)
    draws = portfolios.drawn_portfolios(pool, gates.random_entry.draws, rng)
    return RandomEntryBenchmark(pool, draws)


def _signals(ledger: Ledger, panel: Panel, period: Period) -> tuple[Ints, Ints]:
    """Symbol rows and bars of the signals behind the out-of-sample trades."""
    trades = out_of_sample(ledger.trades, period)
    rows = np.searchsorted(np.array(panel.symbols), trades["symbol"].to_numpy(dtype=str))
    return rows.astype(np.int64), panel.index_of(epoch_ms(trades["signal_time"]))


def _generator(seed: int, phase: int, use: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(phase, use)))
