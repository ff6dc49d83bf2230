"""Findings on results: losses, costs, exits, claims."""

from dipmaster.report.findings.finding import Evidence
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.record import SECTIONS
from dipmaster.results.gates import GateRow
from dipmaster.results.metrics import MAX_DRAWDOWN, PROFIT_FACTOR
from dipmaster.results.sensitivity import Performance

COMFORTABLE_COST_MULTIPLE = 2.0  # with it costs could double before the mean trade nets nothing
SMALL_EXPOSURE_FRAC = 0.05  # of equity, on average
LARGE_SHARE_FRAC = 0.5  # of the net profit, from the few days that contribute most


def ruined(inputs: ReportInputs) -> Evidence | None:
    """Accounts that fell below the smallest order."""
    phases = [phase for phase in inputs.built if inputs.is_ruined(phase)]
    return {"phases": phases} if phases else None


def harmful_addition(inputs: ReportInputs) -> Evidence | None:
    """Phases that fail, whatever their gates show, because what they add costs money."""
    phases = [
        (phase, degradation)
        for phase in inputs.built
        if (degradation := inputs.phase(phase).degradation)
    ]
    return {"phases": phases} if phases else None


def losing_phase(inputs: ReportInputs) -> Evidence | None:
    """Phases from 1 on whose profit factor lies below 1 with its whole interval."""
    gates = [gate for phase in inputs.built if phase and (gate := _loss(inputs, phase))]
    return {"gates": gates} if gates else None


def losing_baseline(inputs: ReportInputs) -> Evidence | None:
    """The same of phase 0: then all profit rests on what later phases select."""
    gate = _loss(inputs, 0)
    if gate is None:
        return None
    return {"gate": gate, "trade": inputs.phase(0).per_trade, "later": len(inputs.built) > 1}


def _loss(inputs: ReportInputs, phase: int) -> GateRow | None:
    gate = inputs.gates_of(phase).get(PROFIT_FACTOR.key)
    return gate if gate and gate.high is not None and gate.high < 1.0 else None


def thin_cost_margin(inputs: ReportInputs) -> Evidence | None:
    """The headline phase earns, and would no longer if its costs doubled."""
    phase = inputs.headline_phase
    costs = inputs.phase(phase).costs
    cost, break_even = costs.cost_bps_per_side, costs.break_even_bps_per_side
    if not cost or break_even is None or not 1.0 < break_even / cost < COMFORTABLE_COST_MULTIPLE:
        return None
    multiple = break_even / cost
    return {"phase": phase, "cost": cost, "break_even": break_even, "multiple": multiple}


def orders_too_large(inputs: ReportInputs) -> Evidence | None:
    """Orders of the headline phase that no market would fill at the price of the bar."""
    phase = inputs.headline_phase
    capacity = inputs.phase(phase).costs.capacity
    largest = max(capacity.levels, key=lambda one: one.participation_frac, default=None)
    p95 = capacity.participation_p95_frac
    if largest is None or p95 is None or p95 <= largest.participation_frac:
        return None
    return {
        "phase": phase,
        "p95": p95,
        "level": largest,
        "without_impact": inputs.phase(phase).money.net_return_frac,
        "with_impact": _find_impacted(inputs, phase),
    }


def _find_impacted(inputs: ReportInputs, phase: int) -> Performance | None:
    """The phase with the run's own capital, paying for its market impact; None if not measured."""
    if phase not in inputs.sensitivity.phases:
        return None
    points = inputs.sensitivity.capacity_of(phase).points
    capital = inputs.params.execution.capital
    return next((one.performance for one in points if one.capital == capital), None)


def rarely_invested(inputs: ReportInputs) -> Evidence | None:
    """The headline phase, where its small drawdown is that of a small investment."""
    phase = inputs.headline_phase
    figures, gate = inputs.phase(phase), inputs.gates_of(phase).get(MAX_DRAWDOWN.key)
    if gate is None or figures.drawdown.max_frac >= gate.target:
        return None
    if not 0.0 < figures.exposure.mean_frac < SMALL_EXPOSURE_FRAC:
        return None
    return {"phase": phase, "exposure": figures.exposure}


def below_benchmark(inputs: ReportInputs) -> Evidence | None:
    """The headline phase earned less than cash, or than holding the same coins."""
    phase, benchmarks = inputs.headline_phase, inputs.validation.benchmarks
    earned = inputs.phase(phase).money.net_return_frac
    held, cash = benchmarks.buy_and_hold.return_frac, benchmarks.cash.return_frac
    if not inputs.phase(phase).counts.trades or earned is None or earned >= max(held, cash):
        return None
    return {"phase": phase, "earned": earned, "held": held, "cash": cash}


def concentrated_profit(inputs: ReportInputs) -> Evidence | None:
    """Half of the headline phase's net profit, or more, from a few days."""
    phase = inputs.headline_phase
    figures = inputs.phase(phase)
    one = figures.risk.by_day
    share = one.net_pnl_frac
    if figures.money.net_pnl <= 0 or share is None or share < LARGE_SHARE_FRAC:
        return None
    return {"phase": phase, "one": one}


def lower_with_phase(inputs: ReportInputs) -> Evidence | None:
    """Phases with which the final one has a lower net return than without, after the correction."""
    lower = [
        (one.phase, one.net_return.comparison)
        for one in inputs.outcomes.left_out
        if one.net_return.comparison.verdict == "worse"
    ]
    return {"final": inputs.outcomes.final_phase, "lower": lower} if lower else None


def exits_not_better(inputs: ReportInputs) -> Evidence | None:
    """The exits of phase 2 do not raise the mean net return over every candidate."""
    results = inputs.validation.exits
    if results is None or not results.standalone.n:
        return None
    change = results.standalone.change
    if change.mean_net_bps.value is None or change.mean_net_bps.verdict == "better":
        return None
    return {
        "n": results.standalone.n,
        "net": change.mean_net_bps,
        "win_rate": change.win_rate,
        "recommendation": inputs.recommendation(SECTIONS["exits"]),
    }


def trailing_stop_lost(inputs: ReportInputs) -> Evidence | None:
    """Trades that the trailing stop closed below its own level: a level is no price."""
    results = inputs.validation.exits
    if results is None or not results.trailing.traded.lost:
        return None
    return {"trailing": results.trailing.traded}


def unmet_claims(inputs: ReportInputs) -> Evidence | None:
    """Claims of the roadmap that were measured and are not met."""
    measured = [one for one in inputs.claims if one.verdict != "not measured"]
    unmet = [one for one in measured if one.verdict == "not met"]
    return {"unmet": unmet, "measured": len(measured)} if unmet else None


def untold_order_within_bars(inputs: ReportInputs) -> Evidence | None:
    """Exits of the headline phase that hang on the order of prices inside one bar."""
    phase = inputs.headline_phase
    order = inputs.phase(phase).intrabar
    return {"phase": phase, "order": order} if order.trades_touching_both else None


def uncorrected_ablation(inputs: ReportInputs) -> Evidence | None:
    """Rules of the ablation, each judged alone."""
    results = inputs.validation.exits
    return {"tests": len(results.ablation)} if results and len(results.ablation) > 1 else None
