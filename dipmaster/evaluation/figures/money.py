"""The account of a phase in money, and its trades in basis points of their notional."""

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats
from dipmaster.core.time_units import DAYS_PER_YEAR
from dipmaster.core.wins import is_loss, is_win
from dipmaster.evaluation.figures.breakdowns import mean_or_none, quantile_or_none
from dipmaster.evaluation.figures.returns import annualise_return, compute_net_return
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import select_out_of_sample_marks
from dipmaster.results.evaluation.money import ExposureFigures, MoneyFigures, PerTradeFigures


def build_money(
    trades: pd.DataFrame, fills: pd.DataFrame, equity: pd.DataFrame, period: Period
) -> MoneyFigures:
    """Sums over the out-of-sample trades, and what they did to the account."""
    start, marks = select_out_of_sample_marks(equity, period)
    traded = float((fills["quantity"] * fills["reference_price"]).sum())
    average = float(np.mean(marks[period.has_bars(marks.size)]))
    turnover = traded / average if average > 0.0 else None
    net_return = compute_net_return(start, marks)
    year = DAYS_PER_YEAR / period.elapsed_days
    return MoneyFigures(
        equity_at_start=start,
        equity_at_end=float(marks[-1]),
        gross_pnl=float(trades["gross_pnl"].sum()),
        fees=float(trades["fees"].sum()),
        half_spread_cost=float(fills["half_spread_cost"].sum()),
        slippage_cost=float(fills["slippage_cost"].sum()),
        funding=float(trades["funding"].sum()),
        net_pnl=float(trades["net_pnl"].sum()),
        net_return_frac=net_return,
        annualised_return_frac=annualise_return(net_return, period.elapsed_days),
        turnover=turnover,
        turnover_annual=None if turnover is None else turnover * year,
    )


def build_exposure(equity: pd.DataFrame, period: Period) -> ExposureFigures:
    """Value of the positions over equity at the close of every bar out of sample."""
    _, marks = select_out_of_sample_marks(equity, period)
    exposure = equity["exposure_frac"].to_numpy(dtype=np.float64)[-marks.size :]
    exposure = exposure[period.has_bars(marks.size)]
    return ExposureFigures(
        time_in_market_frac=float(np.mean(exposure > 0.0)),
        mean_frac=float(exposure.mean()),
        peak_frac=float(exposure.max()),
    )


def build_per_trade(trades: pd.DataFrame, fills: pd.DataFrame) -> PerTradeFigures:
    """Means over the out-of-sample trades, each with equal weight."""
    net = 1e4 * trades["return_frac"].to_numpy(dtype=np.float64)
    returns = trades["return_frac"].to_numpy(dtype=np.float64)
    won = is_win(returns)
    win, loss = mean_or_none(net[won]), mean_or_none(net[is_loss(returns)])
    ratio_of_rest = _divide_by_loss(win, mean_or_none(net[~won]))
    costs = fills.groupby("trade_id")[["half_spread_cost", "slippage_cost"]].sum()
    notional = sum_notional(trades, fills)

    def mean_bps(money: "pd.Series[float]") -> float | None:
        return mean_or_none(1e4 * money.to_numpy(dtype=np.float64) / notional)

    return PerTradeFigures(
        mean_net_bps=mean_or_none(net),
        median_net_bps=quantile_or_none(net, 0.5),
        mean_gross_bps=mean_bps(trades["gross_pnl"]),
        mean_cost_bps=mean_bps(trades["gross_pnl"] - trades["net_pnl"]),
        mean_fees_bps=mean_bps(trades["fees"]),
        mean_half_spread_bps=mean_bps(costs["half_spread_cost"].reindex(trades["trade_id"])),
        mean_slippage_bps=mean_bps(costs["slippage_cost"].reindex(trades["trade_id"])),
        mean_funding_bps=mean_bps(trades["funding"]),
        mean_win_bps=win,
        mean_loss_bps=loss,
        payoff=_divide_by_loss(win, loss),
        break_even_win_rate=None if ratio_of_rest is None else 1.0 / (1.0 + ratio_of_rest),
    )


def _divide_by_loss(win: float | None, loss: float | None) -> float | None:
    """Mean win over mean loss; None without both."""
    return win / -loss if win is not None and loss is not None and loss < 0.0 else None


def sum_notional(trades: pd.DataFrame, fills: pd.DataFrame) -> Floats:
    """Reference notional of each trade at its entry, shape (trades,)."""
    bought = fills[fills["side"] == "buy"]
    notional = (bought["quantity"] * bought["reference_price"]).groupby(bought["trade_id"]).sum()
    return np.asarray(notional.reindex(trades["trade_id"]).to_numpy(dtype=np.float64))
