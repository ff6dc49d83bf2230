"""Candidates to standalone trades: each simulated under one exit policy, without the account."""

from dataclasses import dataclass, fields, replace

import numpy as np

from dipmaster import backtest
from dipmaster.backtest import ExitRules, TradeOutcomes
from dipmaster.backtest.metrics import DailyAccount
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution, Exits, Gates
from dipmaster.core.time_units import BAR_MS, MINUTE_MS
from dipmaster.evaluation.statistics.minimum_data import describe_missing_data
from dipmaster.evaluation.statistics.paired.sides import PairedSide
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import TradeSample

_NO_DAYS = DailyAccount(*(np.zeros(0) for _ in range(4)))  # there is no account


@dataclass(frozen=True)
class ExitPolicy:
    """How every candidate would be left.

    Attributes
    ----------
    target_frac
        Shape (candidates,), from the entry's reference price.
    rules
        Arrays by entry in them have a row a candidate.
    """

    target_frac: Floats
    rules: ExitRules

    def at(self, candidate: Ints) -> "ExitPolicy":
        """The same exits for the named candidates, in that order."""
        trailing, score = self.rules.trailing, self.rules.score
        if trailing is not None and trailing.distance_frac.ndim == 1:
            trailing = replace(trailing, distance_frac=trailing.distance_frac[candidate])
        if score is not None:
            score = replace(score, score=score.score[candidate])
        rules = replace(self.rules, trailing=trailing, score=score)
        return ExitPolicy(self.target_frac[candidate], rules)


def simulate_standalone(
    panel: Panel,
    indices: tuple[Ints, Ints],
    execution: Execution,
    exits: Exits,
    policy: ExitPolicy,
) -> TradeOutcomes:
    """Simulate every candidate on its own at one unit of reference notional.

    Parameters
    ----------
    indices
        Row of the panel, and position on its grid of the bar of the signal; shape
        (candidates,) each.
    exits
        Its stop and its time limit, which no phase changes.

    Returns
    -------
    Outcomes
        A row a candidate. An outcome is known when its `exit_index` bar has closed: what
        is decided before may not look at it.
    """
    return backtest.simulate_independent_trades(
        panel,
        *indices,
        execution,
        policy.rules,
        policy.target_frac,
        exits.stop_frac,
        exits.max_holding_bars,
    )


@dataclass(frozen=True)
class EligibleEntries:
    """Candidates whose signal is out of sample and whose next bar was traded; shape (entries,).

    Attributes
    ----------
    candidate
        Row of the candidate, as in its table.
    symbol_index, signal_index
        Row of the panel, and position on its grid of the bar of the signal.
    day, block
        Days from the out-of-sample start to the entry, and the calendar block of that day.
    """

    candidate: Ints
    symbol_index: Ints
    signal_index: Ints
    day: Ints
    block: Ints

    def __len__(self) -> int:
        return int(self.candidate.size)


def find_eligible_entries(
    panel: Panel, symbol_index: Ints, signal_index: Ints, period: Period
) -> EligibleEntries:
    """Keep what is out of sample and could be opened.

    Parameters
    ----------
    symbol_index, signal_index
        Of all candidates, shape (candidates,).
    """
    late = panel.open_time[signal_index] >= period.out_of_sample_ms
    entry = np.minimum(signal_index + 1, panel.bars - 1)
    exists = (signal_index + 1 < panel.bars) & ~np.isnan(panel.traded.open[symbol_index, entry])
    rows = np.flatnonzero(late & exists)
    day = period.day_of(panel.open_time[entry[rows]])
    return EligibleEntries(rows, symbol_index[rows], signal_index[rows], day, period.block_of(day))


@dataclass(frozen=True)
class StandaloneTrades:
    """Round trips of entries at one unit of reference notional; arrays of shape (entries,).

    Attributes
    ----------
    name
        Of the exits, in words, for reasons.
    entry_index, exit_index
        Positions on the panel's grid.
    exit_type
        Index into `backtest.EXIT_NAMES`.
    gross_frac, net_frac
        Of the reference notional at entry; gross is NaN where only the net is on record.
    open_at_end
        Closed only because the data ended.
    """

    name: str
    candidate: Ints
    day: Ints
    block: Ints
    entry_index: Ints
    exit_index: Ints
    exit_type: Ints
    gross_frac: Floats
    net_frac: Floats
    open_at_end: Bools

    def __len__(self) -> int:
        return int(self.candidate.size)

    @property
    def minutes(self) -> Floats:
        """From the entry to the bar in which the last part left."""
        held = (self.exit_index - self.entry_index) * (BAR_MS // MINUTE_MS)
        return held.astype(np.float64)

    @property
    def track(self) -> PairedSide:
        """As one side of a comparison; every trade has the same notional, one."""
        sample = TradeSample(self.net_frac, self.net_frac, self.day, self.block, _NO_DAYS)
        return PairedSide(self.name, sample, self.candidate)

    def only(self, subset: Bools) -> "StandaloneTrades":
        """Some of the entries."""
        arrays = {f.name: getattr(self, f.name)[subset] for f in fields(self) if f.name != "name"}
        return replace(self, **arrays)


def build_standalone_trades(
    name: str, entries: EligibleEntries, outcomes: TradeOutcomes
) -> StandaloneTrades:
    """The outcomes of the eligible entries, out of those of all candidates."""
    rows = entries.candidate
    return StandaloneTrades(
        name,
        rows,
        entries.day,
        entries.block,
        outcomes.entry_index[rows],
        outcomes.exit_index[rows],
        outcomes.exit_type[rows],
        outcomes.gross_frac[rows],
        outcomes.net_frac[rows],
        outcomes.open_at_end[rows],
    )


@dataclass(frozen=True)
class StandalonePair:
    """The same entries under two exit policies."""

    after: StandaloneTrades
    before: StandaloneTrades

    def only(self, subset: Bools) -> "StandalonePair":
        """Some of the entries."""
        return StandalonePair(self.after.only(subset), self.before.only(subset))

    def lacking(self, gates: Gates) -> str:
        """Why nothing may be concluded; empty where both have the gates' minimum data."""
        for side in (self.after, self.before):
            words = describe_missing_data(side.track.sample, gates)
            if words:
                return words.replace("too small", f"too small under {side.name}", 1)
        return ""
