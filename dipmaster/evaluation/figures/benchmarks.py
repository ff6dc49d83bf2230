"""What cash and the coins themselves would have earned out of sample."""

import numpy as np

from dipmaster.backtest import metrics
from dipmaster.backtest.costs import BPS, Costs, build_costs, buy_cost, sell_proceeds
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import Panel
from dipmaster.core.params import Benchmark, Execution
from dipmaster.core.time_units import BAR_MS, DAYS_PER_YEAR
from dipmaster.evaluation.figures.returns import annualise_return
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.evaluation.benchmarks import Benchmarks, BuyAndHoldBenchmark, CashBenchmark


def build_benchmarks(
    panel: Panel, period: Period, execution: Execution, benchmark: Benchmark
) -> Benchmarks:
    """Cash at the rate of params, and the panel's coins bought with equal shares and held."""
    rate, days = benchmark.cash_annual_rate_frac, period.elapsed_days
    return Benchmarks(
        calendar_days=days,
        cash=CashBenchmark(
            annual_rate_frac=rate, return_frac=(1.0 + rate) ** (days / DAYS_PER_YEAR) - 1.0
        ),
        buy_and_hold=_buy_and_hold(panel, period, execution),
    )


def _buy_and_hold(panel: Panel, period: Period, execution: Execution) -> BuyAndHoldBenchmark:
    first = (period.out_of_sample_ms - period.first_ms) // BAR_MS
    costs = build_costs(execution)
    paths = [hold_coin(panel, row, first, costs) for row in range(len(panel.symbols))]
    bars = panel.bars - first
    marks = np.mean([np.ones(bars) if path is None else path for path in paths], axis=0)
    total = float(marks[-1] - 1.0)
    days = metrics.summarize_days(marks, 1.0, period.days_with_bars)
    return BuyAndHoldBenchmark(
        symbols=sum(path is not None for path in paths),
        return_frac=total,
        annualised_return_frac=annualise_return(total, period.elapsed_days),
        sharpe=metrics.sharpe_annual(days.returns),
        max_drawdown_frac=metrics.max_drawdown(marks, 1.0).frac,
    )


def hold_coin(panel: Panel, row: int, first: int, costs: Costs) -> Floats | None:
    """Worth of one unit of cash put into a coin, at the close of every bar.

    It stays cash until the first traded bar, is marked at the last close in between, and is
    cash again from the last traded bar on.

    Parameters
    ----------
    row, first
        Row of the panel, and its bar at which the period begins.

    Returns
    -------
    array of shape (bars - first,), or None
        None where no bar can be traded.
    """
    traded = panel.traded
    open_, close, half_spread = (
        values[row, first:] for values in (traded.open, traded.close, BPS * traded.half_spread_bps)
    )
    exists = np.flatnonzero(np.isfinite(open_ * close * half_spread))
    if not exists.size:
        return None
    entry, exit_ = int(exists[0]), int(exists[-1])
    quantity = 1.0 / buy_cost(open_[entry], half_spread[entry], costs)
    last = np.maximum.accumulate(np.where(np.isnan(close), entry, np.arange(close.size)))
    paid = _sum_funding(traded.cumulative_funding, row, first + entry, panel.bars)
    marks = np.ones(close.size)
    marks[entry:] = quantity * (close[last[entry:]] - paid)
    proceeds = sell_proceeds(close[exit_], half_spread[exit_], costs)
    marks[exit_:] = quantity * (proceeds - paid[exit_ - entry])
    return marks


def _sum_funding(cumulative: Floats | None, row: int, entry: int, bars: int) -> Floats:
    """Funding that one unit has paid since its entry, at every bar from there on."""
    if cumulative is None:
        return np.zeros(bars - entry)
    paid: Floats = cumulative[row, entry:] - cumulative[row, entry]
    return paid
