"""Features: ours beside pandas and TA-Lib, the same columns against the same columns.

``python -m benchmarks.bench_features``

A coin of 105,120 random bars, one thread, contenders taking turns, every one from
the same frame to its finished columns. Two comparisons, and only their ratios carry
over to other machines: the project's 60 features by us and by pandas; TA-Lib's 30
plain columns by TA-Lib, by pandas, and by our window kernels (`thirty_windows`).
That ours and TA-Lib's are the same numbers is checked before anything is timed.
"""

import importlib.util
import os
import statistics
import time
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from benchmarks import pandas_features
from benchmarks.thirty_windows import compute_30_columns
from dipmaster import features
from dipmaster.core.kernels import Floats
from dipmaster.core.params import Features
from dipmaster.features.batch import iterate_blocks
from dipmaster.features.feature_table import build_feature_table

ROWS, ROUNDS = 105_120, 11
GOAL_ROWS, GOAL_RATIO = 5e6, 6.0
PARAMS = Features(
    sigma_halflife_bars=144.0,
    sigma_lag_bars=4,
    low_volatility_daily_frac=0.02,
    high_volatility_daily_frac=0.05,
)
Bars = Mapping[str, pd.DataFrame]
Contender = Callable[[Bars], object]


def make_bars() -> pd.DataFrame:
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


def compute_stored(coin: Bars) -> int:
    """All features as the stage stores them: float32, flags in a byte, and the base signal."""
    panel, _ = build_feature_table("COIN", features.build_market_bars(coin), PARAMS)
    return panel.shape[1] - 1


def compute_float64(coin: Bars) -> int:
    """All features in float64."""
    return features.compute_features(coin, PARAMS)["COIN"].shape[1] - 1


def prepare_kernels() -> Callable[[Bars], int]:
    """The same kernels from arrays to blocks that nobody keeps: no frames, no fresh memory."""
    market = features.build_market_bars({"COIN": make_bars()})

    def run_kernels(_: Bars) -> int:
        return max(len(rows) for *_, rows in iterate_blocks(market.coins["COIN"], market, PARAMS))

    return run_kernels


def compute_30_by_windows(coin: Bars) -> list[Floats]:
    """TA-Lib's columns by our window kernels."""
    names = ["high", "low", "close", "volume"]
    return list(
        compute_30_columns(np.stack([coin["COIN"][name].to_numpy(np.float64) for name in names]))
    )


def compute_30_by_pandas(coin: Bars) -> int:
    """The windows of `compute_by_talib`, by pandas."""
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
        *(chande_momentum(wilder(gain, n), wilder(loss, n)) for n in (21, 50)),
    ]
    return len(columns)


def wilder(values: "pd.Series[float]", n: int = 14) -> "pd.Series[float]":
    """Wilder's average, with pandas' own start."""
    return values.ewm(alpha=1 / n, adjust=False).mean()


def chande_momentum(gain: "pd.Series[float]", loss: "pd.Series[float]") -> "pd.Series[float]":
    """Chande's momentum oscillator."""
    return 100 * (gain - loss) / (gain + loss)


def compute_by_pandas(coin: Bars) -> int:
    """The same features by rolling windows."""
    return int(pandas_features.compute_features(coin, PARAMS, exact=False)["COIN"].shape[1])


def compute_by_talib(coin: Bars) -> list[Floats]:
    """What TA-Lib has of them; its plain moving windows for the rest."""
    import talib  # only the bench environment has it

    frame = coin["COIN"]
    high, low, close, volume = (
        frame[name].to_numpy(np.float64) for name in ("high", "low", "close", "volume")
    )
    return [
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


def require_equal(coin: Bars) -> None:
    """Hold our 30 columns against TA-Lib's, after a warm-up of its recursions."""
    for column, (our_values, talib_values) in enumerate(
        zip(compute_30_by_windows(coin), compute_by_talib(coin), strict=True)
    ):
        if not np.allclose(our_values[5_000:], talib_values[5_000:], rtol=1e-9, atol=1e-9):
            raise SystemExit(f"column {column} differs from TA-Lib's: a speed would mean nothing")


def time_cpu(contender: Contender, coin: Bars) -> float:
    """CPU time of one run: other work on the machine counts less."""
    started = time.process_time()
    contender(coin)
    return time.process_time() - started


def print_comparison(title: str, contenders: dict[str, Contender], coin: Bars) -> None:
    """Time contenders in turns and print medians, the first one's ratio to each."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for contender in contenders.values():
        contender(coin)
    for _ in range(ROUNDS):
        for name, contender in contenders.items():
            times[name].append(time_cpu(contender, coin))
    rows = {name: ROWS / statistics.median(taken) for name, taken in times.items()}
    first = next(iter(rows.values()))
    print(f"{title}:")
    for name, speed in rows.items():
        print(f"  {name:<36} {speed / 1e6:6.2f} M rows/s   the first is {first / speed:5.2f} x")


def main() -> None:
    """Print medians and ratios."""
    os.environ["DIPMASTER_WORKERS"] = "1"
    coin = {"COIN": make_bars()}
    started = time.process_time()
    columns = compute_stored(coin)
    print(f"features, {ROWS:,} bars of one coin, one thread, CPU time, median of {ROUNDS}")
    print(f"  first call, kernels compiled or loaded: {time.process_time() - started:.1f} s")
    our_contenders: dict[str, Contender] = {
        "ours, as stored (float32)": compute_stored,
        "ours, float64": compute_float64,
        "ours, kernels without output": prepare_kernels(),
        "pandas, float64": compute_by_pandas,
    }
    print_comparison(f"the project's {columns} features", our_contenders, coin)
    plain_contenders: dict[str, Contender] = {
        "ours, window kernels, float64": compute_30_by_windows,
        "pandas, float64": compute_30_by_pandas,
    }
    if importlib.util.find_spec("talib"):
        require_equal(coin)
        plain_contenders["TA-Lib, float64"] = compute_by_talib
    print_comparison("TA-Lib's 30 plain columns", plain_contenders, coin)
    print(f"  goals: {GOAL_ROWS / 1e6:.0f} M rows/s, {GOAL_RATIO:.0f} x pandas, above TA-Lib")


if __name__ == "__main__":
    main()
