"""Made results of the outcomes, of as many phases as wanted."""

from dataclasses import replace

from dipmaster.core.params.digest import STRATEGY_SECTIONS, digest_sections
from dipmaster.results.common import ComparisonVerdict, Interval
from dipmaster.results.evaluation.claims import RoadmapClaim
from dipmaster.results.outcomes import (
    AdjustedChange,
    Contradiction,
    NotLeftOut,
    OutcomesResults,
    PhaseContribution,
    ReturnOnInvestment,
    SuccessProbability,
    SuccessShare,
)
from tests.made.common import comparison, interval
from tests.made.params import read_params

TOO_FEW = "sample too small in phase 1 (78 trades, minimum 100)"
STATED_ROI = {1: 8.0, 2: 6.0, 3: 4.0, 4: 3.0}
STATED_SUCCESS = {1: 0.90, 2: 0.85, 3: 0.80, 4: 0.75}
TRADES = (6200, 240, 240, 236, 310)


def change(
    value: float, half: float, verdict: ComparisonVerdict = "inconclusive", p: float | None = 0.4
) -> AdjustedChange:
    """A difference that is as far from zero after the correction as its verdict says."""
    holm = None if p is None else min(1.0, 2.0 * p)
    return AdjustedChange(comparison=comparison(value, half, verdict), p_value=p, p_holm=holm)


def contribution(phase: int, trades: int, without: int) -> PhaseContribution:
    """Better in net return in phase 1, else inconclusive."""
    better = phase == 1
    return PhaseContribution(
        phase=phase,
        trades=trades,
        trades_without=without,
        mean_net_bps=change(4.0 - phase, 6.0),
        net_return=change(0.5, 0.1, "better", 0.001) if better else change(-0.004, 0.006),
        sharpe=change(1.4 / phase, 2.0),
    )


def untested(phase: int, trades: int) -> PhaseContribution:
    """Without a trade, or with too few of them: no p-value and no verdict."""
    nothing = AdjustedChange(
        comparison=replace(
            comparison(0.0, 0.0, "insufficient data", TOO_FEW), value=None, low=None, high=None
        ),
        p_value=None,
        p_holm=None,
    )
    return PhaseContribution(
        phase=phase,
        trades=trades,
        trades_without=trades,
        mean_net_bps=nothing,
        net_return=nothing,
        sharpe=nothing,
    )


def investment(phase: int, stated: float) -> ReturnOnInvestment:
    """Phase 3 costs more than it brings."""
    loses = phase == 3
    gain = interval(-300.0, 250.0) if loses else interval(1350.0, 700.0)
    return ReturnOnInvestment(
        phase=phase,
        weeks=2.0 if phase else 8.0,
        cost=27_000.0 if phase else 108_000.0,
        gain=gain,
        roi=interval(-0.011, 0.009) if loses else interval(0.05, 0.026),
        stated_roi=stated,
        capital_for_stated=None if loses else 16_000_000.0,
        reason="no capital reaches the stated ROI" if loses else "",
    )


def share(phase: int, stated: float, passed: int = 3, markets: int = 20) -> SuccessShare:
    """Bounds as Clopper and Pearson have them for 3 of 20."""
    bounds = Interval(0.15, 0.0321, 0.3789) if markets else Interval(None, None, None, "no market")
    return SuccessShare(
        phase=phase, stated_frac=stated, passed=passed, markets=markets, share=bounds
    )


def success() -> SuccessProbability:
    """Of 20 markets with the params of the tests."""
    return SuccessProbability(
        by_phase=tuple(share(phase, stated) for phase, stated in STATED_SUCCESS.items()),
        overall=share(0, 0.85),
        product_frac=0.459,
        command="python -m studies.phase_4 default --seeds 3001 3020",
        commit="53b1c0c",
        params=digest_sections(read_params(*STRATEGY_SECTIONS)),
    )


CONTRADICTIONS = (
    Contradiction(
        id="f1",
        section="Signal validation",
        statement="Precision 0.85, recall 0.75 and F1 0.80.",
        stated=0.8,
        implied=0.796875,
        unit="fine",
        arithmetic="2 x 0.85 x 0.75 / (0.85 + 0.75).",
        reading="All three are reported.",
    ),
    Contradiction(
        id="most_target",
        section="2.2",
        statement="Profit target of 1.6 % at most.",
        stated=0.016,
        implied=0.01124,
        unit="fine_percent",
        arithmetic="0.8 % x 1.405: the bound is never reached.",
        reading="The bounds stay and never act.",
    ),
    Contradiction(
        id="correlation_window",
        section="3.2",
        statement="Correlation window of one week: 168 periods of 5 minutes.",
        stated=168.0,
        implied=14.0,
        unit="hours",
        arithmetic="168 x 5 / 60.",
        reading="Windows in days.",
    ),
)


def roi_claim(phase: int) -> RoadmapClaim:
    """Far from what is stated."""
    return RoadmapClaim(
        id=f"roi.{phase}",
        phase=phase,
        section="ROI by phase",
        claim=f"ROI of phase {phase} {STATED_ROI[phase]:g}:1",
        target=STATED_ROI[phase],
        unit="ratio",
        value=0.05,
        low=0.024,
        high=0.076,
        n=550,
        verdict="not met",
        reason="the confidence interval misses the target",
    )


def plan_claim() -> RoadmapClaim:
    """The whole plan's probability of success."""
    return RoadmapClaim(
        id="success.plan",
        phase=0,
        section="Success probability",
        claim="success probability of all four phases 85 %",
        target=0.85,
        unit="frac",
        value=0.15,
        low=0.0321,
        high=0.3789,
        n=20,
        verdict="not met",
        reason="PASS in 3 of 20 markets",
    )


def outcomes(last: int = 4) -> OutcomesResults:
    """Phases 0 to `last`."""
    numbers = range(1, last + 1)
    return OutcomesResults(
        capital=100_000.0,
        days=550.0,
        final_phase=last,
        added=tuple(contribution(one, TRADES[one], TRADES[one - 1]) for one in numbers),
        left_out=tuple(contribution(one, TRADES[last], TRADES[one - 1]) for one in numbers),
        not_left_out=(NotLeftOut(phase=0, reason="it finds the candidates"),),
        roi=tuple(investment(one, STATED_ROI[one]) for one in numbers),
        programme=investment(0, 5.25) if last else None,
        success=success(),
        contradictions=CONTRADICTIONS,
        claims=(*map(roi_claim, numbers), plan_claim()) if last else (),
    )


def idle(last: int = 4) -> OutcomesResults:
    """No phase but the first makes a trade."""
    numbers = range(1, last + 1)
    return replace(
        outcomes(last),
        added=tuple(untested(one, 0) for one in numbers),
        left_out=tuple(untested(one, 0) for one in numbers),
    )
