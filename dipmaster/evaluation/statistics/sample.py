"""Ledger to sample: the out-of-sample trades and days as arrays, with their blocks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.backtest.metrics import DailyAccount, summarize_days
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.wins import is_break_even, is_loss, is_win
from dipmaster.evaluation.statistics.period import Period


@dataclass(frozen=True)
class TradeSample:
    """What the gates look at.

    Attributes
    ----------
    net
        Shape (trades,), net profit in money.
    return_frac
        Shape (trades,), net profit / reference notional at entry.
    day
        Shape (trades,), days from the out-of-sample start to the entry.
    block
        Shape (trades,), calendar block of that day; all symbols share blocks.
    days
        The account day by day; a day without a bar of any coin is no day.
    """

    net: Floats
    return_frac: Floats
    day: Ints
    block: Ints
    days: DailyAccount

    @property
    def trades(self) -> int:
        """Number of round trips."""
        return int(self.net.size)

    @property
    def won(self) -> Bools:
        """Which round trips won."""
        return is_win(self.return_frac)

    @property
    def losing_trades(self) -> int:
        """Number of round trips that lost money; what broke even is not among them."""
        return int(is_loss(self.return_frac).sum())

    @property
    def not_won(self) -> int:
        """Number of round trips that lost or broke even."""
        return self.trades - int(self.won.sum())

    @property
    def break_even(self) -> int:
        """Number of round trips that brought back what they took, to rounding."""
        return int(is_break_even(self.return_frac).sum())

    @property
    def days_with_trades(self) -> int:
        """Distinct days on which a position was opened."""
        return int(np.unique(self.day).size)

    @property
    def blocks_with_trades(self) -> int:
        """Calendar blocks in which a position was opened."""
        return int(np.unique(self.block).size)

    def only(self, selected: Bools) -> "TradeSample":
        """Keep some of the trades; the days stay as they are."""
        return TradeSample(
            self.net[selected],
            self.return_frac[selected],
            self.day[selected],
            self.block[selected],
            self.days,
        )


def select_out_of_sample(trades: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Rows of a trades or fills table that belong to positions opened out of sample."""
    entered = to_epoch_ms(trades["entry_time"]) >= period.out_of_sample_ms
    return trades[entered].reset_index(drop=True)


def build_sample(trades: pd.DataFrame, equity: pd.DataFrame, period: Period) -> TradeSample:
    """Cut a phase's ledger to the out-of-sample period.

    Parameters
    ----------
    trades, equity
        Tables TRADES and EQUITY of the whole period, burn-in included.
    """
    return cut_sample(
        to_epoch_ms(trades["entry_time"]),
        trades["net_pnl"].to_numpy(dtype=np.float64),
        trades["return_frac"].to_numpy(dtype=np.float64),
        select_out_of_sample_marks(equity, period),
        period,
    )


def cut_sample(
    entry_time: Ints,
    net: Floats,
    return_frac: Floats,
    start_and_marks: tuple[float, Floats],
    period: Period,
) -> TradeSample:
    """Cut the trades of a whole period, burn-in included, to the out-of-sample period.

    Parameters
    ----------
    entry_time, net, return_frac
        Shape (trades,), milliseconds since 1970 and as in `TradeSample`.
    start_and_marks
        Equity at the last mark of the burn-in, and all marks after it.
    """
    entered = entry_time >= period.out_of_sample_ms
    day = period.day_of(entry_time[entered])
    start, marks = start_and_marks
    return TradeSample(
        net[entered],
        return_frac[entered],
        day,
        period.block_of(day),
        summarize_days(marks, start, period.days_with_bars),
    )


def select_out_of_sample_marks(equity: pd.DataFrame, period: Period) -> tuple[float, Floats]:
    """Equity at the last mark of the burn-in, and all marks after it."""
    times = to_epoch_ms(equity["time"])
    return split_marks(times, equity["equity"].to_numpy(dtype=np.float64), period)


def split_marks(open_time: Ints, equity: Floats, period: Period) -> tuple[float, Floats]:
    """`select_out_of_sample_marks` of arrays of shape (bars,), times in milliseconds since 1970."""
    first = int(np.searchsorted(open_time, period.out_of_sample_ms))
    return float(equity[first - 1]), equity[first:]
