"""What the order inside one bar decides: a phase read with the stop first, and the target first.

A bar that touches stop and target does not say which went first. Every verdict takes the
stop. How much hangs on that is told: the same orders are traded again, by the same account,
with the target first. Neither reading is the truth, which lies between them.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from dipmaster import backtest
from dipmaster.backtest import Entries, ExitRules, Ledger, metrics
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution
from dipmaster.evaluation.figures.breakdowns import mean_or_none
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import select_out_of_sample
from dipmaster.results.evaluation.intrabar import IntrabarOrder, IntrabarReading


def compare_intrabar_orders(
    panel: Panel,
    orders: Entries,
    execution: Execution,
    rules: ExitRules,
    ledger: Ledger,
    period: Period,
) -> IntrabarOrder:
    """Out-of-sample trades whose exit the order inside a bar decided, and both readings.

    Parameters
    ----------
    orders, rules
        Of the phase, over the whole period.
    ledger
        Of the phase, as judged: the stop first.

    Returns
    -------
    IntrabarOrder
        The account lives on with what it earned, so that the two readings may differ in
        their number of trades too.
    """
    other = backtest.run_backtest(panel, orders, execution, replace(rules, target_first=True))
    judged = select_out_of_sample(ledger.trades, period)
    both = judged["stop_and_target_touched"].to_numpy(dtype=np.bool_)
    return IntrabarOrder(
        trades_touching_both=int(both.sum()),
        share_frac=float(both.mean()) if both.size else None,
        stop_first=_summarize(judged),
        target_first=_summarize(select_out_of_sample(other.trades, period)),
    )


def _summarize(trades: pd.DataFrame) -> IntrabarReading:
    net = trades["net_pnl"].to_numpy(dtype=np.float64)
    net_frac = trades["return_frac"].to_numpy(dtype=np.float64)
    return IntrabarReading(
        trades=len(trades),
        win_rate=metrics.win_rate(net_frac),
        mean_net_bps=mean_or_none(1e4 * net_frac),
        profit_factor=metrics.profit_factor(net, net_frac),
    )
