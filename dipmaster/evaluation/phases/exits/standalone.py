"""Cases to round trips: each followed alone under one set of exits, money playing no part."""

from dataclasses import dataclass, fields, replace

import numpy as np

from dipmaster import backtest
from dipmaster.backtest import ExitRules
from dipmaster.backtest.metrics import Days
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution, Exits, Gates
from dipmaster.core.time_units import BAR_MS, MINUTE_MS
from dipmaster.evaluation.phases.exits.eligible_entries import Cases
from dipmaster.evaluation.statistics.minimum_data import describe_missing_data
from dipmaster.evaluation.statistics.paired.sides import PairedSide
from dipmaster.evaluation.statistics.sample import TradeSample

_NO_DAYS = Days(*(np.zeros(0) for _ in range(4)))  # there is no account


@dataclass(frozen=True)
class WayOut:
    """One set of exits.

    Attributes
    ----------
    target_frac
        Shape (candidates,), from the entry's reference price.
    rules
        Arrays by entry in them have a row a candidate.
    """

    target_frac: Floats
    rules: ExitRules

    def at(self, candidate: Ints) -> "WayOut":
        """The same exits for the named candidates alone."""
        trailing, score = self.rules.trailing, self.rules.score
        if trailing is not None and trailing.distance_frac.ndim == 1:
            trailing = replace(trailing, distance_frac=trailing.distance_frac[candidate])
        if score is not None:
            score = replace(score, score=score.score[candidate])
        rules = replace(self.rules, trailing=trailing, score=score)
        return WayOut(self.target_frac[candidate], rules)


@dataclass(frozen=True)
class Alone:
    """Round trips of cases at one unit of reference notional; arrays of shape (cases,).

    Attributes
    ----------
    name
        Of the exits, in words, for reasons.
    entry_index, exit_index
        Positions on the panel's grid.
    exit_type
        Index into `backtest.EXIT_NAMES`.
    gross_frac, net_frac
        Of the reference notional at entry.
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

    def only(self, kept: Bools) -> "Alone":
        """Some of the cases."""
        arrays = {f.name: getattr(self, f.name)[kept] for f in fields(self) if f.name != "name"}
        return replace(self, **arrays)


def followed(
    name: str, panel: Panel, cases: Cases, execution: Execution, exits: Exits, way: WayOut
) -> Alone:
    """Follow every case alone.

    Parameters
    ----------
    exits
        Its stop and its time limit, which no phase changes.
    way
        Target and rules, a row a candidate.
    """
    own = way.at(cases.candidate)
    found = backtest.outcomes(
        panel,
        cases.symbol_index,
        cases.signal_index,
        execution,
        own.rules,
        own.target_frac,
        exits.stop_frac,
        exits.cap_bars,
    )
    return Alone(
        name,
        cases.candidate,
        cases.day,
        cases.block,
        found.entry_index,
        found.exit_index,
        found.exit_type,
        found.gross_frac,
        found.net_frac,
        found.open_at_end,
    )


@dataclass(frozen=True)
class Pair:
    """The same cases under two sets of exits."""

    after: Alone
    before: Alone

    def only(self, kept: Bools) -> "Pair":
        """Some of the cases."""
        return Pair(self.after.only(kept), self.before.only(kept))

    def lacking(self, gates: Gates) -> str:
        """Why nothing may be concluded; empty where both have the gates' minimum data."""
        for side in (self.after, self.before):
            words = describe_missing_data(side.track.sample, gates)
            if words:
                return words.replace("insufficient:", f"insufficient under {side.name}:")
        return ""
