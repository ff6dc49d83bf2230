"""The chapter of a phase: the same for every phase, compact where trades are few."""

from dipmaster.report.chapter import FOLDER, Chapter, Context, PhasePart
from dipmaster.report.chapters.phase import equity, figures, money, outcomes
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import comparison, comparison_chart
from dipmaster.report.kit.table import table

FEW_TRADES = 500


def phase_chapter(number: int, part: PhasePart | None, title: str) -> Chapter:
    """The chapter of a phase with what it has of its own, where it has something."""

    def view(inputs: ReportInputs) -> Context:
        own = part.view(inputs, number) if part else {}
        leave_out = bool(part and part.draws_holding_times(inputs, number))
        return {
            **show_phase(inputs, number, leave_out_holding=leave_out),
            "title": title,
            "own": own,
            "own_folder": f"{FOLDER}/{part.folder}" if part else "",
        }

    return Chapter(
        folder=part.folder if part else "phase",
        anchor=f"phase-{number}",
        title=title,
        view=view,
        template=f"{FOLDER}/phase/phase.html.j2",
        part="appendix",
    )


def show_phase(inputs: ReportInputs, number: int, *, leave_out_holding: bool = False) -> Context:
    """What is printed of every phase, charts drawn."""
    phase = inputs.phase(number)
    return {
        "number": number,
        "anchor": f"phase-{number}",
        "phase": phase,
        "traded": bool(phase.counts.trades),
        "compact": is_compact(inputs, number),
        "is_ruined": inputs.is_ruined(number),
        "gates": table(figures.GATES, inputs.gates_of(number).values()),
        "short": figures.short(phase),
        "uncertainty": figures.uncertainty(phase),
        **_show_change(inputs, number),
        **_show_equity(inputs, number),
        **(_show_trades(inputs, number, leave_out_holding) if phase.counts.trades else {}),
    }


def is_compact(inputs: ReportInputs, number: int) -> bool:
    """Whether a later phase has so few trades that half the parts would be empty space."""
    is_first = inputs.comparison(number) is None
    return not is_first and inputs.phase(number).counts.trades < FEW_TRADES


def _show_change(inputs: ReportInputs, number: int) -> Context:
    """The paired differences; the first phase has nothing before it."""
    change = inputs.contribution(number)
    if change is None:
        return {"contribution": None}
    columns = comparison.columns(f"Phase {change.baseline_phase}", f"Phase {number}")
    is_drawn = comparison.is_any_computed(change.headline)
    return {
        "contribution": change,
        "changes": table(columns, change.changes),
        "changes_chart": comparison_chart.forest(change.changes) if is_drawn else "",
    }


def _show_equity(inputs: ReportInputs, number: int) -> Context:
    earlier = [phase for phase in inputs.built if phase < number]
    before = earlier[-1] if earlier else None
    return {
        "before": before,
        "equity_chart": equity.equity(
            inputs.equity[number],
            inputs.validation.period,
            inputs.phase(number).drawdown,
            None if before is None else (f"phase {before}", inputs.equity[before]),
        ),
    }


def _show_trades(inputs: ReportInputs, number: int, leave_out_holding: bool) -> Context:
    phase, compact = inputs.phase(number), is_compact(inputs, number)
    has_random = phase.random_entry.win_rate.mean is not None
    return {
        "money_chart": "" if compact else money.waterfall(phase.money),
        "random_chart": money.random_entry(_beside_random(inputs, number)) if has_random else "",
        "exits_chart": "" if compact else outcomes.exits(phase.exits),
        "exits": table(figures.EXITS, phase.exits, "data"),
        "holding_chart": ""
        if leave_out_holding
        else outcomes.holding(phase.holding, 34 if compact else 48),
        "coins": table(figures.COINS, phase.by_symbol, "data"),
        "regimes": table(figures.REGIMES, phase.by_regime),
        "months_chart": outcomes.months(phase.by_month),
        "months": table(figures.MONTHS, phase.by_month, "data halves"),
    }


def _beside_random(inputs: ReportInputs, number: int) -> list[money.BesideBand]:
    phase, gates = inputs.phase(number), inputs.gates_of(number)
    random = phase.random_entry
    rate, factor = (
        gates[metric].value if metric in gates else None for metric in ("win_rate", "profit_factor")
    )
    shown = None if rate is None else 100.0 * rate
    return [
        money.BesideBand("Win rate (%)", shown, money.in_percent(random.win_rate)),
        money.BesideBand("Profit factor", factor, random.profit_factor),
        money.BesideBand("Net a trade (bp)", phase.per_trade.mean_net_bps, random.mean_net_bps),
    ]
