"""How often each exit type was taken: by hand, with a partial exit, and with no trade."""

import pandas as pd
import pytest

from dipmaster.backtest import EXIT_NAMES
from dipmaster.evaluation.phases.exits.exit_counts import count_exits

TRADES = pd.DataFrame(
    {
        "trade_id": [0, 1, 2, 3],
        "net_pnl": [4.0, -6.0, 2.0, 1.0],
        "return_frac": [0.004, -0.006, 0.002, 0.001],
    }
)
FILLS = pd.DataFrame(
    {
        "trade_id": [0, 1, 2, 3, 0, 0, 1, 2, 3],
        "side": ["buy"] * 4 + ["sell"] * 5,
        "exit_type": [
            *["entry"] * 4, "profit_taking", "trailing_stop", "stop", "optimal_timing",
            "optimal_timing",
        ],
        "exit_confidence": [float("nan")] * 4 + [0.7, 1.0, 1.0, 0.84, 0.90],
    }
)  # fmt: skip


def test_by_hand(exits) -> None:
    rows = {row.rule: row for row in count_exits(TRADES, FILLS, exits)}
    assert tuple(rows) == EXIT_NAMES
    timing = rows["optimal_timing"]
    assert (timing.fills, timing.trades_frac, timing.net_pnl) == (2, 0.5, 3.0)
    assert timing.mean_net_bps == pytest.approx(15.0)
    assert timing.mean_confidence == pytest.approx(0.87)
    assert timing.win_rate == 1.0
    partial = rows["profit_taking"]
    assert (partial.fills, partial.trades_frac, partial.net_pnl) == (1, 0.25, None)
    assert partial.mean_net_bps == pytest.approx(40.0)
    assert rows["quarter_hour"].fills == 0
    assert rows["quarter_hour"].trades_frac == 0.0
    assert rows["quarter_hour"].win_rate is None
    assert sum(row.net_pnl or 0.0 for row in rows.values()) == TRADES["net_pnl"].sum()


def test_what_is_switched_off_says_so(exits, switched_off) -> None:
    on = {row.rule: row.on for row in count_exits(TRADES, FILLS, exits)}
    assert on == {name: name != "quarter_hour" for name in EXIT_NAMES}
    off = {row.rule for row in count_exits(TRADES, FILLS, switched_off) if not row.on}
    assert off == {"trailing_stop", "optimal_timing", "profit_taking"}


def test_no_trade(exits) -> None:
    for row in count_exits(TRADES.iloc[:0], FILLS.iloc[:0], exits):
        assert (row.fills, row.trades_frac, row.mean_net_bps) == (0, None, None)
