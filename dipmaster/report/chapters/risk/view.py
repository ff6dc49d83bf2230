"""Drawdowns, exposure, tail risk, concentration, and the worst trades."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.risk import figures
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.drawdown_table import DRAWDOWNS, rank_drawdowns
from dipmaster.report.kit.phase_table import by_phase
from dipmaster.report.kit.table import table


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    phases = {number: inputs.phase(number) for number in inputs.built}
    traded = {number: phase for number, phase in phases.items() if phase.counts.trades}
    shown = inputs.phase(inputs.headline_phase)
    return {
        "drawdown": by_phase(figures.drawdown(phases.values()), phases, "Drawdown"),
        "is_too_short_for_horizon": shown.drawdown.days < shown.drawdown.horizon_days,
        "horizon_days": shown.drawdown.horizon_days,
        "exposure": by_phase(figures.EXPOSURE, phases, "Exposure"),
        "tail": by_phase(figures.tail(shown.risk.daily_tail.level), phases, "Daily net returns"),
        "stop_out": by_phase(figures.stop_out(phases.values()), phases, "Stopped out together"),
        "tail_frac": 1.0 - shown.risk.daily_tail.level,
        "stop_frac": inputs.params.exits.stop_frac,
        "limit_positions": shown.risk.stop_out.limit_positions,
        "max_exposure_frac": inputs.params.execution.max_exposure_frac,
        "tail_reasons": list(
            dict.fromkeys(
                f"phase {number}: {tail.reason}"
                for number, phase in phases.items()
                for tail in (phase.risk.daily_tail, phase.risk.held_tail)
                if tail.reason
            )
        ),
        "trades_in_burn_in": shown.counts.trades_burn_in,
        "concentration": by_phase(figures.CONCENTRATION, traded) if traded else None,
        "number": inputs.headline_phase,
        "drawdowns": table(DRAWDOWNS, rank_drawdowns({inputs.headline_phase: shown})),
        "worst_trades": table(figures.WORST_TRADES, shown.risk.worst_trades, "data short nw"),
    }


RISK = Chapter(folder="risk", title="Risk", view=view)
