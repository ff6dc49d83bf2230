"""Accounts side by side: each phase, buy-and-hold, cash."""

from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.evaluation.benchmarks import Benchmarks
from dipmaster.results.evaluation.phase import PhaseFigures


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account out of sample; None where a figure cannot be computed or does not apply.

    Attributes
    ----------
    name
        In print.
    net_return, annual, drawdown
        Fractions; the drawdown is that of the whole period.
    time_in_market, exposure
        Fractions of time, and of equity on average.
    trades, net_bps
        Number, and mean net return per trade.
    """

    name: str
    net_return: float | None
    annual: float | None
    sharpe: float | None
    drawdown: float | None
    time_in_market: float | None
    exposure: float | None
    trades: int | None = None
    net_bps: float | None = None


def of_phase(number: int, figures: PhaseFigures, sharpe: float | None) -> Account:
    """The account of a phase."""
    return Account(
        name=f"Phase {number}",
        net_return=figures.money.net_return_frac,
        annual=figures.money.annualised_return_frac,
        sharpe=sharpe,
        drawdown=figures.drawdown.max_frac,
        time_in_market=figures.exposure.time_in_market_frac,
        exposure=figures.exposure.mean_frac,
        trades=figures.counts.trades,
        net_bps=figures.per_trade.mean_net_bps,
    )


def of_benchmarks(benchmarks: Benchmarks) -> tuple[Account, Account]:
    """Buy-and-hold of the same coins, and cash."""
    held, cash = benchmarks.buy_and_hold, benchmarks.cash
    return (
        Account(
            name=f"Buy-and-hold, {held.symbols} coin{'' if held.symbols == 1 else 's'}",
            net_return=held.return_frac,
            annual=held.annualised_return_frac,
            sharpe=held.sharpe,
            drawdown=held.max_drawdown_frac,
            time_in_market=1.0 if held.symbols else 0.0,
            exposure=None,
        ),
        Account(
            name=f"Cash at {numbers.percent(cash.annual_rate_frac)} a year (assumed)",
            net_return=cash.return_frac,
            annual=cash.annual_rate_frac,
            sharpe=None,
            drawdown=0.0,
            time_in_market=0.0,
            exposure=0.0,
        ),
    )


def list_accounts(
    phases: Mapping[int, PhaseFigures], sharpes: Mapping[int, float | None], benchmarks: Benchmarks
) -> list[Account]:
    """Phases by number, then the benchmarks."""
    accounts = [of_phase(number, one, sharpes[number]) for number, one in phases.items()]
    return [*accounts, *of_benchmarks(benchmarks)]


COLUMNS: tuple[Column[Account], ...] = (
    Column("Account", lambda one: one.name, "l"),
    Column("Net return", lambda one: numbers.percent(one.net_return, signed=True), "n"),
    Column("Annualised", lambda one: numbers.percent(one.annual, signed=True), "n"),
    Column("Sharpe", lambda one: numbers.ratio(one.sharpe), "n"),
    Column("Drawdown, all days", lambda one: numbers.percent(one.drawdown), "n"),
    Column("Time in market", lambda one: numbers.percent(one.time_in_market), "n"),
    Column("Mean exposure", lambda one: numbers.percent(one.exposure, 2), "n"),
    Column("Trades", lambda one: numbers.count(one.trades), "n"),
    Column("Net per trade", lambda one: numbers.bps(one.net_bps), "n"),
)
