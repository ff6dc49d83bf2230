"""Trades to tables: figures of a phase by exit, holding time, symbol, month and regime."""

import numpy as np
import pandas as pd

from dipmaster.backtest import REGIMES, metrics
from dipmaster.backtest.metrics import DailyAccount
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import to_epoch_ms, to_timestamps
from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.core.time_units import BAR_MS, DAY_MS, MINUTE_MS
from dipmaster.core.wins import is_win
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import TradeSample
from dipmaster.results.evaluation.breakdowns import (
    ExitTypeRow,
    HoldingBin,
    HoldingTime,
    MonthRow,
    RegimeRow,
    SymbolRow,
)

_BAR_MINUTES = BAR_MS // MINUTE_MS
_BIN_MINUTES = 15


def mean_or_none(values: Floats) -> float | None:
    """Mean; None of nothing."""
    return float(values.mean()) if values.size else None


def quantile_or_none(values: Floats, level: float) -> float | None:
    """Quantile; None of nothing."""
    return float(np.quantile(values, level)) if values.size else None


def _money(trades: pd.DataFrame) -> Floats:
    return trades["net_pnl"].to_numpy(dtype=np.float64)


def _frac(trades: pd.DataFrame) -> Floats:
    return trades["return_frac"].to_numpy(dtype=np.float64)


def _bps(trades: pd.DataFrame) -> Floats:
    return 1e4 * _frac(trades)


def _minutes(trades: pd.DataFrame) -> Floats:
    return trades["bars_held"].to_numpy(dtype=np.float64) * _BAR_MINUTES


def summarize_by_exit(trades: pd.DataFrame) -> tuple[ExitTypeRow, ...]:
    """A row an exit type, the most frequent first."""
    rows = [
        ExitTypeRow(
            exit_type=str(kind),
            trades=len(part),
            share_frac=len(part) / len(trades),
            win_rate=_win_rate(part),
            net_pnl=float(_money(part).sum()),
            mean_net_bps=float(_bps(part).mean()),
            median_minutes=float(np.quantile(_minutes(part), 0.5)),
        )
        for kind, part in trades.groupby("exit_type", sort=True)
    ]
    return tuple(sorted(rows, key=lambda row: -row.trades))


def summarize_by_symbol(trades: pd.DataFrame) -> tuple[SymbolRow, ...]:
    """A row a symbol that was traded, in alphabetical order."""
    return tuple(
        SymbolRow(
            symbol=str(symbol),
            trades=len(part),
            win_rate=_win_rate(part),
            profit_factor=metrics.profit_factor(_money(part), _frac(part)),
            mean_net_bps=float(_bps(part).mean()),
            net_pnl=float(_money(part).sum()),
        )
        for symbol, part in trades.groupby("symbol", sort=True)
    )


def summarize_by_regime(trades: pd.DataFrame) -> tuple[RegimeRow, ...]:
    """A row a regime (as the scores have it) in which something was traded, from low to high."""
    parts = {str(name): part for name, part in trades.groupby("regime", sort=True)}
    return tuple(
        RegimeRow(
            regime=name,
            trades=len(parts[name]),
            win_rate=_win_rate(parts[name]),
            profit_factor=metrics.profit_factor(_money(parts[name]), _frac(parts[name])),
            mean_net_bps=float(_bps(parts[name]).mean()),
        )
        for name in REGIMES
        if name in parts
    )


def _win_rate(trades: pd.DataFrame) -> float:
    """Of at least one trade."""
    return float(np.mean(is_win(_frac(trades))))


def summarize_holding(trades: pd.DataFrame, max_holding_bars: int) -> HoldingTime:
    """How long positions were held; the last bin also holds what was held longer.

    Positions still open when the data ended are left out: how long they would
    have been held is not known, and of a coin that stops trading early it would
    be the whole rest of the period.
    """
    minutes = _minutes(trades[~trades["open_at_end"].astype(bool)])
    shortest, longest = HOLDING_BAND_MINUTES
    inside = (minutes >= shortest) & (minutes <= longest)
    return HoldingTime(
        mean_minutes=mean_or_none(minutes),
        median_minutes=quantile_or_none(minutes, 0.5),
        p10_minutes=quantile_or_none(minutes, 0.1),
        p90_minutes=quantile_or_none(minutes, 0.9),
        in_band_frac=mean_or_none(inside.astype(np.float64)),
        histogram=_count_by_bin(minutes, max_holding_bars),
    )


def _count_by_bin(minutes: Floats, max_holding_bars: int) -> tuple[HoldingBin, ...]:
    edges = range(0, max_holding_bars * _BAR_MINUTES + _BIN_MINUTES, _BIN_MINUTES)
    bins = np.minimum(minutes // _BIN_MINUTES, len(edges) - 1).astype(np.int64)
    counts = np.bincount(bins, minlength=len(edges)).tolist()
    return tuple(
        HoldingBin(from_minutes=edge, to_minutes=edge + _BIN_MINUTES, trades=n)
        for edge, n in zip(edges, counts, strict=True)
    )


def summarize_by_month(
    trades: pd.DataFrame, sample: TradeSample, period: Period
) -> tuple[MonthRow, ...]:
    """A row a UTC month: trades that were closed in it, and the account over its days."""
    day = period.out_of_sample_ms + period.days_with_bars * DAY_MS
    names = to_timestamps(day).strftime("%Y-%m").to_numpy()
    closed = to_timestamps(to_epoch_ms(trades["exit_time"])).strftime("%Y-%m").to_numpy()
    return tuple(
        _summarize_month(str(month), trades[closed == month], sample.days, names == month)
        for month in np.unique(names)
    )


def _summarize_month(
    name: str, trades: pd.DataFrame, days: DailyAccount, inside: Bools
) -> MonthRow:
    positions = np.flatnonzero(inside)
    return MonthRow(
        month=name,
        trades=len(trades),
        win_rate=metrics.win_rate(_frac(trades)),
        net_pnl=float(_money(trades).sum()),
        return_frac=float(np.prod(days.growth[positions]) - 1.0),
        max_drawdown_frac=metrics.concatenated_drawdown(days, positions),
    )
