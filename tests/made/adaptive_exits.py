"""Made results that the phase with adaptive exits alone has."""

from dataclasses import replace
from typing import Literal

import numpy as np

from dipmaster.results.common import BySubset, ComparisonVerdict, RatioInterval
from dipmaster.results.evaluation.exit_rules import (
    ExitProbabilityUse,
    ExitRuleUse,
    TargetClass,
    TargetFigures,
    TrailingFigures,
)
from dipmaster.results.evaluation.exits import (
    Ablation,
    AblationFigures,
    CaptureFigures,
    EveryCandidate,
    ExitResults,
    HoldingBySubset,
    HoldingChange,
    HoldingFigures,
    ProfitCapture,
    StandaloneChange,
    StandaloneFigures,
    TradeDot,
)
from tests.made.common import NO_TRADE, PLAIN, around, comparison, factor, interval, sample

Effect = Literal["beneficial", "harmful", "inconclusive"]
FEW = "sample too small under phase 2 (0 trades, minimum 100)"
RULES = ("dynamic_target", "trailing", "full_exit", "partial_exit", "models", "quarter_hour")
STRENGTHS = {"low": 0.7, "medium": 1.0, "high": 1.5}
REGIME_CLASSES = {"unknown": 1.0, "low": 0.8, "normal": 1.0, "high": 1.3}
MOMENTA = {
    "strong_down": 0.7, "weak_down": 0.9, "neutral": 1.0, "weak_up": 1.1, "strong_up": 1.4,
}  # fmt: skip


def exit_results(verdict: ComparisonVerdict = "worse", models: Effect = "harmful") -> ExitResults:
    """What the exits did: `verdict` on the mean net, `models` on the exit models."""
    return ExitResults(
        exit_counts=fired(),
        exit_probability_use=ExitProbabilityUse(
            full=0.8, partial=0.6,
            rows=91_204, above_full=0, above_partial=1363, max=0.712,
            traded_rows=6156, traded_above_full=0, traded_above_partial=402, traded_max=0.701,
            held_rows=2410, held_above_full=0, held_above_partial=31, held_max=0.701,
        ),
        targets=BySubset(traded=targets(171), all=targets(4502)),
        trailing=BySubset(traded=trailed(171, 82, 61), all=trailed(4502, 1610, 1200)),
        mfe_capture=ProfitCapture(
            horizon_bars=36,
            traded=captured(171, 0.41, 0.37),
            all=captured(4502, 0.051, 0.043),
        ),
        holding=HoldingBySubset(
            band_minutes=(45, 120),
            traded=HoldingChange(before=held(52.1), after=held(71.2)),
            all=HoldingChange(before=held(84.1), after=held(96.4)),
        ),
        standalone=every_candidate(verdict),
        ablation=tuple(ablation(rule, models) for rule in RULES),
        excursions=scatter(171),
    )  # fmt: skip


def fired() -> tuple[ExitRuleUse, ...]:
    def one(
        rule: str, fills: int, net: float | None, mean: float, won: float, sure: float
    ) -> ExitRuleUse:
        known = fills > 0
        return ExitRuleUse(
            rule=rule,
            on=rule != "quarter_hour",
            fills=fills,
            trades_frac=fills / 171,
            net_pnl=net,
            mean_net_bps=mean if known else None,
            win_rate=won if known else None,
            mean_confidence=sure if known else None,
        )

    return (
        one("end_of_data", 0, 0.0, 0.0, 0.0, 0.0),
        one("stop", 37, -1490.0, -172.0, 0.0, 1.0),
        one("trailing_stop", 61, 900.0, 21.0, 0.9, 1.0),
        one("target", 70, 2410.0, 61.1, 1.0, 1.0),
        one("time_limit", 0, 0.0, 0.0, 0.0, 0.9),
        one("optimal_timing", 3, -310.0, -7.0, 0.667, 0.83),
        one("profit_taking", 31, None, 12.0, 0.71, 0.64),
        one("quarter_hour", 0, 0.0, 0.0, 0.0, 0.0),
    )


def targets(n: int) -> TargetFigures:
    def classes(multipliers: dict[str, float]) -> tuple[TargetClass, ...]:
        each = n // (len(multipliers) - ("unknown" in multipliers))
        return tuple(
            TargetClass(class_=name, multiplier=times, n=0 if name == "unknown" else each)
            for name, times in multipliers.items()
        )

    return TargetFigures(
        n=n,
        mean_frac=0.0081 if n else None,
        min_frac=0.00588 if n else None,
        max_frac=0.01124 if n else None,
        at_bound=0,
        strength=classes(STRENGTHS),
        regime=classes(REGIME_CLASSES),
        momentum=classes(MOMENTA),
    )


def trailed(n: int, activated: int, stopped: int) -> TrailingFigures:
    return TrailingFigures(
        n=n,
        activated=activated,
        stopped=stopped,
        mean_distance_frac=0.0046 if activated else None,
        lost=stopped // 3,
        worst_net_bps=-74.6 if stopped else None,
    )


def captured(n: int, before: float, after: float) -> CaptureFigures:
    value, low, high = around(after / before, 0.12)
    ratio = RatioInterval(value=value, low=low, high=high, reason="")
    return CaptureFigures(n=n, before=before, after=after, ratio=ratio)


def held(mean: float | None) -> HoldingFigures:
    reason = NO_TRADE if mean is None else ""
    return HoldingFigures(
        mean_minutes=sample(mean, 6.0, reason=reason),
        median_minutes=None if mean is None else mean - 8.0,
        in_band_frac=sample(None if mean is None else 0.44, 0.05, reason=reason),
    )


def every_candidate(verdict: ComparisonVerdict) -> EveryCandidate:
    sign = {"better": 1.0, "worse": -1.0, "inconclusive": 0.0}[verdict]
    return EveryCandidate(
        n=4502,
        before=standalone(0.0),
        after=standalone(sign),
        change=StandaloneChange(
            win_rate=comparison(0.02 * sign, 0.008, verdict),
            profit_factor=factor(
                comparison(0.1 * sign, 0.05, verdict), interval(1.0 + 0.1 * sign, 0.05)
            ),
            mean_net_bps=comparison(3.1 * sign, 1.4, verdict),
        ),
    )


def standalone(shift: float) -> StandaloneFigures:
    return StandaloneFigures(
        win_rate=sample(0.553 + 0.02 * shift, n=4502),
        profit_factor=sample(0.53 + 0.05 * shift, 0.06, 4502),
        mean_net_bps=sample(-19.3 + 3.1 * shift, 2.0, 4502),
        mean_gross_bps=sample(3.1 + 3.1 * shift, 2.0, 4502),
    )


def ablation(rule: str, models: Effect) -> Ablation:
    effects: dict[str, Effect] = {
        "trailing": "beneficial",
        "partial_exit": models,
        "models": models,
    }
    state: Literal["on", "off"] = "on" if rule == "quarter_hour" else "off"
    few = f"sample too small under phase 2 with {rule} {state} (5 losing trades, minimum 10)"
    size = 0.0 if rule == "full_exit" else 1.0
    return Ablation(
        rule=rule,
        state=state,
        all=ablated(4502, effects.get(rule, "inconclusive"), 2.1 * size, PLAIN),
        traded=ablated(171, "inconclusive", 5.0 * size, few),
    )


def ablated(n: int, effect: Effect, size: float, reason: str) -> AblationFigures:
    """`size` of the change of the mean net return in basis points, whatever its sign."""
    sign, verdict = _OF_EFFECT[effect]
    return AblationFigures(
        n=n,
        win_rate=0.56,
        profit_factor=0.51,
        mean_net_bps=-21.0,
        change_mean_net_bps=comparison(sign * size, 0.4 * size, verdict, reason),
        effect=effect,
    )


_OF_EFFECT: dict[Effect, tuple[float, ComparisonVerdict]] = {
    "beneficial": (-1.0, "worse"),
    "harmful": (1.0, "better"),
    "inconclusive": (0.1, "inconclusive"),
}


def scatter(n: int) -> tuple[TradeDot, ...]:
    rng = np.random.default_rng(12)
    kinds = ("target", "trailing_stop", "stop", "time_limit", "optimal_timing")
    return tuple(
        TradeDot(
            mae_bps=float(-rng.gamma(2, 35)),
            mfe_bps=float(rng.gamma(2, 30)),
            net_bps=float(rng.normal(10, 60)),
            exit_type=kinds[k % len(kinds)],
        )
        for k in range(n)
    )


def abstained_exits(candidates: int = 4502) -> ExitResults:
    """No order was sent: everything of what was traded is None with its reason."""
    base = exit_results("inconclusive", "inconclusive")
    traded = replace(
        base,
        exit_counts=tuple(
            replace(
                row, fills=0, trades_frac=None, net_pnl=None if row.net_pnl is None else 0.0,
                mean_net_bps=None, win_rate=None, mean_confidence=None,
            )
            for row in base.exit_counts
        ),
        exit_probability_use=replace(
            base.exit_probability_use, traded_rows=0, traded_above_full=0, traded_above_partial=0,
            traded_max=None, held_rows=0, held_above_full=0, held_above_partial=0, held_max=None,
        ),
        targets=replace(base.targets, traded=targets(0)),
        trailing=replace(base.trailing, traded=trailed(0, 0, 0)),
        mfe_capture=replace(base.mfe_capture, traded=nothing_captured()),
        holding=replace(base.holding, traded=nothing_held()),
        ablation=tuple(replace(row, traded=not_ablated()) for row in base.ablation),
        excursions=(),
    )  # fmt: skip
    return traded if candidates else without_candidates(traded)


def without_candidates(exits: ExitResults) -> ExitResults:
    """There was no candidate out of sample at all."""
    nothing = sample(None, reason=NO_TRADE)
    none = comparison(None, reason=FEW)
    side = StandaloneFigures(
        win_rate=nothing, profit_factor=nothing, mean_net_bps=nothing, mean_gross_bps=nothing
    )
    change = StandaloneChange(
        win_rate=none, profit_factor=factor(none, interval(None)), mean_net_bps=none
    )
    return replace(
        exits,
        exit_probability_use=replace(
            exits.exit_probability_use, rows=0, above_full=0, above_partial=0, max=None
        ),
        targets=replace(exits.targets, all=targets(0)),
        trailing=replace(exits.trailing, all=trailed(0, 0, 0)),
        mfe_capture=replace(exits.mfe_capture, all=nothing_captured()),
        holding=replace(exits.holding, all=nothing_held()),
        standalone=EveryCandidate(n=0, before=side, after=side, change=change),
        ablation=tuple(replace(row, all=not_ablated()) for row in exits.ablation),
    )


def nothing_captured(reason: str = NO_TRADE) -> CaptureFigures:
    ratio = RatioInterval(value=None, low=None, high=None, reason=reason)
    return CaptureFigures(n=0, before=None, after=None, ratio=ratio)


def nothing_held() -> HoldingChange:
    return HoldingChange(before=held(None), after=held(None))


def not_ablated(reason: str = FEW) -> AblationFigures:
    return AblationFigures(
        n=0, win_rate=None, profit_factor=None, mean_net_bps=None,
        change_mean_net_bps=comparison(None, reason=reason), effect="inconclusive",
    )  # fmt: skip
