"""The phases under other costs, thresholds and sizes: all of sensitivity.json.

Every figure is that of an account that the engine traded again, out of sample.
"""

from dataclasses import dataclass, replace
from typing import Literal

from dipmaster.results.common import SampleInterval, Verdict

Cliff = Literal["sign", "trades"]
"""sign: the net return changes its sign by more than its standard error; trades: half or fewer."""
RemovalKind = Literal["coin", "day", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """One account out of sample.

    Attributes
    ----------
    net_pnl
        Sum of the trades, quote currency.
    net_return_frac
        Change of the account; None where it began with nothing.
    win_rate, profit_factor, sharpe
        None without trades, without losses, and where the account never moved.
    """

    trades: int
    net_pnl: float
    net_return_frac: float | None
    win_rate: float | None
    sharpe: float | None
    profit_factor: float | None
    max_drawdown_frac: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedGate:
    """A gate of a phase under other costs; bounds as the phase's own gate has them."""

    target: float
    value: float | None
    low: float | None
    high: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPoint:
    """A phase at one fee and one slippage a side.

    Attributes
    ----------
    net_bps
        Net profit over the notional bought, basis points; None without trades.
    gates
        By metric; the excess win rate is not among them.
    """

    fee_bps: float
    slippage_bps: float
    performance: Performance
    net_bps: float | None
    gates: dict[str, PricedGate]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """Fee a side at which the net profit is zero, slippage and half-spread as they are.

    Attributes
    ----------
    fee_bps
        None where there is none.
    reason
        Why not; empty where there is one.
    """

    fee_bps: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseCosts:
    """A phase at every fee and slippage."""

    phase: int
    break_even: BreakEven
    points: tuple[CostPoint, ...]

    def at(self, slippage_bps: float) -> tuple[CostPoint, ...]:
        """Every fee at one slippage, rising."""
        return tuple(point for point in self.points if point.slippage_bps == slippage_bps)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSensitivity:
    """All phases under other costs; `fee_bps` and `slippage_bps` are those of the run."""

    fee_bps: float
    slippage_bps: float
    phases: tuple[PhaseCosts, ...]

    def phase(self, number: int) -> PhaseCosts:
        """One of them."""
        return next(one for one in self.phases if one.phase == number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdCell:
    """A phase under one changed threshold.

    Attributes
    ----------
    change_net_return_frac
        Less that of the run itself; None where one of them is.
    """

    performance: Performance
    change_net_return_frac: float | None
    cliffs: tuple[Cliff, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRun:
    """One threshold at another value.

    Attributes
    ----------
    path
        In params.yaml.
    phases
        Number of a phase that it reaches to what came of it.
    """

    path: str
    base: float
    value: float
    phases: dict[str, ThresholdCell]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdBase:
    """A phase as it is; `net_return_error` is the standard error of its net return."""

    performance: Performance
    net_return_error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedThreshold:
    """A threshold that is not changed, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdSensitivity:
    """Thresholds downstream of every fit, each changed by itself.

    Attributes
    ----------
    change_frac
        Down and up, of the value.
    engine_runs
        How often a whole account was traded again.
    """

    change_frac: float
    engine_runs: int
    base: dict[str, ThresholdBase]
    runs: tuple[ThresholdRun, ...]
    excluded: tuple[ExcludedThreshold, ...]

    def reaching(self, number: int) -> tuple[ThresholdRun, ...]:
        """Runs in which a phase is another one than it is."""
        return tuple(run for run in self.runs if self._is_changed(run, str(number)))

    @property
    def idle(self) -> tuple[ThresholdRun, ...]:
        """Runs that leave every phase as it is."""
        return tuple(
            run for run in self.runs if not any(self._is_changed(run, n) for n in run.phases)
        )

    def _is_changed(self, run: ThresholdRun, phase: str) -> bool:
        """Whether a phase trades otherwise: capital from the burn-in scales money alone."""
        cell, base = run.phases.get(phase), self.base[phase].performance
        return cell is not None and replace(cell.performance, net_pnl=base.net_pnl) != base


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsetRow:
    """Some trades of a phase.

    Attributes
    ----------
    win_rate, profit_factor
        Bounds where the subset has the gates' minimum data, else a reason.
    """

    name: str
    trades: int
    net_pnl: float
    win_rate: SampleInterval
    profit_factor: SampleInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The account without the orders of a coin, or of what closed on its best day or month.

    Attributes
    ----------
    removed_net_pnl
        What their trades made in the run itself.
    """

    kind: RemovalKind
    name: str
    removed_trades: int
    removed_net_pnl: float
    performance: Performance


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSubsets:
    """A phase by coin, year of entry and regime at the signal, and without parts of it."""

    phase: int
    base: Performance
    by_coin: tuple[SubsetRow, ...]
    by_year: tuple[SubsetRow, ...]
    by_regime: tuple[SubsetRow, ...]
    without: tuple[Removal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPoint:
    """A phase that starts with so much capital and pays for its own market impact.

    Attributes
    ----------
    mean_impact_bps
        Mean over the trades, a side; None without trades.
    """

    capital: float
    mean_impact_bps: float | None
    performance: Performance


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseCapacity:
    """A phase at every capital.

    Attributes
    ----------
    orders_without_volume
        Left out: nothing was known of what is traded.
    zero_capital
        Capital at which the net profit is zero, quote currency; None where there is none.
    reason
        Why not; empty where there is one.
    """

    phase: int
    orders_without_volume: int
    points: tuple[CapacityPoint, ...]
    zero_capital: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityResults:
    """All parts; `phases` are those that were traded."""

    phases: tuple[int, ...]
    costs: CostSensitivity
    thresholds: ThresholdSensitivity
    subsets: tuple[PhaseSubsets, ...]
    capacity: tuple[PhaseCapacity, ...]

    @property
    def traded(self) -> tuple[int, ...]:
        """Phases with trades out of sample."""
        return tuple(one.phase for one in self.subsets if one.base.trades)

    def subset(self, number: int) -> PhaseSubsets:
        """Parts of one phase."""
        return next(one for one in self.subsets if one.phase == number)

    def capacity_of(self, number: int) -> PhaseCapacity:
        """Capacity of one phase."""
        return next(one for one in self.capacity if one.phase == number)
