"""Findings on the sample: how long, how many, how independent, and of which market."""

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.report.findings.finding import Evidence
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.time_to_decision import YEAR_DAYS


def broken_ledger(inputs: ReportInputs) -> Evidence | None:
    """Integrity checks that failed."""
    checks = inputs.validation.integrity_checks
    failed = [check for check in checks if not check.passed]
    return {"failed": failed, "checks": len(checks)} if failed else None


def too_few_trades(inputs: ReportInputs) -> Evidence | None:
    """Phases from 1 on that traded, but less than a verdict needs."""
    required = inputs.params.gates.min_trades
    phases = [
        (phase, inputs.phase(phase).counts.trades)
        for phase in inputs.built
        if phase and 0 < inputs.phase(phase).counts.trades < required
    ]
    return {"phases": phases, "required": required} if phases else None


def no_trades(inputs: ReportInputs) -> Evidence | None:
    """Phases that made no trade."""
    phases = [phase for phase in inputs.built if not inputs.phase(phase).counts.trades]
    return {"phases": phases} if phases else None


def few_losing_trades(inputs: ReportInputs) -> Evidence | None:
    """Phases whose profit factor rests on few losses."""
    limit = inputs.params.gates.few_losing_trades
    phases = [
        (phase, counts.losing_trades, counts.trades)
        for phase in inputs.built
        if (counts := inputs.phase(phase).counts).trades and counts.losing_trades < limit
    ]
    return {"phases": phases, "limit": limit} if phases else None


def clustered_trades(inputs: ReportInputs) -> Evidence | None:
    """The headline phase's trades, where they are worth fewer independent ones."""
    gate = inputs.gates_of(inputs.headline_phase).get("win_rate")
    if gate is None or not gate.n or round(gate.n_effective) >= gate.n:
        return None
    days = inputs.phase(gate.phase).counts.days_with_trades
    return {"gate": gate, "days": days}


def too_short(inputs: ReportInputs) -> Evidence | None:
    """Fewer blocks than a verdict needs."""
    blocks, needed = inputs.validation.period.blocks, inputs.params.gates.blocks_needed
    return {"blocks": blocks, "needed": needed} if blocks < needed else None


def short_period(inputs: ReportInputs) -> Evidence | None:
    """Less than two horizons of the drawdown: the worst of one is all that was seen."""
    days, horizon = (
        inputs.validation.period.days_out_of_sample,
        inputs.params.gates.drawdown_horizon_days,
    )
    if days >= 2 * horizon:
        return None
    return {"days": days, "years": days / YEAR_DAYS, "horizon": horizon}


def simulated_market(inputs: ReportInputs) -> Evidence | None:
    """Bars of a simulator whose edge is an input."""
    return {"edge": inputs.params.ingest.simulated.edge} if inputs.simulated else None


def recorded_bars(inputs: ReportInputs) -> Evidence | None:
    """A backtest on recorded bars."""
    return None if inputs.simulated else {}


def not_built(inputs: ReportInputs) -> Evidence | None:
    """Phases of the roadmap that this run does not have."""
    phases = [one for one in range(1, FINAL_PHASE + 1) if one not in inputs.built]
    return {"phases": phases} if phases else None
