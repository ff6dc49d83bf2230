"""Risk of every phase: lines of tables with the phases as columns, worst trades."""

from collections.abc import Iterable, Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.exit_types import name_exit_type
from dipmaster.report.kit.phase_table import Line, parts
from dipmaster.report.kit.table import Column
from dipmaster.results.evaluation.phase import PhaseFigures
from dipmaster.results.evaluation.risk import (
    Concentration,
    DailyTailRisk,
    StopOutLoss,
    WorstTrade,
)

Lines = Sequence[Line[PhaseFigures]]


def drawdown(phases: Iterable[PhaseFigures]) -> Lines:
    """Drawdowns; bootstrap paths only where the period is long enough for their horizon."""
    first = next(iter(phases)).drawdown
    days = numbers.days(first.horizon_days)
    whole: Lines = (
        ("Maximum drawdown, whole period", lambda phase: _percent(phase.drawdown.max_frac)),
        ("From peak to trough", _dates),
    )
    if first.days < first.horizon_days:
        return whole
    return (
        *whole,
        (
            f"Maximum drawdown, any {days} (gate)",
            lambda phase: _percent(phase.drawdown.horizon_max_frac),
        ),
        (
            "Bootstrap paths: median",
            lambda phase: _percent(phase.drawdown.bootstrap_median_frac),
        ),
        (
            "Bootstrap paths: upper bound",
            lambda phase: _percent(phase.drawdown.bootstrap_upper_frac),
        ),
    )


def _percent(value: float | None) -> str:
    return numbers.percent(value, 2)


def _dates(phase: PhaseFigures) -> str:
    peak, trough = phase.drawdown.peak_time, phase.drawdown.trough_time
    return parts((f"{peak[:10]} to", trough[:10])) if peak and trough else numbers.MISSING


EXPOSURE: Lines = (
    ("Time in the market", lambda phase: _percent(phase.exposure.time_in_market_frac)),
    ("Mean exposure", lambda phase: _percent(phase.exposure.mean_frac)),
    ("Peak exposure at bar closes", lambda phase: _percent(phase.exposure.peak_frac)),
    (
        "Turnover per year (× equity)",
        lambda phase: numbers.plain(phase.money.turnover_annual, 1),
    ),
)


def stop_out(phases: Iterable[PhaseFigures]) -> Lines:
    """Loss of equity if every open position is stopped out at once, without a gap."""
    limit = numbers.count(next(iter(phases)).risk.stop_out.limit_positions)
    return (
        ("Open positions at the worst moment", lambda phase: _at(phase.risk.stop_out)),
        (
            "Loss if all of them are stopped out",
            lambda phase: _percent(phase.risk.stop_out.loss_frac),
        ),
        (
            f"Loss at the limit of {limit} positions",
            lambda phase: _percent(phase.risk.stop_out.limit_loss_frac),
        ),
    )


def _at(worst: StopOutLoss) -> str:
    if worst.time is None:
        return numbers.MISSING
    return parts((numbers.count(worst.positions), f"({numbers.minute(worst.time)})"))


def tail(level: float) -> Lines:
    """Tail risk of daily net returns on equity."""
    percent = f"{100 * level:g}"
    return (
        ("Volatility, annualised", lambda phase: _percent(phase.uncertainty.daily_vol_annual_frac)),
        ("Days with a loss", lambda phase: _losing(phase.risk.daily_tail)),
        (f"VaR {percent}, one day", lambda phase: _percent(phase.risk.daily_tail.var_frac)),
        (
            f"Expected shortfall {percent}, one day",
            lambda phase: _percent(phase.risk.daily_tail.es_frac),
        ),
        ("Loss days among days with a position", lambda phase: _losing(phase.risk.held_tail)),
        (
            f"VaR {percent}, days with a position",
            lambda phase: _percent(phase.risk.held_tail.var_frac),
        ),
        (
            f"Expected shortfall {percent}, days with a position",
            lambda phase: _percent(phase.risk.held_tail.es_frac),
        ),
    )


def _losing(days: DailyTailRisk) -> str:
    return f"{numbers.count(days.losing_days)} of {numbers.count(days.days)}"


CONCENTRATION: Lines = (
    (
        "Coin with most trades, share of trades",
        lambda phase: _named(phase.risk.by_symbol.top_by_trades, phase.risk.by_symbol.trades_frac),
    ),
    (
        "Coin with largest contribution, share of net P&L",
        lambda phase: _named(phase.risk.by_symbol.top_by_pnl, phase.risk.by_symbol.net_pnl_frac),
    ),
    ("Effective number of coins, by trades", lambda phase: _effective(phase.risk.by_symbol)),
    (
        "Top five days with exits, share of trades",
        lambda phase: _share(phase.risk.by_day.trades_frac),
    ),
    (
        "Top five days with exits, share of net P&L",
        lambda phase: _share(phase.risk.by_day.net_pnl_frac),
    ),
    ("Effective number of days with exits, by trades", lambda phase: _effective(phase.risk.by_day)),
)


def _share(value: float | None) -> str:
    return numbers.percent(value)


def _named(names: Sequence[str], frac: float | None) -> str:
    return parts((names[0], numbers.percent(frac))) if names else numbers.MISSING


def _effective(rows: Concentration) -> str:
    """How many equal groups would be as concentrated: 1 over the Herfindahl index."""
    index = rows.herfindahl_trades
    return f"{numbers.plain(1 / index, 1)} of {rows.groups}" if index else numbers.MISSING


WORST_TRADES: tuple[Column[WorstTrade], ...] = (
    Column("Trade id", lambda row: str(row.trade_id), "l"),
    Column("Coin", lambda row: row.symbol, "l"),
    Column("Entry", lambda row: numbers.minute(row.entry_time), "n"),
    Column("Exit", lambda row: numbers.minute(row.exit_time), "n"),
    Column("Exit type", lambda row: name_exit_type(row.exit_type), "l"),
    Column("Net return", lambda row: numbers.bps(row.net_bps), "n"),
    Column("Share of equity", lambda row: numbers.percent(row.equity_frac, 3, signed=True), "n"),
)
