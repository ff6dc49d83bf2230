"""What came after each row: a sale decided at its close against what holding earned."""

import numpy as np
import numpy.typing as npt

from dipmaster.backtest import ExitType, TradeOutcomes
from dipmaster.backtest.costs import BPS, Costs, build_costs
from dipmaster.backtest.layouts import NEVER, MarketArrays
from dipmaster.backtest.layouts import build_market_arrays as bars_of
from dipmaster.core.kernels import Bools, Floats, Ints, kernel
from dipmaster.core.params import Execution
from dipmaster.exits.arrays import ExitLabels, ExitRows, Positions
from dipmaster.exits.market import ExitMarket

_NOT_KNOWN = -1


def build_exit_labels(
    market: ExitMarket, positions: Positions, rows: ExitRows, hold: TradeOutcomes,
    execution: Execution,
) -> ExitLabels:  # fmt: skip
    """Labels of all rows; known when holding its position has ended.

    The sale fills where the engine would fill it: at the open of the first bar after the
    row's that was traded. A row is labelled while holding is still open at the close of
    its bar; nothing can end it before that open, so the sale is known no later than
    its end. What holding that only the end of the data closed would have earned is not
    known, and no row of it is labelled.

    Parameters
    ----------
    rows, hold
        Of these positions on this market.
    """
    bars, symbol = bars_of(market.panel), positions.symbol_index[rows.position]
    entry_bar, sale_bar = positions.signal_index + 1, find_sale_bars(bars, symbol, rows.bar)
    exit_net = sale_net_returns(
        bars,
        symbol,
        entry_bar[rows.position],
        sale_bar,
        build_costs(execution),
        market.panel.traded.cumulative_funding,
    )
    ended = hold.exit_type != int(ExitType.END_OF_DATA)
    labelled = ended[rows.position] & (hold.exit_index[rows.position] > rows.bar)
    hold_net = np.where(labelled, hold.net_frac[rows.position], np.nan)
    best = count_bars_to_best(
        rows.position, sale_bar, labelled, exit_net, hold_net, hold.exit_index
    )
    stopped = hold.exit_type[rows.position] == int(ExitType.STOP)
    return ExitLabels(
        exit_net_frac=exit_net,
        hold_net_frac=hold_net,
        exit_is_best=_to_flag(exit_net >= hold_net, np.isfinite(exit_net) & labelled),
        bars_to_best=best,
        stopped_first=_to_flag(stopped, labelled),
    )


def _to_flag(value: Bools, known: Bools) -> npt.NDArray[np.int8]:
    return np.where(known, value, _NOT_KNOWN).astype(np.int8)


@kernel
def find_sale_bars(market: MarketArrays, symbol: Ints, bar: Ints) -> Ints:
    """Bar at whose open an order decided at each close is filled: the next that was traded.

    `NEVER` where none was: the data end before.
    """
    sale_bar = np.full(bar.size, NEVER)
    for i in range(bar.size):
        for u in range(bar[i] + 1, market.bars):
            if not np.isnan(market.open[symbol[i] * market.bars + u]):
                sale_bar[i] = u
                break
    return sale_bar


@kernel
def sale_net_returns(
    market: MarketArrays,
    symbol: Ints,
    entry_bar: Ints,
    sale_bar: Ints,
    costs: Costs,
    funding: Floats | None,
) -> Floats:
    """Net return on the reference notional of buying and selling at two opens.

    Step by step as in `backtest.simulate_independent_trades`, so that a sale at the open
    at which the holding ends nets the very same number. NaN where there is no sale
    (`NEVER`) or a half-spread is missing. `funding` is `Panel.cumulative_funding`, None
    where no symbol is charged.
    """
    net = np.full(symbol.size, np.nan)
    for i in range(symbol.size):
        if sale_bar[i] == NEVER:
            continue
        buy, sell = symbol[i] * market.bars + entry_bar[i], symbol[i] * market.bars + sale_bar[i]
        value = market.open[sell] / market.open[buy]
        sell_step = market.half_spread_bps[sell] * BPS + costs.slippage
        buy_step = market.half_spread_bps[buy] * BPS + costs.slippage
        cost = buy_step + value * sell_step
        fees = costs.fee * (1.0 + buy_step) + costs.fee * value * (1.0 - sell_step)
        net[i] = -1.0 + value - fees - cost
        if funding is not None:  # decided when it is compiled
            paid = funding[symbol[i], sale_bar[i]] - funding[symbol[i], entry_bar[i]]
            net[i] -= paid / market.open[buy]
    return net


@kernel
def count_bars_to_best(
    position: Ints,
    sale_bar: Ints,
    labelled: Bools,
    exit_net: Floats,
    hold_net: Floats,
    exit_index: Ints,
) -> Floats:
    """Bars from the sale of each row to the exit that nets the most, the earliest of equals.

    Exits are the sales of this and the later rows of the position, and the end of
    holding it. NaN on rows without a label.
    """
    bars = np.full(sale_bar.size, np.nan)
    best_net, best_bar = np.nan, 0
    for i in range(sale_bar.size - 1, -1, -1):
        if not labelled[i]:
            continue
        last = i + 1 == sale_bar.size or position[i + 1] != position[i] or not labelled[i + 1]
        if last:
            best_net, best_bar = hold_net[i], exit_index[position[i]]
        if exit_net[i] >= best_net:
            best_net, best_bar = exit_net[i], sale_bar[i]
        bars[i] = best_bar - sale_bar[i]
    return bars
