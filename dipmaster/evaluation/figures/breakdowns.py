"""Trades to tables: figures of a phase by exit, holding time, symbol, month and regime."""

from typing import Any

import numpy as np
import pandas as pd

from dipmaster.backtest import REGIMES, metrics
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import as_times, epoch_ms
from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.core.time_units import BAR_MS, DAY_MS, MINUTE_MS
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import Sample

Record = dict[str, Any]
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


def by_exit(trades: pd.DataFrame) -> list[Record]:
    """A row an exit type, the most frequent first."""
    rows = [
        {
            "exit_type": str(kind),
            "trades": len(part),
            "share_frac": len(part) / len(trades),
            "win_rate": metrics.win_rate(_frac(part)),
            "net_pnl": float(_money(part).sum()),
            "mean_net_bps": mean_or_none(_bps(part)),
            "median_minutes": quantile_or_none(_minutes(part), 0.5),
        }
        for kind, part in trades.groupby("exit_type", sort=True)
    ]
    return sorted(rows, key=lambda row: -int(row["trades"]))


def by_symbol(trades: pd.DataFrame) -> list[Record]:
    """A row a symbol that was traded, in alphabetical order."""
    return [
        {"symbol": str(symbol), **_core(part), "net_pnl": float(_money(part).sum())}
        for symbol, part in trades.groupby("symbol", sort=True)
    ]


def by_regime(trades: pd.DataFrame) -> list[Record]:
    """A row a regime (as the scores have it) in which something was traded, from low to high."""
    parts = {str(name): part for name, part in trades.groupby("regime", sort=True)}
    return [{"regime": name, **_core(parts[name])} for name in REGIMES if name in parts]


def _core(trades: pd.DataFrame) -> Record:
    return {
        "trades": len(trades),
        "win_rate": metrics.win_rate(_frac(trades)),
        "profit_factor": metrics.profit_factor(_money(trades), _frac(trades)),
        "mean_net_bps": mean_or_none(_bps(trades)),
    }


def holding(trades: pd.DataFrame, cap_bars: int) -> Record:
    """How long positions were held; the last bin also holds what was held longer.

    Positions still open when the data ended are left out: how long they would
    have been held is not known, and of a coin that stops trading early it would
    be the whole rest of the period.
    """
    minutes = _minutes(trades[~trades["open_at_end"].astype(bool)])
    edges = np.arange(0, cap_bars * _BAR_MINUTES + _BIN_MINUTES, _BIN_MINUTES)
    shortest, longest = HOLDING_BAND_MINUTES
    inside = (minutes >= shortest) & (minutes <= longest)
    bins = np.minimum(minutes // _BIN_MINUTES, edges.size - 1).astype(np.int64)
    counts = np.bincount(bins, minlength=edges.size)
    return {
        "mean_minutes": mean_or_none(minutes),
        "median_minutes": quantile_or_none(minutes, 0.5),
        "p10_minutes": quantile_or_none(minutes, 0.1),
        "p90_minutes": quantile_or_none(minutes, 0.9),
        "share_45_120_frac": mean_or_none(inside.astype(np.float64)),
        "histogram": [
            {"from_minutes": int(edge), "to_minutes": int(edge) + _BIN_MINUTES, "trades": int(n)}
            for edge, n in zip(edges, counts, strict=True)
        ],
    }


def by_month(trades: pd.DataFrame, sample: Sample, period: Period) -> list[Record]:
    """A row a UTC month: trades that were closed in it, and the account over its days."""
    day = period.out_of_sample_ms + period.days_with_bars * DAY_MS
    names = as_times(day).strftime("%Y-%m").to_numpy()
    closed = as_times(epoch_ms(trades["exit_time"])).strftime("%Y-%m").to_numpy()
    return [
        {
            "month": str(month),
            **_closed_in(trades[closed == month]),
            **_account_over(sample, np.flatnonzero(names == month)),
        }
        for month in np.unique(names)
    ]


def _closed_in(trades: pd.DataFrame) -> Record:
    return {
        "trades": len(trades),
        "win_rate": metrics.win_rate(_frac(trades)),
        "net_pnl": float(_money(trades).sum()),
    }


def _account_over(sample: Sample, days: Ints) -> Record:
    return {
        "return_frac": float(np.prod(sample.days.growth[days]) - 1.0),
        "max_drawdown_frac": metrics.joined_drawdown(sample.days, days),
    }
