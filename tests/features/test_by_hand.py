"""Examples small enough to work out on paper, and Wilder's indicators as in his book."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from dipmaster import features
from dipmaster.features import build_market_bars

START = pd.Timestamp("2023-01-02 00:00", tz="UTC")


def bars(close, *, opened=None, high=None, low=None, volume=10.0, start=START) -> pd.DataFrame:
    close = np.asarray(close, dtype=float)
    opened = close if opened is None else np.asarray(opened, dtype=float)
    return pd.DataFrame(
        {
            "open_time": pd.date_range(start, periods=len(close), freq="5min").as_unit("ms"),
            "open": opened,
            "high": np.maximum(opened, close) if high is None else high,
            "low": np.minimum(opened, close) if low is None else low,
            "close": close,
            "volume": volume,
        }
    )


@pytest.fixture
def compute_one(features_params):
    return lambda frame: features.compute_features({"AAAUSDT": frame}, features_params)["AAAUSDT"]


def wilder_rsi(close: list[float], n: int = 14) -> list[float]:
    gains = [max(b - a, 0.0) for a, b in pairwise(close)]
    losses = [max(a - b, 0.0) for a, b in pairwise(close)]
    gain, loss = sum(gains[:n]) / n, sum(losses[:n]) / n
    out = [100 - 100 / (1 + gain / loss)]
    for up, down in zip(gains[n:], losses[n:], strict=True):
        gain, loss = (gain * (n - 1) + up) / n, (loss * (n - 1) + down) / n
        out.append(100 - 100 / (1 + gain / loss))
    return out


def test_rsi_of_wilder(compute_one) -> None:
    close = (100 + np.random.default_rng(1).normal(0, 1, 60).cumsum()).tolist()
    result = compute_one(bars(close))["rsi14"]
    assert result[:14].isna().all()
    np.testing.assert_allclose(result[14:], wilder_rsi(close), rtol=1e-12)


def test_plain_rsi_counts_the_last_changes_only(compute_one) -> None:
    close = [100.0] + [100 + i % 2 for i in range(1, 14)] + [103.0]
    # 14 changes: seven of +1, six of -1, and +2 at the end.
    result = compute_one(bars(close))
    assert result["rsi_cutler_14"].iloc[14] == pytest.approx(100 * 9 / (9 + 6))


def adx_by_the_book(high, low, close, n=14):
    """Wilder 1978: sums over 14, then minus a fourteenth plus the new value."""
    ranges, plus, minus = [], [], []
    for i in range(1, len(close)):
        ranges.append(
            max(high[i] - low[i], abs(high[i] - close[i - 1]), abs(low[i] - close[i - 1]))
        )
        up, down = high[i] - high[i - 1], low[i - 1] - low[i]
        plus.append(up if up > down and up > 0 else 0.0)
        minus.append(down if down > up and down > 0 else 0.0)
    tr, p, m = sum(ranges[:n]), sum(plus[:n]), sum(minus[:n])
    indices, out = [], {}
    for i in range(n - 1, len(ranges)):
        if i >= n:
            tr, p, m = tr - tr / n + ranges[i], p - p / n + plus[i], m - m / n + minus[i]
        di_plus, di_minus = 100 * p / tr, 100 * m / tr
        indices.append(100 * abs(di_plus - di_minus) / (di_plus + di_minus))
        if len(indices) == n:
            adx = sum(indices) / n
        elif len(indices) > n:
            adx = (adx * (n - 1) + indices[-1]) / n
        known = len(indices) >= n
        out[i + 1] = (tr / n, di_plus - di_minus, adx if known else np.nan)
    return out


def test_atr_and_adx_of_quarter_hours(compute_one, make_bars) -> None:
    frame = make_bars(8, 3 * 60, start=START)
    result = compute_one(frame)
    quarter = frame.groupby(frame.index // 3).agg({"high": "max", "low": "min", "close": "last"})
    book = adx_by_the_book(*(quarter[name].tolist() for name in ("high", "low", "close")))
    assert result["atr14_15m_frac"][: 14 * 3 + 2].isna().all()
    assert result["adx14_15m"][: 27 * 3 + 2].isna().all()
    for position, (atr, difference, adx) in book.items():
        row = result.iloc[3 * position + 2]  # the bar whose close closes the quarter
        assert row["atr14_15m_frac"] == pytest.approx(atr / quarter["close"][position], rel=1e-10)
        assert row["di_difference_15m"] == pytest.approx(difference, rel=1e-9, abs=1e-9)
        assert row["adx14_15m"] == pytest.approx(adx, rel=1e-10, nan_ok=True)


def test_an_hour_value_changes_with_the_last_bar_of_the_hour_only(compute_one) -> None:
    close = 100 + np.arange(12 * 26, dtype=float)
    result = compute_one(bars(close))["return_24h_frac"]
    known = 12 * 25 - 1  # last bar of hour 25
    assert result[:known].isna().all()
    first = close[known] / close[known - 288] - 1
    assert (result[known : known + 12] == first).all()
    assert result[known + 12] != first


def test_half_an_hour_at_the_start_is_not_an_hour(compute_one) -> None:
    late = compute_one(
        bars(100 + np.arange(12 * 26, dtype=float), start=START + pd.Timedelta("30min"))
    )
    # The first whole hour starts 6 bars in and is the first of 25.
    assert late["return_24h_frac"].first_valid_index() == 6 + 12 * 25 - 1
    assert late["close_to_low20_15m_frac"].first_valid_index() == 3 * 20 - 1


def test_consecutive_dips_by_halves(compute_one) -> None:
    red = [1, 1, 0, 1, 1, 1]
    result = compute_one(bars([9.0 if r else 11.0 for r in red], opened=[10.0] * 6))[
        "consecutive_dips"
    ]
    assert result.tolist()[2:] == [0.75, 1.25, 1.5, 1.75]
    assert result[:2].isna().all()


def test_volume_with_and_without_the_bar_itself(compute_one) -> None:
    result = compute_one(bars([10.0] * 22, volume=[10.0] * 20 + [29.0, 16.0]))
    assert result["volume_ratio"][:20].isna().all()
    assert result["volume_ratio"][20] == 2.9
    assert result["volume_ratio"][21] == pytest.approx(16 / 10.95)
    assert result["volume_spike_20"].tolist()[19:] == [0.0, 1.0, 0.0]
    assert result["bars_since_volume_spike"].tolist()[20:] == [0.0, 1.0]


def test_no_spike_for_a_hundred_bars_is_known(compute_one) -> None:
    result = compute_one(bars([10.0] * 130))["bars_since_volume_spike"]
    assert result[: 19 + 99].isna().all()
    assert (result[19 + 99 :] == 100).all()


def test_sigma_of_alternating_returns(compute_one, features_params) -> None:
    """Returns of +-1 %: bipower is pi/2 x 0.01^2 a bar whatever the weights."""
    close = [100.0]
    for i in range(400):
        close.append(close[-1] * (1.01 if i % 2 else 0.99))
    result = compute_one(bars(close))
    first = 2 + features_params.sigma_halflife_bars - 1 + features_params.sigma_lag_bars
    assert result["sigma_1h_frac"].first_valid_index() == first
    expected = np.sqrt(12 * np.pi / 2) * 0.01
    np.testing.assert_allclose(result["sigma_1h_frac"][int(first) :], expected, rtol=1e-9)
    np.testing.assert_allclose(
        result["sigma_daily_frac"][int(first) :], expected * np.sqrt(24), rtol=1e-9
    )
    assert (result["volatility_class"][int(first) :] == 2).all()


def test_a_dip_does_not_enter_its_own_yardstick(make_bars, compute_one) -> None:
    calm = make_bars(3, 600)
    fallen = calm.copy()
    fallen.loc[595:, ["open", "high", "low", "close"]] *= 0.9
    before, after = compute_one(calm), compute_one(fallen)
    for lag in range(4):
        assert after["sigma_1h_frac"][595 + lag] == before["sigma_1h_frac"][595 + lag]
    assert after["sigma_1h_frac"][599] > before["sigma_1h_frac"][599]
    # A 36-bar fall is held against the sigma of 36 bars before.
    fall = -(fallen.close[598] / fallen.close[562] - 1)
    sigma = after["sigma_1h_frac"][562 + 4]
    assert after["dip_depth_36_sigma"][598] == pytest.approx(fall / sigma / np.sqrt(3))


def test_clock_is_that_of_the_close(compute_one) -> None:
    result = compute_one(bars([10.0] * 3, start=pd.Timestamp("2023-01-01 23:50", tz="UTC")))
    assert result["hour_utc"].tolist() == [23, 0, 0]
    assert result["weekday"].tolist() == [6, 0, 0]  # Sunday, then Monday
    assert result["session"].tolist() == [2, 0, 0]
    assert result["minutes_to_quarter_hour"].tolist() == [5, 0, 10]


def test_mean_of_the_coins_present(features_params) -> None:
    up = bars(100 * 1.01 ** np.arange(10))
    down = bars(100 * 0.99 ** np.arange(6), start=START + pd.Timedelta("20min"))
    coins = build_market_bars({"UPUSDT": up, "DOWNUSDT": down})
    three = coins.market_returns[:, 0]
    mean_of_two = ((1.01**3 - 1) + (0.99**3 - 1)) / 2
    expected = [np.nan] * 3 + [1.01**3 - 1] * 4 + [mean_of_two] * 3
    np.testing.assert_allclose(three, expected, rtol=1e-12)


def test_own_drop_is_what_the_market_does_not_explain(make_bars, features_params) -> None:
    first_bars, second_bars = make_bars(1, 400), make_bars(2, 400)
    result = features.compute_features(
        {"AAAUSDT": first_bars, "BBBUSDT": second_bars}, features_params
    )
    own_share = {s: f["own_drop_12_sigma"] / f["dip_depth_12_sigma"] for s, f in result.items()}
    mean = result["AAAUSDT"]["market_return_12_frac"]
    r = {
        s: b["close"] / b["close"].shift(12) - 1 for s, b in (("A", first_bars), ("B", second_bars))
    }
    np.testing.assert_allclose(mean, (r["A"] + r["B"]) / 2, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(
        own_share["AAAUSDT"].iloc[-50:], ((r["A"] - mean) / r["A"]).iloc[-50:], rtol=1e-7
    )


def test_score_of_a_textbook_dip(compute_one) -> None:
    """Parts of the earlier score re-added by hand from the other columns."""
    rng = np.random.default_rng(9)
    close = 100 * np.cumprod(1 + 0.002 * rng.standard_normal(500))
    row = compute_one(bars(close, opened=np.append(100.0, close[:-1]))).iloc[-1]
    primary = (
        0.25 * row.rsi_convergence_strong
        + 0.20 * row.consecutive_dips / 2
        + 0.15 * row.volume_spike_20
        + 0.10 * row.bb_squeeze
        + 0.15 * row.below_sma20
        + 0.15 * min(max(-10 * row.vwap_deviation_frac, 0), 1)
    )
    assert row.v4_primary == pytest.approx(primary)
    score = 0.6 * primary + 0.25 * row.v4_regime + 0.15 * row.v4_timing
    assert row.v4_score == pytest.approx(score)
    flags = row.rsi_convergence_strong + row.volume_spike_20 + row.bb_squeeze
    assert row.dipmaster_v4_final_signal == pytest.approx(score * flags / 3)
