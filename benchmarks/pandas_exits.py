"""Rows and labels of the exit models as one would write them with pandas.

The plain way: a frame with a line for every bar of every position, columns by fancy
indexing, running extremes by ``groupby``. `bench_exits` checks that it gives the same as the
project's kernels before either is timed.
"""

import numpy as np
import pandas as pd

from dipmaster.backtest import TradeOutcomes
from dipmaster.core.params import AdaptiveExits, Execution
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits.arrays import ExitRows, Positions
from dipmaster.exits.market import ExitMarket
from dipmaster.exits.trailing import compute_trailing_distance

BPS, BARS_PER_DAY = 1e-4, 288


def build_rows_by_pandas(
    market: ExitMarket, positions: Positions, execution: Execution, exits: AdaptiveExits
) -> pd.DataFrame:
    """A line a row: position, bar, held and the columns `EXIT_FEATURES`."""
    panel, max_held = market.panel, exits.max_holding_bars - 1
    count = len(positions)
    frame = pd.DataFrame(
        {
            "position": np.repeat(np.arange(count), max_held),
            "held": np.tile(np.arange(max_held), count),
        }
    )
    signal = positions.signal_index[frame["position"]]
    frame["bar"] = signal + 1 + frame["held"]
    frame["symbol"] = positions.symbol_index[frame["position"]]
    frame["entry"] = panel.open[frame["symbol"], np.minimum(signal + 1, panel.bars - 1)]
    frame = frame[(frame["bar"] < panel.bars) & frame["entry"].notna()]
    frame = _add_levels(frame, market, positions, execution, exits)
    return _add_features(frame[frame["close"].notna()], market, positions, exits)


def _add_levels(
    frame: pd.DataFrame,
    market: ExitMarket,
    positions: Positions,
    execution: Execution,
    exits: AdaptiveExits,
) -> pd.DataFrame:
    """Peak, trough and the level of the trailing stop since the entry."""
    panel, trailing = market.panel, exits.trailing
    cell = frame["symbol"], frame["bar"]
    entry_cell = frame["symbol"], positions.signal_index[frame["position"]] + 1
    frame = frame.assign(close=panel.close[cell], high=panel.high[cell], low=panel.low[cell])
    by_position = frame.groupby("position", sort=False)
    frame["peak"] = np.maximum(by_position["high"].cummax(), frame["entry"])
    frame["trough"] = np.minimum(by_position["low"].cummin(), frame["entry"])
    fee, slippage = execution.taker_fee_bps * BPS, execution.slippage_bps * BPS
    spread = panel.half_spread_bps[entry_cell] * BPS
    entry_cost = frame["entry"] * (1.0 + spread + slippage) * (1.0 + fee)
    floor = entry_cost / ((1.0 - spread - slippage) * (1.0 - fee))
    level = frame["peak"] - compute_trailing_distance(market, trailing)[cell] * frame["entry"]
    level = level.where(level > floor, floor)
    active = frame["peak"] >= frame["entry"] * (1.0 + trailing.activation_frac)
    frame["trail"] = level.where(active & frame["close"].notna())
    frame["trail"] = frame.groupby("position", sort=False)["trail"].cummax()
    frame["trail"] = frame.groupby("position", sort=False)["trail"].ffill()
    return frame


def _add_features(
    frame: pd.DataFrame, market: ExitMarket, positions: Positions, exits: AdaptiveExits
) -> pd.DataFrame:
    cell, columns = (frame["symbol"], frame["bar"]), market.columns
    minutes = market.panel.open_time[frame["bar"]] // 60_000 + 5
    sigma = columns["volatility_5m_daily_frac"][cell]
    remaining_sigma = np.where(sigma > 0.0, sigma, np.nan) * np.sqrt(
        (exits.max_holding_bars - frame["held"] - 1) / BARS_PER_DAY
    )
    target = frame["entry"] * (1.0 + positions.target_frac[frame["position"]])
    stop = frame["entry"] * (1.0 - exits.stop_frac)
    frame = frame.assign(
        holding_minutes=5 * (frame["held"] + 1),
        current_pnl_frac=frame["close"] / frame["entry"] - 1.0,
        max_profit_frac=frame["peak"] / frame["entry"] - 1.0,
        max_loss_frac=frame["trough"] / frame["entry"] - 1.0,
        volatility_5m_daily_frac=columns["volatility_5m_daily_frac"][cell],
        volume_trend_10m=columns["volume_trend_10m"][cell],
        momentum_10_frac=columns["momentum_10_frac"][cell],
        resistance_distance_frac=columns["resistance_distance_frac"][cell],
        minutes_to_quarter_hour=-minutes % 15,
        session_minutes=minutes % 1440,
        session_volatility=columns["season_factor"][cell],
        distance_to_target_sigma=np.log(target / frame["close"]) / remaining_sigma,
        distance_to_stop_sigma=np.log(frame["close"] / stop) / remaining_sigma,
        distance_to_trail_frac=frame["close"] / frame["trail"] - 1.0,
    )
    return frame[["position", "bar", "held", *EXIT_FEATURES]].astype(
        dict.fromkeys(EXIT_FEATURES, np.float32)
    )


def build_labels_by_pandas(
    market: ExitMarket,
    positions: Positions,
    rows: ExitRows,
    paths: TradeOutcomes,
    execution: Execution,
) -> pd.DataFrame:
    """The columns of `ExitLabels`, a line a row."""
    panel = market.panel
    frame = pd.DataFrame({"position": rows.position, "bar": rows.bar})
    symbol = positions.symbol_index[frame["position"]]
    entry = symbol, positions.signal_index[frame["position"]] + 1
    frame["sale"] = _sale_bars(panel.open)[symbol, frame["bar"] + 1]
    is_sold = frame["sale"] < panel.bars
    sale = symbol, np.minimum(frame["sale"], panel.bars - 1)
    fee, slippage = execution.taker_fee_bps * BPS, execution.slippage_bps * BPS
    value = panel.open[sale] / panel.open[entry]
    cost_in = panel.half_spread_bps[entry] * BPS + slippage
    cost_out = panel.half_spread_bps[sale] * BPS + slippage
    fees = fee * (1.0 + cost_in) + fee * value * (1.0 - cost_out)
    net = -1.0 + value - fees - (cost_in + value * cost_out)
    frame["exit_net_frac"] = np.where(is_sold, net, np.nan)
    ends = paths.exit_index[frame["position"]]
    is_open = (ends > frame["bar"]) & (paths.exit_type[frame["position"]] != 0)
    frame["hold_net_frac"] = np.where(is_open, paths.net_frac[frame["position"]], np.nan)
    best = np.where(is_open, frame["exit_net_frac"] >= frame["hold_net_frac"], -1)
    frame["exit_beats_holding"] = best.astype(np.int8)
    frame["bars_to_best_exit"] = _bars_to_best(frame[is_open], ends)
    stopped = np.where(is_open, paths.exit_type[frame["position"]] == 1, -1)
    frame["stop_before_target"] = stopped.astype(np.int8)
    return frame


def _bars_to_best(frame: pd.DataFrame, ends: np.ndarray) -> pd.Series:
    """Backwards through each position: the earliest of the best sales still to come."""
    backwards = frame[::-1].assign(end=ends[frame.index[::-1]])
    by_position = backwards.groupby("position", sort=False)
    later = by_position["exit_net_frac"].cummax().groupby(backwards["position"], sort=False).shift()
    later = np.fmax(later, backwards["hold_net_frac"])
    best = backwards["sale"].where(backwards["exit_net_frac"] >= later)
    best = best.groupby(backwards["position"], sort=False).ffill().fillna(backwards["end"])
    return best - backwards["sale"]


def _sale_bars(opens: np.ndarray) -> np.ndarray:
    """Of every bar the first from it on that exists, the length of the grid where none does."""
    bars = opens.shape[1]
    here = np.where(np.isnan(opens), bars, np.arange(bars))
    after = np.full((opens.shape[0], 1), bars)
    here = np.concatenate([here, after], axis=1)
    return np.minimum.accumulate(here[:, ::-1], axis=1)[:, ::-1]
