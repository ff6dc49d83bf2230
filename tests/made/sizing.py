"""Made results that the phase with position sizes alone has."""

from dataclasses import replace
from typing import Literal

from dipmaster.results.common import Comparison
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.sizing import (
    ComponentQuantiles,
    Displacement,
    DrawdownQuantiles,
    ExposureSeries,
    MovedTrade,
    Pick,
    SizedTrade,
    SizingAblation,
    SizingCounts,
    SizingResults,
)
from dipmaster.results.evaluation.volatility_target import (
    DrawdownArithmetic,
    OverlayFigures,
    OverlayName,
)
from tests.made.common import comparison, factor, interval, sample

FEW = "sample too small in phase 3 (94 trades, minimum 100)"
NO_BLOCKS = "too few blocks with trades (0, minimum 6)"
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
WEEKS = 79
COMPONENTS = {
    "p": (0.72, 0.65, 0.69, 0.73, 0.74, 0.78),
    "p_outcomes": (5213.3, 1731.0, 3862.0, 5515.0, 6281.0, 7301.0),
    "payoff": (0.504, 0.459, 0.465, 0.469, 0.556, 0.602),
    "payoff_outcomes": (5301.1, 1840.0, 3920.0, 5587.0, 6365.0, 7392.0),
    "kelly": (0.0394, 0.0003, 0.0211, 0.0396, 0.0572, 0.0818),
    "forecast_annual_frac": (0.91, 0.41, 0.66, 0.84, 1.07, 2.56),
    "vol_scalar": (0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
    "regime_factor": (0.94, 0.7, 0.9, 1.0, 1.0, 1.0),
    "spillover_factor": (0.98, 0.7, 1.0, 1.0, 1.0, 1.0),
    "intraday_factor": (1.01, 0.8, 1.0, 1.0, 1.1, 1.1),
    "size_frac": (0.0179, 0.0002, 0.0101, 0.0178, 0.0262, 0.0409),
    "weight_frac": (0.0177, 0.0002, 0.0101, 0.0178, 0.0262, 0.0391),
}
REPLACED = {
    "kelly": "the size of the phase before",
    "recalibration": "the confidence as it is",
    "p": "its mean over the orders so far",
    "payoff": "that of all regimes together",
    "vol_scalar": "one, whatever it says",
    "regime_factor": "one, whatever it says",
    "spillover_factor": "one, whatever it says",
    "intraday_factor": "one, whatever it says",
}


def sizing_results(last: int = 3) -> SizingResults:
    """Sizes by the Kelly fraction; 94 of 96 orders are traded."""
    return SizingResults(
        rule="kelly",
        counts=SizingCounts(
            orders=96,
            kelly_zero=2,
            size_of_phase_before=0,
            no_forecast=0,
            unknown_factor=3,
            scalar_at_min=95,
            scalar_at_max=0,
            trades=94,
            capped_by_position=1,
            capped_by_exposure=0,
            capped_by_cash=0,
        ),
        components=tuple(quantiles(name, 94) for name in COMPONENTS),
        explained=(
            sized("largest", 0.2263, 0.112, 0.1, "position"),
            replace(sized("median", 0.036, 0.0178, 0.0178), candidate_id=7011, net_bps=12.3),
            replace(sized("smallest", 0.0004, 0.0002, 0.0002), candidate_id=3411),
        ),
        displacement=displacement(),
        overlay=(
            overlay("unit_risk", 0.1065, 0.002, "met", 0.0, 0.24),
            overlay("clipped", 0.4196, 0.047, "not met", 0.9301, 0.51),
            overlay("capped", 0.0661, 0.005, "not met", 0.833, 0.095),
        ),
        drawdown_arithmetic=arithmetic(),
        ablation=tuple(ablated(name) for name in REPLACED),
        exposure=tuple(exposure(phase) for phase in range(last + 1)),
        drawdown=tuple(drawdown(phase) for phase in (last - 1, last)),
    )


def quantiles(name: str, n: int) -> ComponentQuantiles:
    values = COMPONENTS[name] if n else (None,) * 6
    mean, low, q25, median, q75, high = values
    return ComponentQuantiles(
        component=name, n=n, mean=mean, min=low, q25=q25, median=median, q75=q75, max=high
    )


def sized(pick: Pick, kelly: float, size: float, weight: float, cap: str = "none") -> SizedTrade:
    return SizedTrade(
        pick=pick,
        candidate_id=7037,
        symbol="ADAUSDT",
        signal_time="2024-09-13T12:15:00Z",
        regime="normal",
        size_frac=size,
        weight_frac=weight,
        binding_cap=cap,
        p=0.75,
        p_outcomes=6281,
        payoff=0.59,
        payoff_outcomes=6396,
        kelly=kelly,
        forecast_annual_frac=0.84,
        vol_scalar=0.5,
        regime_factor=0.9,
        spillover_factor=1.0,
        intraday_factor=1.1,
        net_bps=-74.6,
        words=(
            f"{100 * size:.2f} % = Kelly {100 * kelly:.2f} % (0.25 of p 0.750 - (1 - p) / b 0.590) "
            "x volatility 0.50 (forecast 84 % a year) x regime 0.90 x spillover 1.00 x "
            "intraday 1.10"
        ),
    )


def displacement() -> Displacement:
    displaced = (
        MovedTrade(
            candidate_id=2238, symbol="ADAUSDT", signal_time="2023-07-20T01:20:00Z", by="kelly_zero"
        ),
        MovedTrade(
            candidate_id=3604, symbol="BTCUSDT", signal_time="2023-11-12T19:05:00Z", by="kelly_zero"
        ),
    )
    return Displacement(
        kelly_zero=2,
        below_min_notional=0,
        account_limits=0,
        n_added=0,
        shown=100,
        displaced=displaced,
        added=(),
    )


def overlay(
    name: OverlayName,
    realised: float,
    half: float,
    verdict: Literal["met", "not met", "inconclusive"],
    bound: float,
    weight: float,
) -> OverlayFigures:
    return OverlayFigures(
        name=name,
        target=0.1,
        tolerance=0.02,
        realised=sample(realised, half, 550),
        within_tolerance=verdict,
        bound_frac=bound,
        mean_weight_frac=weight,
    )


def arithmetic() -> DrawdownArithmetic:
    return DrawdownArithmetic(
        target_annual=0.1,
        sharpe=1.8,
        limit_frac=0.03,
        horizon_days=365,
        within_limit_frac=0.0063,
        median_frac=0.0671,
        q95_frac=0.1213,
        volatility_even=0.0447,
        volatility_95=0.0247,
        sharpe_even=6.93,
        sharpe_95=12.1,
        sharpe_searched=40.0,
        measured_volatility={"0": 0.0416, "1": 0.0026, "2": 0.0029, "3": 0.0012},
    )


def ablated(component: str) -> SizingAblation:
    none = component == "spillover_factor"
    return SizingAblation(
        component=component,
        replaced_by=REPLACED[component],
        trades=96,
        mean_weight_frac=0.0234,
        sharpe=2.4,
        profit_factor=2.13,
        mean_net_bps=22.1,
        max_drawdown=0.001,
        net_return=0.0049,
        change=unchanged() if none else changed(),
    )


def changed(reason: str = FEW) -> PhaseComparison:
    return PhaseComparison(
        baseline_phase=3,
        win_rate=comparison(-0.006, 0.14, reason=reason),
        profit_factor=factor(comparison(0.11, 1.0, reason=reason), interval(1.11, 0.7)),
        sharpe=comparison(0.5, 1.1, reason=reason),
        max_drawdown=comparison(0.0002, 0.0008, reason=reason),
        mean_net_bps=comparison(-0.3, 1.9, reason=reason),
        trades_frac=comparison(0.021, 0.03, reason=reason),
        net_return=comparison(0.0014, 0.0017, reason=reason),
    )


def unchanged() -> PhaseComparison:
    same: Comparison = comparison(0.0, 0.0)
    return PhaseComparison(
        baseline_phase=3,
        win_rate=same,
        profit_factor=factor(same, interval(1.0, 0.0)),
        sharpe=same,
        max_drawdown=same,
        mean_net_bps=same,
        trades_frac=same,
        net_return=same,
    )


def exposure(phase: int) -> ExposureSeries:
    level = (0.035, 0.0021, 0.0024, 0.0009)[min(phase, 3)]
    wave = [level * (1 + (week % 7) / 3) if week % 5 else 0.0 for week in range(WEEKS)]
    return ExposureSeries(phase=phase, run_days=7, mean_frac=tuple(wave))


def drawdown(phase: int) -> DrawdownQuantiles:
    return DrawdownQuantiles(
        phase=phase,
        horizon_days=365,
        levels=LEVELS,
        frac=tuple((0.004 if phase == 3 else 0.009) * (1 + 2 * level) for level in LEVELS),
        limit_frac=0.03,
        within_limit_frac=1.0,
        reason="",
    )


def fixed_sizes() -> SizingResults:
    """`sizing.rule` fixed: every size is that of the phase before."""
    base = sizing_results()
    alone = dict.fromkeys(
        (
            "p", "p_outcomes", "payoff", "payoff_outcomes", "kelly", "forecast_annual_frac",
            "vol_scalar", "regime_factor", "spillover_factor", "intraday_factor",
        )
    )  # fmt: skip
    same = [
        replace(
            one,
            size_frac=0.05,
            weight_frac=0.05,
            binding_cap="none",
            words="5.00 %: the size of the phase before",
            **alone,
        )
        for one in base.explained
    ]
    return replace(
        base,
        rule="fixed",
        counts=replace(
            base.counts, kelly_zero=0, size_of_phase_before=96, unknown_factor=0, scalar_at_min=0,
            trades=96, capped_by_position=0,
        ),
        components=tuple(
            quantiles(name, 94 if name == "weight_frac" else 0) for name in COMPONENTS
        ),
        explained=tuple(same),
        displacement=nothing_displaced(),
        ablation=tuple(replace(one, change=unchanged()) for one in base.ablation),
    )  # fmt: skip


def nothing_displaced() -> Displacement:
    return Displacement(
        kelly_zero=0,
        below_min_notional=0,
        account_limits=0,
        n_added=0,
        shown=100,
        displaced=(),
        added=(),
    )


def unsized(orders: int = 0) -> SizingResults:
    """No trade: nothing to size, or every order has a Kelly fraction of 0."""
    base, none = sizing_results(), comparison(None, reason="no trade in either phase")
    nothing = PhaseComparison(
        baseline_phase=3,
        win_rate=none,
        profit_factor=factor(none, interval(None)),
        sharpe=none,
        max_drawdown=none,
        mean_net_bps=none,
        trades_frac=none,
        net_return=none,
    )
    return replace(
        base,
        counts=SizingCounts(
            orders=orders,
            kelly_zero=orders,
            size_of_phase_before=0,
            no_forecast=0,
            unknown_factor=0,
            scalar_at_min=orders,
            scalar_at_max=0,
            trades=0,
            capped_by_position=0,
            capped_by_exposure=0,
            capped_by_cash=0,
        ),
        components=tuple(quantiles(name, 0) for name in COMPONENTS),
        explained=(),
        displacement=nothing_displaced(),
        drawdown_arithmetic=replace(
            arithmetic(), measured_volatility={"0": 0.0416, "1": None, "2": None, "3": None}
        ),
        ablation=tuple(
            replace(
                one,
                trades=0,
                mean_weight_frac=None,
                sharpe=None,
                profit_factor=None,
                mean_net_bps=None,
                max_drawdown=0.0,
                net_return=0.0,
                change=nothing,
            )
            for one in base.ablation
        ),
        exposure=tuple(
            replace(one, mean_frac=(0.0,) * WEEKS) if one.phase else one for one in base.exposure
        ),
        drawdown=tuple(
            replace(one, frac=(), within_limit_frac=None, reason=NO_BLOCKS) for one in base.drawdown
        ),
    )
