"""Where the losses of a phase lie, and on how little its result rests; times are UTC."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawdownEpisode:
    """One drawdown out of sample, from a high-water mark until it is reached again.

    Attributes
    ----------
    peak_time, trough_time
        Closes of the bars of the high-water mark and of the lowest mark after it.
    recovery_time
        Close of the bar that reaches the high-water mark again; None where none does.
    depth_frac
        Of the high-water mark.
    days
        From peak to recovery; without one, to the last mark.
    """

    peak_time: str
    trough_time: str
    recovery_time: str | None
    depth_frac: float
    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstTrade:
    """One of the trades that cost the account most.

    Attributes
    ----------
    net_bps
        Net return on the notional at entry.
    equity_frac
        Net profit as a share of the equity at which the trade was sized.
    """

    trade_id: int
    symbol: str
    entry_time: str
    exit_time: str
    exit_type: str
    net_bps: float
    equity_frac: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyTailRisk:
    """Historical value at risk and expected shortfall of daily net returns; losses are positive.

    Attributes
    ----------
    level
        Of both, e.g. 0.95.
    days, losing_days
        Days out of sample, those without a trade included, and those on which the account fell.
    var_frac
        Loss of the best day among the worst ``1 - level`` of all days; 0 or below where fewer
        days than that lost.
    es_frac
        Mean loss of the worst ``1 - level`` of all days (Acerbi and Tasche 2002).
    reason
        Why both are None; empty where they are not.
    """

    level: float
    days: int
    losing_days: int
    var_frac: float | None
    es_frac: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """On how few coins, or days of exit, the trades and the result of a phase rest.

    Attributes
    ----------
    groups
        Coins or days with at least one trade.
    top
        How many of them the shares are of, at most.
    top_by_trades, top_by_pnl
        Their names: those with most trades, and those that contribute most to the total net
        profit (to the total net loss, where it is one).
    trades_frac
        Share of all trades in `top_by_trades`.
    net_pnl_frac
        Net profit of `top_by_pnl` over the total; above 1 where the rest takes some of it back;
        None where the total is zero.
    absolute_pnl_frac
        Absolute net profits of `top_by_pnl` over those of all groups; None where all are zero.
    herfindahl_trades, herfindahl_pnl
        Sum of squared shares of trades, and of absolute net profits: 1 / groups where all are
        alike, 1 where one has all. None as the shares.
    """

    groups: int
    top: int
    top_by_trades: tuple[str, ...]
    top_by_pnl: tuple[str, ...]
    trades_frac: float | None
    net_pnl_frac: float | None
    absolute_pnl_frac: float | None
    herfindahl_trades: float | None
    herfindahl_pnl: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFigures:
    """Risk of a phase beside its drawdowns.

    Attributes
    ----------
    worst_trades
        At most ten, largest loss of equity first; winning trades among them where fewer lost.
    by_symbol, by_day
        The top coin, and the top five UTC days of exit.
    """

    worst_trades: tuple[WorstTrade, ...]
    daily_tail: DailyTailRisk
    by_symbol: Concentration
    by_day: Concentration
