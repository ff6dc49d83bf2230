"""The figures of a phase as pairs and tables."""

from dipmaster.report.kit import gates, numbers, table
from dipmaster.report.kit.table import Column
from dipmaster.results import GateRow
from dipmaster.results.evaluation.breakdowns import ExitTypeRow, MonthRow, RegimeRow, SymbolRow
from dipmaster.results.evaluation.phase import PhaseFigures, TradeCounts

Pairs = list[tuple[str, str]]

GATES: tuple[Column[GateRow], ...] = (
    gates.NAME,
    *gates.FIGURES,
    Column("n", lambda gate: numbers.count(gate.n)),
    Column("Verdict", lambda gate: table.verdict(gate.verdict), "l n"),
)
EXITS: tuple[Column[ExitTypeRow], ...] = (
    Column("Exit", lambda row: numbers.spaced(row.exit_type), "l"),
    Column("Trades", lambda row: numbers.count(row.trades)),
    Column("Share", lambda row: numbers.percent(row.share_frac)),
    Column("Win rate", lambda row: numbers.percent(row.win_rate)),
    Column("Net result", lambda row: numbers.money(row.net_pnl, signed=True)),
    Column("Mean net", lambda row: numbers.bps(row.mean_net_bps)),
    Column("Median time", lambda row: numbers.minutes(row.median_minutes)),
)
COINS: tuple[Column[SymbolRow], ...] = (
    Column("Coin", lambda row: row.symbol, "l"),
    Column("Trades", lambda row: numbers.count(row.trades)),
    Column("Win rate", lambda row: numbers.percent(row.win_rate)),
    Column("Profit factor", lambda row: numbers.ratio(row.profit_factor)),
    Column("Net result", lambda row: numbers.money(row.net_pnl, signed=True)),
    Column("Mean net", lambda row: numbers.bps(row.mean_net_bps)),
)
REGIMES: tuple[Column[RegimeRow], ...] = (
    Column("Regime at the signal", lambda row: row.regime, "l"),
    Column("Trades", lambda row: numbers.count(row.trades)),
    Column("Win rate", lambda row: numbers.percent(row.win_rate)),
    Column("Profit factor", lambda row: numbers.ratio(row.profit_factor)),
    Column("Mean net", lambda row: numbers.bps(row.mean_net_bps)),
)
MONTHS: tuple[Column[MonthRow], ...] = (
    Column("Month", lambda row: row.month, "l"),
    Column("Trades", lambda row: numbers.count(row.trades)),
    Column("Win rate", lambda row: numbers.percent(row.win_rate)),
    Column("Net result", lambda row: numbers.money(row.net_pnl, signed=True)),
    Column("Net return", lambda row: numbers.percent(row.return_frac, 2, signed=True)),
    Column("Drawdown", lambda row: numbers.percent(row.max_drawdown_frac, 2)),
)


def short(phase: PhaseFigures) -> Pairs:
    """The phase in numbers."""
    counts, money, trade = phase.counts, phase.money, phase.per_trade
    return [
        ("Candidates out of sample", numbers.count(counts.candidates_out_of_sample)),
        ("Equity at the start of it", numbers.money(money.equity_at_start)),
        ("Trades", numbers.count(counts.trades)),
        ("Equity at the end", numbers.money(money.equity_at_end)),
        ("Won / lost / break-even", _outcomes(counts)),
        ("Net return", numbers.percent(money.net_return_frac, signed=True)),
        ("Days with trades", numbers.count(counts.days_with_trades)),
        ("Turnover, times equity", numbers.plain(money.turnover, 1)),
        ("Blocks with trades", numbers.count(counts.blocks_with_trades)),
        ("Mean win", numbers.bps(trade.mean_win_bps)),
        ("Open at the end", numbers.count(counts.open_at_end)),
        ("Mean loss", numbers.bps(trade.mean_loss_bps)),
        ("Mean net a trade", numbers.bps(trade.mean_net_bps)),
        ("Payoff, mean win / mean loss", numbers.ratio(trade.payoff)),
        ("Median net a trade", numbers.bps(trade.median_net_bps)),
        ("Break-even win rate", numbers.percent(trade.break_even_win_rate)),
    ]


def _outcomes(counts: TradeCounts) -> str:
    shown = [numbers.count(counts.won), numbers.count(counts.lost)]
    return " / ".join([*shown, numbers.count(counts.break_even) if counts.break_even else "none"])


def uncertainty(phase: PhaseFigures) -> Pairs:
    """The intervals behind the gates, and what they would be under easier assumptions."""
    detail = phase.detail
    exact = detail.clopper_pearson_if_independent
    return [
        ("Design effect of the win rate", numbers.ratio(detail.design_effect_win_rate)),
        ("Sharpe, probabilistic interval", numbers.bounds(detail.sharpe_psr, "ratio")),
        ("Win rate if trades were independent", numbers.bounds(exact, "percent")),
        ("Lo’s yearly factor (19.1 if independent)", numbers.plain(detail.lo_eta_365, 1)),
        ("Sharpe, HAC interval", numbers.bounds(detail.sharpe_hac, "ratio")),
        ("Annual volatility", numbers.percent(detail.daily_vol_annual_frac)),
        ("Sharpe, bootstrap interval", numbers.bounds(detail.sharpe_bootstrap, "ratio")),
        ("Profit factor, equal sizes", numbers.ratio(detail.profit_factor_equal_notional)),
    ]
