"""Trades and days to risk: worst trades, tail of daily returns, concentration."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Execution
from dipmaster.core.time_units import ISO_UTC
from dipmaster.evaluation.figures.money import sum_notional
from dipmaster.evaluation.figures.stop_out import measure_stop_out
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import TradeSample
from dipmaster.learning.evaluation.minimum_data import count_of
from dipmaster.results.evaluation.risk import (
    Concentration,
    DailyTailRisk,
    RiskFigures,
    WorstTrade,
)

SHOWN_TRADES = 10
TAIL_LEVEL = 0.95
TOP_SYMBOLS = 1
TOP_DAYS = 5


def build_risk(
    trades: pd.DataFrame,
    fills: pd.DataFrame,
    sample: TradeSample,
    period: Period,
    stop_frac: float,
    execution: Execution,
) -> RiskFigures:
    """Risk figures of the out-of-sample trades and of the days of the account.

    Parameters
    ----------
    trades, fills
        Tables TRADES and FILLS, out of sample.
    stop_frac
        Distance of the stop from the reference price of the entry.
    """
    day = trades["exit_time"].dt.strftime("%Y-%m-%d")
    returns, held = sample.days.returns, find_days_held(trades, period)
    return RiskFigures(
        worst_trades=find_worst_trades(trades),
        daily_tail=measure_daily_tail(returns if sample.trades else None),
        held_tail=measure_daily_tail(returns[held] if sample.trades else None, "days held"),
        stop_out=measure_stop_out(trades, sum_notional(trades, fills), stop_frac, execution),
        by_symbol=measure_concentration(trades["symbol"], trades["net_pnl"], TOP_SYMBOLS),
        by_day=measure_concentration(day, trades["net_pnl"], TOP_DAYS),
    )


def find_worst_trades(trades: pd.DataFrame, shown: int = SHOWN_TRADES) -> tuple[WorstTrade, ...]:
    """The trades that cost the largest share of equity, in order of entry where they are equal."""
    equity_frac = (trades["return_frac"] * trades["weight_frac"]).to_numpy(dtype=np.float64)
    worst = np.argsort(equity_frac, kind="stable")[:shown]
    rows = trades.iloc[worst]
    columns: dict[str, Sequence[Any]] = {
        "trade_id": rows["trade_id"].tolist(),
        "symbol": rows["symbol"].tolist(),
        "entry_time": rows["entry_time"].dt.strftime(ISO_UTC).tolist(),
        "exit_time": rows["exit_time"].dt.strftime(ISO_UTC).tolist(),
        "exit_type": rows["exit_type"].tolist(),
        "net_bps": (1e4 * rows["return_frac"]).tolist(),
        "equity_frac": equity_frac[worst].tolist(),
    }
    named = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    return tuple(WorstTrade(**row) for row in named)


def find_days_held(trades: pd.DataFrame, period: Period) -> Bools:
    """On which of the days with bars a position was held, shape (days,)."""
    first, last = (period.day_of(to_epoch_ms(trades[name])) for name in ("entry_time", "exit_time"))
    days = period.days_with_bars
    opened = np.searchsorted(np.sort(first), days, side="right")
    closed = np.searchsorted(np.sort(last), days, side="left")
    held: Bools = opened > closed
    return held


def measure_daily_tail(
    returns: Floats | None, what: str = "days out of sample", level: float = TAIL_LEVEL
) -> DailyTailRisk:
    """Historical value at risk and expected shortfall, exact for any number of days.

    Parameters
    ----------
    returns
        Shape (days,), of the account; None where it was never invested.
    what
        The days in words, for the reason.
    level
        Below 1.
    """
    days, losing = (0, 0) if returns is None else (returns.size, int((returns < 0.0).sum()))
    least = math.ceil(round(1.0 / (1.0 - level), 9))  # days of which one is in the tail
    if returns is None or days < least:
        why = "no trades" if returns is None else f"{count_of(days, what)}, minimum {least}"
        return DailyTailRisk(
            level=level, days=days, losing_days=losing, var_frac=None, es_frac=None, reason=why
        )
    ordered, tail = np.sort(returns), round(days * (1.0 - level), 9)  # need not be whole
    whole = math.floor(tail)
    worst_sum = ordered[:whole].sum() + (tail - whole) * ordered[whole]
    return DailyTailRisk(
        level=level,
        days=days,
        losing_days=losing,
        var_frac=0.0 - float(ordered[math.ceil(tail) - 1]),
        es_frac=0.0 - float(worst_sum / tail),
        reason="",
    )


def measure_concentration(
    group: "pd.Series[str]", net_pnl: "pd.Series[float]", top: int
) -> Concentration:
    """Shares of the top groups in trades and net profit.

    Parameters
    ----------
    group, net_pnl
        Shape (trades,): name of the coin or day, and net profit of each trade.
    top
        How many groups the shares are of.
    """
    sums = net_pnl.groupby(group.to_numpy()).agg(["size", "sum"])
    trades, pnl = sums["size"].astype("float64"), sums["sum"].astype("float64")
    total, absolute = float(pnl.sum()), pnl.abs()
    direction = -1.0 if total < 0.0 else 1.0
    by_trades = trades.sort_values(ascending=False, kind="stable").index[:top]
    by_pnl = (direction * pnl).sort_values(ascending=False, kind="stable").index[:top]
    return Concentration(
        groups=len(sums),
        top=top,
        top_by_trades=tuple(str(name) for name in by_trades),
        top_by_pnl=tuple(str(name) for name in by_pnl),
        trades_frac=_share(trades[by_trades].sum(), trades.sum()),
        net_pnl_frac=_share(pnl[by_pnl].sum(), total),
        absolute_pnl_frac=_share(absolute[by_pnl].sum(), absolute.sum()),
        herfindahl_trades=_herfindahl(trades),
        herfindahl_pnl=_herfindahl(absolute),
    )


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole != 0.0 else None


def _herfindahl(amounts: "pd.Series[float]") -> float | None:
    """Sum of squared shares; None of nothing."""
    return _share(float((amounts**2).sum()), float(amounts.sum()) ** 2)
