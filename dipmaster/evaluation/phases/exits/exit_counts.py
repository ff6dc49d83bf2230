"""How often each exit type was taken by phase 2, and how its trades ended."""

import numpy as np
import pandas as pd

from dipmaster.backtest import EXIT_NAMES, ExitType, metrics
from dipmaster.core.params import AdaptiveExits
from dipmaster.evaluation.figures.breakdowns import mean_or_none
from dipmaster.results.evaluation.exit_rules import ExitRuleUse

PARTIAL = EXIT_NAMES[ExitType.PROFIT_TAKING]


def count_exits(
    trades: pd.DataFrame, fills: pd.DataFrame, exits: AdaptiveExits
) -> tuple[ExitRuleUse, ...]:
    """A row an exit type, whether it was taken or not.

    Parameters
    ----------
    trades, fills
        Tables TRADES and FILLS of the same round trips.

    Returns
    -------
    tuple of ExitRuleUse
        `net_pnl` is that of the whole trades whose last part left this way, so it sums
        to that of all trades; None for the partial exit, after which something else
        ends the trade. Its mean and win rate are those of the trades it was part of.
    """
    return tuple(_count(name, trades, fills, exits) for name in EXIT_NAMES)


def is_on(name: str, exits: AdaptiveExits) -> bool:
    """Whether phase 2 uses that exit type; stop, target and time limit cannot be switched off."""
    switches = {
        "trailing_stop": exits.trailing.enabled,
        "optimal_timing": exits.decision.full,
        PARTIAL: exits.decision.partial,
        "quarter_hour": exits.quarter_hour_exit_from_phase_2,
    }
    return switches.get(name, True)


def _count(
    name: str, trades: pd.DataFrame, fills: pd.DataFrame, exits: AdaptiveExits
) -> ExitRuleUse:
    sales = fills[(fills["side"] == "sell") & (fills["exit_type"] == name)]
    touched = trades[trades["trade_id"].isin(sales["trade_id"])]
    money = touched["net_pnl"].to_numpy(dtype=np.float64)
    net_frac = touched["return_frac"].to_numpy(dtype=np.float64)
    confidence = sales["exit_confidence"].to_numpy(dtype=np.float64)
    return ExitRuleUse(
        rule=name,
        on=is_on(name, exits),
        fills=len(sales),
        trades_frac=len(touched) / len(trades) if len(trades) else None,
        net_pnl=None if name == PARTIAL else float(money.sum()),
        mean_net_bps=mean_or_none(1e4 * net_frac),
        win_rate=metrics.win_rate(net_frac),
        mean_confidence=mean_or_none(confidence[~np.isnan(confidence)]),
    )
