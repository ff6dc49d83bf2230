"""One position on a few bars.

Signals are at bar 0, so the entry is at the open of bar 1, at 100. Target 1 %
(level 101), stop 2 % (level 98). Bars are (open, high, low, close). Bar 0
opens at 00:05 UTC, so the closes of bars 1, 4, 7 fall on a clock quarter
(bar 1 opens at 00:10; what it decides fills at 00:15).
"""

from typing import Any

import numpy as np

from dipmaster.backtest import ExitRules, Ledger, TrailingStopRule, run_backtest

FLAT = (100.0, 100.5, 99.5, 100.0)
PLAN = {"target_frac": 0.01, "stop_frac": 0.02, "max_holding_bars": 36}


def run_toy(make: Any, bars: list[Any], rules: ExitRules | None = None, **plan: Any) -> Ledger:
    costs = {k: plan.pop(k) for k in ("taker_fee_bps", "slippage_bps") if k in plan}
    spread = plan.pop("half_spread_bps", 0.0)
    panel = make.panel(bars, half_spread_bps=spread, start_ms=1_672_531_500_000)
    entries = make.entries([(0, 0)], **{**PLAN, **plan})
    return run_backtest(panel, entries, make.execution(**costs), rules or make.off)


def exit_of(ledger: Ledger) -> tuple[str, int, float]:
    trade = ledger.trades.iloc[0]
    last = ledger.fills.iloc[-1]
    return trade["exit_type"], int(trade["bars_held"]), float(last["reference_price"])


def make_trailing(**changes: Any) -> ExitRules:
    return ExitRules(None, TrailingStopRule(np.array([0.003]), **changes))
