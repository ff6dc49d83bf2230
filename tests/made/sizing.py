"""Made results that the phase that sizes alone has."""

from dataclasses import replace

from dipmaster.results.common import ComparisonVerdict
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
from tests.made.common import NO_TRADE, comparison, factor, interval, sample

COMPONENTS = {
    "p": 0.72, "p_outcomes": 5213.0, "payoff": 0.51, "payoff_outcomes": 5361.0, "kelly": 0.041,
    "forecast_annual_frac": 2.43, "vol_scalar": 0.5, "regime_factor": 0.93,
    "spillover_factor": 0.97, "intraday_factor": 0.98, "size_frac": 0.019, "weight_frac": 0.019,
}  # fmt: skip
REPLACED = {
    "kelly": "the size of the phase before",
    "recalibration": "the confidence as it is",
    "p": "its mean over the orders so far",
    "payoff": "that of all regimes together",
    "forecast": "the combined HAR",
    **dict.fromkeys(
        ("vol_scalar", "regime_factor", "spillover_factor", "intraday_factor"),
        "1 for every order",
    ),
}
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95, 0.975)


def sizing_results(verdict: ComparisonVerdict = "inconclusive") -> SizingResults:
    """168 of 171 orders in sizes of .02 to 10 %; `verdict` on what each component changes."""
    return SizingResults(
        rule="kelly",
        counts=SizingCounts(
            orders=171, kelly_zero=3, size_of_phase_before=0, no_forecast=1, unknown_factor=2,
            scalar_at_min=166, scalar_at_max=0, trades=168, capped_by_position=4,
            capped_by_exposure=0, capped_by_cash=1,
        ),
        components=tuple(component(name, value) for name, value in COMPONENTS.items()),
        explained=(explained("largest", 0.131), explained("median", 0.031),
                   explained("smallest", 0.0002)),
        displacement=displacement(3),
        overlay=(
            overlay("unit_risk", 0.106, 0.002, 0.0, 0.24),
            overlay("clipped", 0.42, 0.05, 0.93, 0.51),
            overlay("capped", 0.066, 0.005, 0.83, 0.095),
        ),
        drawdown_arithmetic=arithmetic(),
        ablation=tuple(ablated(name, words, verdict) for name, words in REPLACED.items()),
        exposure=tuple(exposure(phase) for phase in range(4)),
        drawdown=(drawdowns(2, 0.0017), drawdowns(3, 0.0008)),
    )  # fmt: skip


def unsized_results(orders: int = 0) -> SizingResults:
    """Nothing was ordered, or every Kelly fraction is 0: no trade to explain."""
    base = sizing_results()
    nothing = dict.fromkeys(("mean", "min", "q25", "median", "q75", "max"))
    return SizingResults(
        rule="kelly",
        counts=SizingCounts(
            orders=orders, kelly_zero=orders, size_of_phase_before=0, no_forecast=0,
            unknown_factor=0, scalar_at_min=orders, scalar_at_max=0, trades=0,
            capped_by_position=0, capped_by_exposure=0, capped_by_cash=0,
        ),
        components=tuple(ComponentQuantiles(component=c, n=0, **nothing) for c in COMPONENTS),
        explained=(),
        displacement=displacement(orders),
        overlay=base.overlay,
        drawdown_arithmetic=replace(
            arithmetic(), measured_volatility={**arithmetic().measured_volatility, "3": None}
        ),
        ablation=tuple(unablated(name, words) for name, words in REPLACED.items()),
        exposure=tuple(
            replace(one, mean_frac=(0.0,) * 79, turnover=(0.0,) * 79)
            if one.phase == 3 or (not orders and one.phase) else one
            for one in base.exposure
        ),
        drawdown=tuple(
            DrawdownQuantiles(
                phase=phase, horizon_days=365, levels=LEVELS, frac=(), limit_frac=0.03,
                within_limit_frac=None, reason=NO_TRADE,
            )
            for phase in (2, 3)
        ),
    )  # fmt: skip


def fixed_results() -> SizingResults:
    """`sizing.rule` fixed: every size is that of the phase before, so nothing is displaced."""
    base, n = sizing_results(), 171
    unused = dict.fromkeys(
        ("p", "p_outcomes", "payoff", "payoff_outcomes", "kelly", "forecast_annual_frac",
         "vol_scalar", "regime_factor", "spillover_factor", "intraday_factor")
    )  # fmt: skip
    nothing = dict.fromkeys(("mean", "min", "q25", "median", "q75", "max"))
    same = comparison(0.0, 0.0)
    unchanged = PhaseComparison(
        baseline_phase=3, win_rate=same, profit_factor=factor(same, interval(1.0, 0.0)),
        sharpe=same, max_drawdown=same, mean_net_bps=same, trades_frac=same, net_return=same,
    )  # fmt: skip
    return replace(
        base,
        rule="fixed",
        counts=replace(
            base.counts, orders=n, kelly_zero=0, size_of_phase_before=n, no_forecast=0,
            unknown_factor=0, scalar_at_min=0, trades=n, capped_by_position=0, capped_by_cash=0,
        ),
        components=tuple(
            component(name, 0.05) if name == "weight_frac"
            else ComponentQuantiles(component=name, n=0, **nothing)
            for name in COMPONENTS
        ),
        explained=tuple(
            replace(
                one, size_frac=0.05, weight_frac=0.05, binding_cap="none",
                words="5.00 %: the size of the phase before", **unused,
            )
            for one in base.explained
        ),
        displacement=displacement(0),
        ablation=tuple(replace(one, change=unchanged) for one in base.ablation),
    )  # fmt: skip


def component(name: str, value: float) -> ComponentQuantiles:
    return ComponentQuantiles(
        component=name, n=168, mean=value, min=0.5 * value, q25=0.8 * value, median=value,
        q75=1.1 * value, max=1.5 * value,
    )  # fmt: skip


def explained(pick: Pick, size: float) -> SizedTrade:
    weight = min(size, 0.10)
    return SizedTrade(
        pick=pick, candidate_id=round(1e4 * size), symbol="BTCUSDT",
        signal_time="2023-09-01T10:15:00Z",
        regime="normal", size_frac=size, weight_frac=weight,
        binding_cap="position" if weight < size else "none", p=0.75, p_outcomes=2120, payoff=0.59,
        payoff_outcomes=2140, kelly=size / 0.45, forecast_annual_frac=2.56, vol_scalar=0.5,
        regime_factor=0.9, spillover_factor=1.0, intraday_factor=1.0, net_bps=31.0,
        words=f"{100 * size:.2f} % = Kelly {100 * size / 0.45:.2f} % (0.25 of 0.750 - 0.250 / "
        "0.590) x volatility 0.50 (forecast 256 % a year) x regime 0.90 x spillover 1.00 x "
        "intraday 1.00",
    )  # fmt: skip


def displacement(orders: int) -> Displacement:
    moved = tuple(
        MovedTrade(
            candidate_id=k, symbol="ETHUSDT", signal_time="2023-08-02T03:00:00Z", by="kelly_zero"
        )
        for k in range(min(orders, 100))
    )
    return Displacement(
        kelly_zero=orders, below_min_notional=0, account_limits=0, n_added=0, shown=100,
        displaced=moved, added=(),
    )  # fmt: skip


def overlay(
    name: OverlayName, realised: float, half: float, bound: float, weight: float
) -> OverlayFigures:
    near = abs(realised - 0.10) + half <= 0.02
    return OverlayFigures(
        name=name, target=0.10, tolerance=0.02, realised=sample(realised, half, 550),
        within_tolerance="met" if near else "not met", bound_frac=bound, mean_weight_frac=weight,
    )  # fmt: skip


def arithmetic() -> DrawdownArithmetic:
    return DrawdownArithmetic(
        target_annual=0.10, sharpe=1.8, limit_frac=0.03, horizon_days=365,
        within_limit_frac=0.0002, median_frac=0.0704, q95_frac=0.1268, volatility_even=0.0426,
        volatility_95=0.0237, sharpe_even=9.2, sharpe_95=15.1, sharpe_searched=40.0,
        measured_volatility={"0": 0.0416, "1": 0.0026, "2": 0.0029, "3": 0.0012},
    )  # fmt: skip


def ablated(name: str, words: str, verdict: ComparisonVerdict) -> SizingAblation:
    change = PhaseComparison(
        baseline_phase=3,
        win_rate=comparison(0.001, 0.02),
        profit_factor=factor(comparison(0.05, 0.3), interval(1.05, 0.3)),
        sharpe=comparison(0.4, 0.3, verdict),
        max_drawdown=comparison(0.001, 0.002),
        mean_net_bps=comparison(-0.3, 1.0),
        trades_frac=comparison(0.018, 0.02),
        net_return=comparison(0.007, 0.01),
    )
    return SizingAblation(
        component=name, replaced_by=words, trades=171, mean_weight_frac=0.023, sharpe=2.4,
        profit_factor=2.1, mean_net_bps=22.1, max_drawdown=0.001, net_return=0.0049, change=change,
    )  # fmt: skip


def unablated(name: str, words: str) -> SizingAblation:
    none = comparison(None, reason=NO_TRADE)
    change = PhaseComparison(
        baseline_phase=3, win_rate=none, profit_factor=factor(none, interval(None)), sharpe=none,
        max_drawdown=none, mean_net_bps=none, trades_frac=none, net_return=none,
    )  # fmt: skip
    return SizingAblation(
        component=name, replaced_by=words, trades=0, mean_weight_frac=None, sharpe=None,
        profit_factor=None, mean_net_bps=None, max_drawdown=0.0, net_return=0.0, change=change,
    )  # fmt: skip


def exposure(phase: int) -> ExposureSeries:
    """Phase 0 is in the market often, later ones seldom."""
    level = (0.05, 0.0005, 0.0005, 0.0002)[phase]
    return ExposureSeries(
        phase=phase,
        run_days=7,
        mean_frac=tuple(level * (1 + k % 3) for k in range(79)),
        turnover=tuple(40 * level * (1 + k % 2) for k in range(79)),
    )


def drawdowns(phase: int, median: float) -> DrawdownQuantiles:
    return DrawdownQuantiles(
        phase=phase, horizon_days=365, levels=LEVELS,
        frac=tuple(median * x for x in (0.6, 0.8, 1.0, 1.2, 1.8, 2.1)), limit_frac=0.03,
        within_limit_frac=1.0, reason="",
    )  # fmt: skip
