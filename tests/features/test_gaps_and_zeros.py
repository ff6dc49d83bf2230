"""What is missing: gaps, bars without volume, unusable bars, absent columns, young history."""

import numpy as np
import pandas as pd
import pytest

from dipmaster import features
from dipmaster.core.errors import TableError

CLOCK = ["hour_utc", "weekday", "session", "minutes_to_quarter_hour", "half_spread_bps"]


@pytest.fixture
def compute(features_params):
    return lambda bars: features.compute_features({"AAAUSDT": bars}, features_params)["AAAUSDT"]


def values(frame: pd.DataFrame) -> np.ndarray:
    return frame.drop(columns="open_time").to_numpy()


def test_after_a_gap_everything_starts_afresh(make_bars, compute) -> None:
    full = make_bars(4, 1500)
    after = full.iloc[701:].reset_index(drop=True)
    holed = full.drop(index=700).reset_index(drop=True)
    assert np.array_equal(values(compute(holed))[700:], values(compute(after)), equal_nan=True)


def test_nothing_but_the_bar_itself_is_known_just_after_a_gap(make_bars, compute) -> None:
    holed = make_bars(4, 1500).drop(index=700)
    row = compute(holed.reset_index(drop=True)).iloc[700]
    assert row.drop("open_time").dropna().index.tolist() == sorted(
        ["red", "taker_imbalance", *CLOCK], key=list(features.FEATURE_NAMES).index
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [("close", np.nan), ("low", 0.0), ("high", np.inf), ("volume", np.nan), ("volume", -1.0)],
)
def test_an_unusable_bar_counts_as_missing(make_bars, compute, column: str, value: float) -> None:
    bars = make_bars(4, 1200)
    broken = bars.copy()
    broken.loc[600, column] = value
    if column == "close":
        broken.loc[600, ["high", "low"]] = value
    result, holed = compute(broken), compute(bars.drop(index=600).reset_index(drop=True))
    assert np.array_equal(values(result)[601:], values(holed)[600:], equal_nan=True)
    assert result.iloc[600].drop("open_time").dropna().index.tolist() == CLOCK[:-1]


def test_bars_without_volume(make_bars, compute) -> None:
    bars = make_bars(6, 1000)
    quiet = slice(500, 560)
    bars.loc[quiet, ["volume", "taker_buy_volume"]] = 0.0
    last = bars.loc[499, "close"]
    bars.loc[quiet, ["open", "high", "low", "close"]] = last
    result = compute(bars)
    row = result.loc[560]
    unknown = ["volume_ratio", "volume_spike_20", "vwap_deviation_frac", "volume_trend_10m"]
    unknown += ["amihud_bps_per_million", "taker_imbalance", "bb_position", "v4_primary"]
    assert row[unknown].isna().all()
    assert row["rsi_cutler_14"] == 50
    assert row["below_sma20"] == row["red"] == row["bb_width_frac"] == 0
    assert row["bars_since_volume_spike"] > 40
    assert np.isnan(result.loc[561, "volume_ratio"])  # a first trade against nothing
    assert result.loc[580, unknown].notna().all()


def test_prices_that_never_move(compute) -> None:
    times = pd.date_range("2023-01-01", periods=1200, freq="5min", tz="UTC").as_unit("ms")
    flat = pd.DataFrame({"open_time": times} | dict.fromkeys(["open", "high", "low"], 0.1))
    flat = flat.assign(close=0.1, volume=1.0)
    row = compute(flat).iloc[-1]
    assert row[["sigma_1h_frac", "volatility_class", "dip_z", "dip_depth_36_sigma"]].isna().all()
    assert row["rsi14"] == row["rsi_cutler_50"] == 50
    assert row["vol_pct"] == 0.505  # all 100 tied: the middle rank
    assert row["bb_squeeze"] == 0
    assert row["adx14_15m"] == row["di_difference_15m"] == 0
    assert np.isfinite(row["v4_score"])


def test_plain_ohlcv_is_enough(coins, features_params) -> None:
    plain = coins["BBBUSDT"]
    assert "taker_buy_volume" not in plain
    result = features.compute_features({"BBBUSDT": plain}, features_params)["BBBUSDT"]
    assert set(features.FEATURE_NAMES) - set(result.columns) == {
        "taker_imbalance",
        "half_spread_bps",
    }
    assert result["liquidity_score"].notna().any()
    left_out = features.build_market_bars({"BBBUSDT": plain}).coins["BBBUSDT"].left_out
    assert left_out == {
        "taker_imbalance": "the source has no column taker_buy_volume",
        "half_spread_bps": "the source has no column half_spread_bps",
    }


def test_a_coin_without_bars_beside_one_with_bars(make_bars, features_params) -> None:
    bars = make_bars(6, 400)
    with_empty_coin = features.compute_features({"A": bars, "B": bars.iloc[:0]}, features_params)
    single_coin = features.compute_features({"A": bars}, features_params)
    assert len(with_empty_coin["B"]) == 0
    assert np.array_equal(values(with_empty_coin["A"]), values(single_coin["A"]), equal_nan=True)


@pytest.mark.parametrize("fault", ["backwards", "twice", "off the grid", "no close"])
def test_bars_that_cannot_be_used_are_refused(make_bars, compute, fault: str) -> None:
    bars = make_bars(6, 50)
    broken = {
        "backwards": bars.iloc[::-1],
        "twice": bars.iloc[[0, 1, 1, 2]],
        "off the grid": bars.assign(open_time=bars["open_time"] + pd.Timedelta("1min")),
        "no close": bars.drop(columns="close"),
    }[fault]
    with pytest.raises(TableError, match="close" if fault == "no close" else "rising"):
        compute(broken)


def test_a_spread_missing_where_the_source_has_one_is_not_replaced(make_bars, compute) -> None:
    bars = make_bars(6, 700)
    bars.loc[650, "half_spread_bps"] = np.nan
    result = compute(bars)["liquidity_score"]
    assert np.isnan(result[650])
    assert result[649] > 0
    assert result[651] > 0


def test_where_the_history_starts_is_forgotten_within_a_month(make_bars, compute) -> None:
    """Recursive values after 30 days of different starts differ by less than 1e-6."""
    bars = make_bars(7, 40 * 288)
    long = compute(bars).iloc[-288:]
    late = 9 * 288 + 7 * 12 + 5
    short = compute(bars.iloc[late:].reset_index(drop=True)).iloc[-288:]
    np.testing.assert_allclose(values(short), values(long), rtol=1e-6, atol=1e-9)


def test_recursions_forget_as_fast_as_the_document_says(make_bars, compute) -> None:
    bars = make_bars(7, 12 * 288)
    long, short = compute(bars), compute(bars.iloc[2 * 288 :].reset_index(drop=True))
    for name in ("sigma_1h_frac", "rsi14", "adx14_15m", "atr14_15m_frac"):
        a, b = long[name].iloc[-1], short[name].iloc[-1]
        assert a == pytest.approx(b, rel=1e-5), name


def test_volumes_of_any_size(make_bars, features_params) -> None:
    """One bar of 1e15 units leaves no trace once it has left the windows."""
    bars = make_bars(8, 1500)
    spiked = bars.copy()
    spiked.loc[700, ["volume", "taker_buy_volume"]] = 1e15
    names = ["volume_ratio", "vwap_deviation_frac", "amihud_bps_per_million", "v4_timing"]
    clean = features.compute_features({"A": bars}, features_params, names)["A"]
    result = features.compute_features({"A": spiked}, features_params, names)["A"]
    np.testing.assert_allclose(values(result)[801:], values(clean)[801:], rtol=1e-12)
    assert not np.allclose(values(result)[700:720], values(clean)[700:720])
