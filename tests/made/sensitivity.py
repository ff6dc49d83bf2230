"""Made results under other settings: phase 0 loses at any fee, later phases earn up to one."""

from dataclasses import replace

from dipmaster.results.common import SampleInterval, Verdict
from dipmaster.results.sensitivity import (
    BreakEven,
    CapacityPoint,
    CostPoint,
    CostSensitivity,
    ExcludedThreshold,
    Performance,
    PhaseCapacity,
    PhaseCosts,
    PhaseSubsets,
    PricedGate,
    Removal,
    RemovalKind,
    SensitivityResults,
    SubsetRow,
    ThresholdBase,
    ThresholdCell,
    ThresholdRun,
    ThresholdSensitivity,
)
from tests.made.common import COINS, REGIMES

FEES, SLIPPAGES, CAPITALS = (0.0, 5.0, 10.0, 20.0), (1.0, 3.0), (1e4, 1e6)
TRADES = {0: 4417, 1: 171, 2: 171, 3: 168, 4: 309}
GROSS_BPS = {0: 2.0, 1: 60.0, 2: 55.0, 3: 54.0, 4: 62.0}
SPREAD_BPS = 3.0
FEW = "sample too small (57 trades, minimum 100)"
CHANGED = "confidence.thresholds.normal_volatility"


def performance(net_bps: float, trades: int) -> Performance:
    """Of trades of 5,000 each, in an account of 100,000."""
    net = 0.5 * net_bps * trades
    factor = 1.0 + net_bps / 40.0 if trades else None
    return Performance(
        trades=trades,
        net_pnl=net,
        net_return_frac=max(net / 1e5, -0.99),  # an account loses no more than it has
        win_rate=0.8 if trades else None,
        sharpe=0.1 * net_bps if trades else None,
        profit_factor=factor if factor is None else max(factor, 0.0),
        max_drawdown_frac=0.01 if trades else 0.0,
    )


def net_at(phase: int, fee_bps: float, slippage_bps: float) -> float:
    return GROSS_BPS[phase] - 2.0 * (fee_bps + slippage_bps) - SPREAD_BPS


def gate(target: float, value: float, half: float, verdict: Verdict) -> PricedGate:
    return PricedGate(
        target=target, value=value, low=value - half, high=value + half, verdict=verdict
    )


def point(phase: int, fee_bps: float, slippage_bps: float) -> CostPoint:
    net = net_at(phase, fee_bps, slippage_bps)
    verdict: Verdict = "PASS" if net > 30.0 else "INCONCLUSIVE" if net > 0.0 else "FAIL"
    return CostPoint(
        fee_bps=fee_bps,
        slippage_bps=slippage_bps,
        performance=performance(net, TRADES[phase]),
        net_bps=net,
        gates={
            "win_rate": gate(0.82, 0.8, 0.05, "INCONCLUSIVE"),
            "sharpe": gate(1.2, 0.1 * net, 1.5, verdict),
            "profit_factor": gate(1.4, 1.0 + net / 40.0, 0.4, verdict),
            "max_drawdown": gate(0.03, 0.01, 0.005, "PASS"),
        },
    )


def phase_costs(phase: int) -> PhaseCosts:
    even = 0.5 * (GROSS_BPS[phase] - SPREAD_BPS) - 1.0
    none = "half-spread and slippage alone exceed gross profit"
    return PhaseCosts(
        phase=phase,
        break_even=BreakEven(fee_bps=even, reason="")
        if even > 0.0
        else BreakEven(fee_bps=None, reason=none),
        points=tuple(point(phase, fee, slippage) for fee in FEES for slippage in SLIPPAGES),
    )


def base(phase: int) -> Performance:
    return performance(net_at(phase, 10.0, 1.0), TRADES[phase])


def cell(phase: int, net_bps: float, trades: int, *, is_cliff: bool = False) -> ThresholdCell:
    found, before = performance(net_bps, trades), base(phase)
    assert found.net_return_frac is not None
    assert before.net_return_frac is not None
    return ThresholdCell(
        performance=found,
        change_net_return_frac=found.net_return_frac - before.net_return_frac,
        cliffs=("trades",) if is_cliff else (),
    )


def threshold_runs(built: tuple[int, ...]) -> tuple[ThresholdRun, ...]:
    """Fewer admitted at the higher threshold; a check that changes nothing."""
    reached = [phase for phase in built if phase]
    if not reached:
        return ()
    same = {
        str(n): ThresholdCell(performance=base(n), change_net_return_frac=0.0, cliffs=())
        for n in reached
    }
    return (
        ThresholdRun(
            path=CHANGED,
            base=0.8,
            value=0.64,
            phases={str(n): cell(n, 12.0, 2 * TRADES[n]) for n in reached},
        ),
        ThresholdRun(
            path=CHANGED,
            base=0.8,
            value=0.96,
            phases={str(n): cell(n, 40.0, 40, is_cliff=True) for n in reached},
        ),
        ThresholdRun(path="filter.liquidity_min", base=0.8, value=0.96, phases=same),
    )


def thresholds(built: tuple[int, ...]) -> ThresholdSensitivity:
    runs = threshold_runs(built)
    return ThresholdSensitivity(
        change_frac=0.2,
        engine_runs=sum(len(run.phases) for run in runs),
        base={str(n): ThresholdBase(performance=base(n), net_return_error=0.004) for n in built},
        runs=runs,
        excluded=(
            ExcludedThreshold(path="exits.stop_frac", reason="part of the label"),
            ExcludedThreshold(path="signal.z_min", reason="decides which candidates there are"),
        ),
    )


def subset_row(name: str, trades: int, net: float) -> SubsetRow:
    few = SampleInterval(value=0.8, low=None, high=None, n=trades, reason=FEW)
    return SubsetRow(
        name=name,
        trades=trades,
        net_pnl=net,
        win_rate=few,
        profit_factor=replace(few, value=1.5 if net > 0.0 else 0.5),
    )


def removal(kind: RemovalKind, name: str, phase: int, share: float) -> Removal:
    """Without a share of the trades, all of which make the same."""
    whole = base(phase)
    left = round((1.0 - share) * whole.trades)
    return Removal(
        kind=kind,
        name=name,
        removed_trades=whole.trades - left,
        removed_net_pnl=whole.net_pnl * (whole.trades - left) / whole.trades,
        performance=performance(net_at(phase, 10.0, 1.0), left),
    )


def subsets(phase: int, coins: tuple[str, ...]) -> PhaseSubsets:
    whole = base(phase)

    def rows(names: tuple[str, ...]) -> tuple[SubsetRow, ...]:
        share = whole.net_pnl / len(names)
        return tuple(subset_row(name, whole.trades // len(names), share) for name in names)

    return PhaseSubsets(
        phase=phase,
        base=whole,
        by_coin=rows(coins),
        by_year=rows(("2023", "2024")),
        by_regime=rows(REGIMES),
        without=(
            *(removal("coin", name, phase, 1.0 / len(coins)) for name in coins),
            removal("day", "2024-03-05", phase, 0.02),
            removal("month", "2024-03", phase, 0.1),
        ),
    )


def capacity(phase: int) -> PhaseCapacity:
    earns = net_at(phase, 10.0, 1.0) > 0.0
    impact = dict(zip(CAPITALS, (3.0, 30.0), strict=True))
    return PhaseCapacity(
        phase=phase,
        orders_without_volume=0,
        points=tuple(
            CapacityPoint(
                capital=capital,
                mean_impact_bps=impact[capital],
                performance=performance(
                    net_at(phase, 10.0, 1.0) - 2.0 * impact[capital], TRADES[phase]
                ),
            )
            for capital in CAPITALS
        ),
        zero_capital=281_000.0 if earns else None,
        reason="" if earns else "no net profit even with a capital of 10,000",
    )


def sensitivity(last: int = 2, coins: tuple[str, ...] = COINS) -> SensitivityResults:
    """Phases 0 to `last`."""
    built = tuple(range(last + 1))
    return SensitivityResults(
        phases=built,
        costs=CostSensitivity(
            fee_bps=10.0, slippage_bps=1.0, phases=tuple(map(phase_costs, built))
        ),
        thresholds=thresholds(built),
        subsets=tuple(subsets(phase, coins) for phase in built),
        capacity=tuple(map(capacity, built)),
    )


def without_trades(last: int = 2) -> SensitivityResults:
    """No phase trades: nothing to vary."""
    made = sensitivity(last)
    nothing = performance(0.0, 0)
    no_gate = PricedGate(target=0.8, value=None, low=None, high=None, verdict="INSUFFICIENT DATA")
    return SensitivityResults(
        phases=made.phases,
        costs=replace(
            made.costs,
            phases=tuple(
                PhaseCosts(
                    phase=one.phase,
                    break_even=BreakEven(fee_bps=None, reason="no trade was made out of sample"),
                    points=tuple(
                        CostPoint(
                            fee_bps=p.fee_bps,
                            slippage_bps=p.slippage_bps,
                            performance=nothing,
                            net_bps=None,
                            gates=dict.fromkeys(p.gates, no_gate),
                        )
                        for p in one.points
                    ),
                )
                for one in made.costs.phases
            ),
        ),
        thresholds=ThresholdSensitivity(
            change_frac=0.2,
            engine_runs=0,
            base={
                str(n): ThresholdBase(performance=nothing, net_return_error=None)
                for n in made.phases
            },
            runs=(),
            excluded=made.thresholds.excluded,
        ),
        subsets=tuple(
            PhaseSubsets(phase=n, base=nothing, by_coin=(), by_year=(), by_regime=(), without=())
            for n in made.phases
        ),
        capacity=tuple(
            PhaseCapacity(
                phase=n,
                orders_without_volume=0,
                points=(),
                zero_capital=None,
                reason="no trade was made out of sample",
            )
            for n in made.phases
        ),
    )
