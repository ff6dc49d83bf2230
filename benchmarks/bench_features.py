"""Features: our one pass beside pandas, and TA-Lib for the values it knows, interleaved.

``python -m benchmarks.bench_features``

A coin of 105,120 random bars, one thread, every contender from the same frame
to its finished columns. Only ratios carry over to other machines. Contenders
give different numbers of columns, so values a second stand beside rows a second.
"""

import importlib.util
import os
import statistics
import time
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from benchmarks import pandas_features
from dipmaster import features
from dipmaster.features.inputs import new_state
from dipmaster.features.step import run
from dipmaster.params import Features

ROWS, ROUNDS = 105_120, 7
GOAL_ROWS, GOAL_RATIO = 5e6, 6.0
PARAMS = Features(
    sigma_halflife_bars=144.0,
    sigma_lag_bars=4,
    low_volatility_daily_frac=0.02,
    high_volatility_daily_frac=0.05,
)
Bars = Mapping[str, pd.DataFrame]


def bars() -> pd.DataFrame:
    """A random coin, the same on every run."""
    rng = np.random.default_rng(np.random.SeedSequence(5))
    close = 100 * np.cumprod(1 + 0.002 * rng.standard_normal(ROWS))
    opened = np.append(100.0, close[:-1])
    volume = np.exp(rng.normal(4, 1, ROWS))
    return pd.DataFrame(
        {
            "open_time": pd.date_range("2023-01-01", periods=ROWS, freq="5min", tz="UTC"),
            "open": opened,
            "high": np.maximum(opened, close) * 1.001,
            "low": np.minimum(opened, close) * 0.999,
            "close": close,
            "volume": volume,
            "taker_buy_volume": volume * rng.uniform(0, 1, ROWS),
            "half_spread_bps": np.ones(ROWS),
        }
    ).astype({"open_time": "datetime64[ms, UTC]"})


def by_kernel(coin: Bars) -> int:
    """All features in one pass."""
    return features.compute(coin, PARAMS)["COIN"].shape[1] - 1


def by_kernel_alone() -> Callable[[Bars], int]:
    """The same kernel between arrays that are ready: without frames and fresh memory."""
    whole = features.all_coins({"COIN": bars()})
    coin, columns = whole.coins["COIN"], np.zeros((len(features.NAMES), ROWS))
    everything, rows = slice(0, len(features.NAMES)), rows_to_work_in()
    market = np.ascontiguousarray(whole.market_returns.T)

    def once(_: Bars) -> int:
        state = new_state(PARAMS, has_spread=True)
        run(
            state,
            coin.times_ms,
            coin.values,
            market,
            whole.first_ms,
            everything,
            columns,
            rows,
        )
        return len(columns)

    return once


def by_kernel_30(coin: Bars) -> int:
    """The one pass with 30 columns kept, as many as TA-Lib gives; all 60 are computed."""
    return features.compute(coin, PARAMS, features.NAMES[:30])["COIN"].shape[1] - 1


def by_pandas_30(coin: Bars) -> int:
    """The windows of `by_talib`, by pandas."""
    b = coin["COIN"]
    change = b.close.diff()
    gain, loss = change.clip(lower=0), -change.clip(upper=0)
    before = b.close.shift(1)
    true_range = b.high.clip(lower=before) - b.low.clip(upper=before)
    up, down = b.high.diff(), -b.low.diff()
    plus = wilder(up.where((up > down) & (up > 0), 0.0))
    minus = wilder(down.where((down > up) & (down > 0), 0.0))
    atr = wilder(true_range)
    middle, sd = b.close.rolling(20).mean(), b.close.rolling(20).std(ddof=0)
    ups, downs = wilder(gain), wilder(loss)
    columns = [
        100 * ups / (ups + downs),
        *(middle + 2 * sd, middle, middle - 2 * sd),
        b.volume.rolling(20).mean(),
        sd,
        b.high.rolling(20).max(),
        b.low.rolling(20).min(),
        atr,
        wilder(100 * (plus - minus).abs() / (plus + minus)),
        *(100 * plus / atr, 100 * minus / atr),
        *(b.close / b.close.shift(bars) - 1 for bars in (1, 2, 3, 10, 12, 36, 288)),
        *(b.close.rolling(bars).mean() for bars in (50, 60, 150, 600)),
        *(b.volume.rolling(bars).sum() for bars in (2, 4, 5, 288)),
        b.low.rolling(60).min(),
        *(gain.rolling(n).sum() - loss.rolling(n).sum() for n in (21, 50)),
    ]
    return len(columns)


def wilder(values: "pd.Series[float]") -> "pd.Series[float]":
    """Wilder's average of 14, with pandas' own start."""
    return values.ewm(alpha=1 / 14, adjust=False).mean()


def by_pandas(coin: Bars) -> int:
    """The same features by rolling windows."""
    return int(pandas_features.features(coin, PARAMS, exact=False)["COIN"].shape[1])


def by_talib(coin: Bars) -> int:
    """What TA-Lib has of them; its plain moving windows for the rest."""
    import talib  # only the bench environment has it

    frame = coin["COIN"]
    high, low, close, volume = (
        frame[name].to_numpy(np.float64) for name in ("high", "low", "close", "volume")
    )
    columns = [
        talib.RSI(close, 14),
        *talib.BBANDS(close, 20),
        talib.SMA(volume, 20),
        talib.STDDEV(close, 20),
        talib.MAX(high, 20),
        talib.MIN(low, 20),
        talib.ATR(high, low, close, 14),
        talib.ADX(high, low, close, 14),
        talib.PLUS_DI(high, low, close, 14),
        talib.MINUS_DI(high, low, close, 14),
        *(talib.ROCP(close, bars) for bars in (1, 2, 3, 10, 12, 36, 288)),
        *(talib.SMA(close, bars) for bars in (50, 60, 150, 600)),
        *(talib.SUM(volume, bars) for bars in (2, 4, 5, 288)),
        talib.MIN(low, 60),
        talib.CMO(close, 21),
        talib.CMO(close, 50),
    ]
    return len(columns)


def seconds(contender: Callable[[Bars], int], coin: Bars) -> float:
    """CPU time of one run: other work on the machine counts less."""
    started = time.process_time()
    contender(coin)
    return time.process_time() - started


def main() -> None:
    """Print medians and ratios."""
    os.environ["DIPMASTER_WORKERS"] = "1"
    coin = {"COIN": bars()}
    started = time.process_time()
    columns = {"one pass": by_kernel(coin)}
    compiled = time.process_time() - started
    contenders: dict[str, Callable[[Bars], int]] = {
        "one pass": by_kernel,
        "its kernel": by_kernel_alone(),
        "one pass, 30 kept": by_kernel_30,
        "pandas": by_pandas,
        "pandas, TA-Lib's 30": by_pandas_30,
    }
    if importlib.util.find_spec("talib"):
        contenders["TA-Lib"] = by_talib
    columns |= {name: contender(coin) for name, contender in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, contender in contenders.items():
            times[name].append(seconds(contender, coin))
    rows = {name: ROWS / statistics.median(taken) for name, taken in times.items()}
    print(f"features, {ROWS:,} bars of one coin, one thread, CPU time, median of {ROUNDS}")
    print(f"  first call, kernels compiled or loaded: {compiled:.1f} s")
    for name, speed in rows.items():
        values = speed * columns[name]
        print(
            f"  {name:<20} {columns[name]:>3} columns  {speed / 1e6:6.2f} M rows/s  "
            f"{values / 1e6:7.1f} M values/s  one pass is {rows['one pass'] / speed:5.1f} x in "
            f"rows, {rows['one pass'] * columns['one pass'] / values:5.1f} x in values"
        )
    print(f"  goals: {GOAL_ROWS / 1e6:.0f} M rows/s for 30-45 columns, {GOAL_RATIO:.0f} x pandas")


if __name__ == "__main__":
    main()
