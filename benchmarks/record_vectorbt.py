"""What vectorbt trades on seeded bars, recorded for tests/backtest/test_vectorbt.py.

Run in the bench environment: ``.venv-bench/bin/python -m benchmarks.record_vectorbt``.

vectorbt fills at the bar of the signal. A signal at the close of bar t that
fills at the open of t + 1 is expressed by giving it the next open as the order
price; its stops are then first looked at on bar t + 1, which is our entry bar.
Differences that remain, and how they are kept out of the comparison:

- its target is met at high >= level, ours at high > level: prices are continuous, no ties;
- it never sells and buys on one bar, so that a signal on the bar of an exit, or
  before an exit at the open, is lost: `drop_lost_signals` takes such signals out for both;
- it has no time limit or boundary: a signal function of a few lines issues those exits;
- a position open at the end is not closed: its last trade is left out.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

OUT_FOLDER = Path("tests/backtest/recorded")
SYMBOLS, BARS, SEED = 2, 9_000, 20_230_101
TARGET, STOP, CAP, QUARTER_HOUR_MIN_NET = 0.008, 0.015, 18, 0.001
FEES, SLIPPAGE = 0.001, 0.0001
FIRST_SLOT = 1_672_531_200_000 // 300_000
NO_TRADES = (np.zeros(0, np.int64),) * 3
COLUMNS = ("case", "symbol", "entry_bar", "exit_bar", "entry_price", "exit_price", "pnl")


def make_bars(symbols: int, length: int, seed: int) -> dict[str, Any]:
    """Heavy-tailed bars with opens away from the close before; shape (symbols, bars)."""
    rng = np.random.default_rng(seed)
    shape = (symbols, length)
    close = 100.0 * np.exp(np.cumsum(0.0015 * rng.standard_t(4, shape), axis=1))
    before = np.concatenate([np.full((symbols, 1), 100.0), close[:, :-1]], axis=1)
    jump = np.where(rng.random(shape) < 0.05, 0.008, 0.0002)
    open_ = before * np.exp(jump * rng.normal(size=shape))
    top, bottom = np.maximum(open_, close), np.minimum(open_, close)
    return {
        "open": open_,
        "high": top * np.exp(np.abs(0.0008 * rng.normal(size=shape))),
        "low": bottom * np.exp(-np.abs(0.0008 * rng.normal(size=shape))),
        "close": close,
        "signals": rng.random(shape) < 0.2,
    }


def issue_signals(
    c: Any, entries: Any, opened: Any, price: Any, close: Any, cap: int, boundary: float
) -> Any:
    """Entries, and exits by time limit and at profitable quarters, as vectorbt's callback."""
    if c.position_now == 0.0:
        if entries[c.i, c.col]:
            opened[c.col] = c.i
            return True, False, False, False
        return False, False, False, False
    entry = price[opened[c.col], c.col]
    entry_cost = entry * (1.0 + SLIPPAGE) * (1.0 + FEES)
    net = close[c.i, c.col] * (1.0 - SLIPPAGE) * (1.0 - FEES) - entry_cost
    quarter = (FIRST_SLOT + c.i + 1) % 3 == 0
    exits = c.i - opened[c.col] >= cap or (quarter and net >= boundary * entry)
    return False, exits, False, False


def prepare_call(
    market: dict[str, Any], signals: Any, cap: int | None = None, boundary: float = np.inf
) -> Callable[[], Any]:
    """A call of vectorbt with its inputs laid out as it likes them, (bars, symbols)."""
    # Not at the top: numba must not be imported before the package settles its cache.
    import numba
    import vectorbt as vbt

    wide = {name: np.ascontiguousarray(market[name].T) for name in ("open", "high", "low", "close")}
    price = np.vstack([wide["open"][1:], np.full((1, signals.shape[0]), np.nan)])
    entries = np.ascontiguousarray(signals.T)
    common = {
        **wide,
        "price": price,
        "sl_stop": STOP,
        "tp_stop": TARGET,
        "stop_entry_price": "price",
        "stop_exit_price": "stopmarket",
        "fees": FEES,
        "slippage": SLIPPAGE,
        "size": 1.0,
        "size_type": "amount",
        "init_cash": 1e9,
        "freq": "5min",
    }
    if cap is None:
        return lambda: vbt.Portfolio.from_signals(entries=entries, **common)
    opened = np.zeros(signals.shape[0], np.int64)
    args = (entries, opened, price, wide["close"], cap, boundary)
    callback = numba.njit(issue_signals)
    return lambda: vbt.Portfolio.from_signals(signal_func_nb=callback, signal_args=args, **common)


def extract_closed_trades(folio: Any) -> Any:
    """Rows (symbol, signal bar, exit bar, entry price, exit price, pnl), by symbol and time."""
    trades = folio.trades.records
    closed = trades[trades["status"] == 1].sort_values(["col", "entry_idx"])
    return closed[["col", "entry_idx", "exit_idx", "entry_price", "exit_price", "pnl"]].to_numpy()


def simulate_by_vectorbt(
    market: dict[str, Any], signals: Any, cap: int | None, boundary: float
) -> Any:
    """The closed trades of vectorbt on these signals."""
    return extract_closed_trades(prepare_call(market, signals, cap, boundary)())


def drop_lost_signals(signals: Any, symbol: Any, entry_bar: Any, exit_bar: Any) -> Any:
    """The signals without those that only vectorbt loses; its trades stay the same.

    `entry_bar` is the bar of the fill, `exit_bar` is vectorbt's bar of the exit.
    """
    remaining = signals.copy()
    remaining[:, -1] = False
    remaining[symbol, exit_bar] = False
    inside = exit_bar - 1 > entry_bar - 1
    remaining[symbol[inside], exit_bar[inside] - 1] = False
    return remaining


def record_case(name: str, cap: int | None, boundary: float) -> list[tuple[Any, ...]]:
    """The closed trades of one set of rules, as rows of the recorded file."""
    market = make_bars(SYMBOLS, BARS, SEED)
    trades = simulate_by_vectorbt(
        market, drop_lost_signals(market["signals"], *NO_TRADES), cap, boundary
    )
    symbol, signal, exit_ = trades[:, :3].astype(np.int64).T
    trades_again = simulate_by_vectorbt(
        market, drop_lost_signals(market["signals"], symbol, signal + 1, exit_), cap, boundary
    )
    if not np.array_equal(trades, trades_again):
        raise SystemExit(f"{name}: taking out lost signals changed the trades of vectorbt")
    rows = []
    for symbol, entry, exit_, entry_price, exit_price, pnl in trades_again.tolist():
        rows.append((name, int(symbol), int(entry) + 1, int(exit_), entry_price, exit_price, pnl))
    return rows


def main() -> None:
    """Write tests/backtest/recorded/vectorbt.csv."""
    OUT_FOLDER.mkdir(parents=True, exist_ok=True)
    cases = (
        ("stop_target", None, np.inf),
        ("stop_target_time", CAP, np.inf),
        ("stop_target_time_boundary", CAP, QUARTER_HOUR_MIN_NET),
    )
    rows = [row for name, cap, boundary in cases for row in record_case(name, cap, boundary)]
    with (OUT_FOLDER / "vectorbt.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for *keys, entry_price, exit_price, pnl in rows:
            writer.writerow([*keys, f"{entry_price:.12g}", f"{exit_price:.12g}", f"{pnl:.12g}"])
    print(f"{len(rows)} trades of vectorbt recorded")


if __name__ == "__main__":
    main()
