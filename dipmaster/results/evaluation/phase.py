"""What is measured of every phase out of sample; times are UTC, money is in the quote currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dipmaster.results.common import SampleInterval, Verdict
from dipmaster.results.evaluation.breakdowns import (
    ExitTypeRow,
    HoldingTime,
    MonthRow,
    RegimeRow,
    SymbolRow,
)
from dipmaster.results.evaluation.costs import CostFigures
from dipmaster.results.evaluation.intrabar import IntrabarOrder
from dipmaster.results.evaluation.money import ExposureFigures, MoneyFigures, PerTradeFigures
from dipmaster.results.evaluation.random_entry import RandomEntryFigures, UncertaintyFigures
from dipmaster.results.evaluation.risk import DrawdownEpisode, RiskFigures
from dipmaster.results.fields import OMITTED

LostAt = Literal["candidates", "score", "threshold", "steps", "size", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseDescription:
    """What a phase is called in print, whether it was built or not.

    Attributes
    ----------
    title
        As within a sentence: "signal filter".
    addition
        What it adds that can cost money, in the plural.
    replaces
        What it puts in the place of what the phase before has, in the plural; empty, and no key,
        where it replaces nothing.
    """

    title: str
    addition: str
    replaces: str = field(default="", metadata=OMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeCounts:
    """How many.

    Attributes
    ----------
    trades, trades_burn_in
        Opened out of sample, and before.
    losing_trades
        That lost money; those of `break_even` are not among them.
    break_even
        That brought back what they took, to rounding.
    days_with_trades, blocks_with_trades
        Calendar days and blocks in which one was opened.
    open_at_end
        Closed only because the data ended.
    rejected
        Reason to number of orders that were not filled.
    """

    candidates: int
    candidates_out_of_sample: int
    trades: int
    trades_burn_in: int
    losing_trades: int
    break_even: int
    days_with_trades: int
    blocks_with_trades: int
    open_at_end: int
    rejected: Mapping[str, int]

    @property
    def won(self) -> int:
        """Trades that made money."""
        return self.trades - self.losing_trades - self.break_even


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawdownFigures:
    """Falls of the account as fractions of the peak before.

    Attributes
    ----------
    max_frac, peak_time, trough_time
        Largest fall of the whole period, and where it lies; no times without a fall.
    worst
        At most five that do not overlap, deepest first.
    days
        Out of sample, those without bars left out.
    horizon_max_frac
        Largest fall within any `horizon_days`; None where the period is shorter.
    bootstrap_lower_frac, bootstrap_median_frac, bootstrap_upper_frac
        Quantiles alpha, 0.5 and 1 - alpha of bootstrap paths of `horizon_days`; None where the
        period is shorter, or there are no bounds.
    """

    max_frac: float
    peak_time: str | None
    trough_time: str | None
    worst: tuple[DrawdownEpisode, ...]
    days: int
    horizon_max_frac: float | None
    horizon_days: int
    bootstrap_lower_frac: float | None
    bootstrap_median_frac: float | None
    bootstrap_upper_frac: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """What a phase adds that reduces net return; it fails the phase whatever its gates say.

    Attributes
    ----------
    reason
        In words.
    change_mean_net_bps
        The number that decides, with its interval: mean net return per trade with what the
        phase adds, less that without; n counts the candidates simulated individually.
    """

    reason: str
    change_mean_net_bps: SampleInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFigures:
    """Every figure of a phase outside gates.json.

    Attributes
    ----------
    days_needed
        The most that any undecided gate of the phase needs, 0 where the phase is decided.
    days_needed_reason
        Why that is None; empty where it is not.
    exits
        A row an exit type, the most frequent first.
    abstained
        Why nothing was ordered; None where something was. Empty, and no key, in phase 0, which
        orders every candidate; so is the one below.
    abstained_at
        Where the last candidate was lost.
    degradation
        What fails the phase beside its gates; None, and no key, where nothing does.
    """

    verdict: Verdict
    verdict_reason: str
    days_needed: int | None
    days_needed_reason: str
    counts: TradeCounts
    money: MoneyFigures
    exposure: ExposureFigures
    per_trade: PerTradeFigures
    exits: tuple[ExitTypeRow, ...]
    holding: HoldingTime
    by_symbol: tuple[SymbolRow, ...]
    by_month: tuple[MonthRow, ...]
    by_regime: tuple[RegimeRow, ...]
    random_entry: RandomEntryFigures
    drawdown: DrawdownFigures
    risk: RiskFigures
    costs: CostFigures
    uncertainty: UncertaintyFigures
    intrabar: IntrabarOrder
    abstained: str | None = field(default="", metadata=OMITTED)
    abstained_at: LostAt | None = field(default="", metadata=OMITTED)
    degradation: Degradation | None = field(default=None, metadata=OMITTED)
