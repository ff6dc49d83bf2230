"""Parts of an account by hand, and accounts without parts of them."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.backtest import run_backtest
from dipmaster.sensitivity.subsets import split_phase
from dipmaster.sensitivity.trading import measure_performance
from tests.sensitivity.conftest import (
    FREE,
    Account,
    Run,
    account,
    flat_panel,
    orders,
    random_panel,
)

FIRST, SECOND = 300, 600  # days 1 and 2


def two_gains() -> Account:
    """Coin 0 makes 1 % on the second day, coin 1 makes 2 % on the third; 5 % of equity each."""
    panel = flat_panel(2)
    prices = {name: getattr(panel, name).copy() for name in ("open", "high", "low", "close")}
    for values in prices.values():
        values[0, FIRST + 4 :] *= 1.01
        values[1, SECOND + 4 :] *= 1.02
    return account(replace(panel, **prices), orders([0, 1], [FIRST, SECOND]), **FREE)


def test_parts_by_hand() -> None:
    one = two_gains()
    found = split_phase(one.context, one.phase)
    rows = {row.name: (row.trades, row.net_pnl) for row in found.by_coin}
    assert rows == {"C0USDT": (1, pytest.approx(50.0)), "C1USDT": (1, pytest.approx(100.05))}
    assert [(row.name, row.trades) for row in found.by_year] == [("2023", 2)]
    assert [(row.name, row.trades) for row in found.by_regime] == [("low", 2)]
    (year,) = found.by_year
    assert year.win_rate.value == 1.0
    assert (year.win_rate.low, year.win_rate.high) == (None, None)
    assert "sample too small (2 trades" in year.win_rate.reason


def test_removals_by_hand() -> None:
    """Without the first gain the second is made on 100,000 and not on 100,050."""
    one = two_gains()
    found = split_phase(one.context, one.phase)
    removed = {(r.kind, r.name): r for r in found.without}
    assert set(removed) == {
        ("coin", "C0USDT"),
        ("coin", "C1USDT"),
        ("day", "2023-01-03"),
        ("month", "2023-01"),
    }
    assert removed["coin", "C0USDT"].performance.net_pnl == pytest.approx(100.0)
    best = removed["day", "2023-01-03"]
    assert (best.removed_trades, best.removed_net_pnl) == (1, pytest.approx(100.05))
    assert best.performance.net_pnl == pytest.approx(50.0)
    assert removed["month", "2023-01"].performance.trades == 0
    assert removed["month", "2023-01"].performance.profit_factor is None


def test_without_a_coin_is_the_account_that_never_had_it() -> None:
    signals = np.arange(300, 1100, 30)
    one = account(random_panel(4, 3), orders(np.arange(signals.size) % 3, signals))
    for removal in split_phase(one.context, one.phase).without:
        if removal.kind == "coin":
            own = one.panel.symbols.index(removal.name)
            rest = one.entries.take(one.entries.symbol_index != own)
            rules = one.phase.exit_policy.rules
            ledger = run_backtest(one.panel, rest, one.context.params.execution, rules)
            assert removal.performance == measure_performance(ledger, one.context.period)


def test_a_phase_without_trades_has_no_parts() -> None:
    one = account(flat_panel(), orders([], []))
    found = split_phase(one.context, one.phase)
    assert (found.by_coin, found.by_year, found.by_regime, found.without) == ((), (), (), ())
    assert (found.base.trades, found.base.sharpe) == (0, None)


@pytest.mark.slow
def test_parts_add_up_to_the_account(run: Run) -> None:
    for found in run.results.subsets:
        for rows in (found.by_coin, found.by_year, found.by_regime):
            assert sum(row.trades for row in rows) == found.base.trades
            assert sum(row.net_pnl for row in rows) == pytest.approx(found.base.net_pnl)
        days = [one for one in found.without if one.kind == "day"]
        assert len(days) == (found.base.trades > 0)
