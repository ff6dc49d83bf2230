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
        Days that are looked at, and those of them on which the account fell.
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
class StopOutLoss:
    """Loss of equity where all positions that are open at once are stopped out together.

    Each position loses the distance of its stop and its own costs, without a gap beyond the
    stop; losses are positive shares of the equity at which the positions were sized.

    Attributes
    ----------
    positions
        Open at the worst moment: the open of the bar at which the loss would be largest.
    time
        Of that moment; None without a trade.
    loss_frac
        At that moment; 0 without a trade.
    limit_positions
        As many as the account may hold.
    limit_loss_frac
        Of that many, each as large and as costly as the largest loss of a single position, at
        most the allowed exposure in total; 0 without a trade.
    """

    positions: int
    time: str | None
    loss_frac: float
    limit_positions: int
    limit_loss_frac: float


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
    daily_tail, held_tail
        Of all days out of sample, and of those alone on which a position was held.
    stop_out
        If all open positions are stopped out together.
    by_symbol, by_day
        The top coin, and the top five UTC days of exit.
    """

    worst_trades: tuple[WorstTrade, ...]
    daily_tail: DailyTailRisk
    held_tail: DailyTailRisk
    stop_out: StopOutLoss
    by_symbol: Concentration
    by_day: Concentration
