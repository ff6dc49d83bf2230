"""Candidates: each rule at its edges, cooldown, order, and what they depend on."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster import features
from dipmaster.core.tables import CANDIDATES
from dipmaster.core.time_units import BAR_MS
from dipmaster.features.candidates import apply_cooldown

START = pd.Timestamp("2023-01-01", tz="UTC")
QUIET = {
    "rsi14": 60.0,
    "volume_ratio": 1.0,
    "below_sma20": 0.0,
    "red": 0.0,
    "dip_z": 0.0,
    "dip_depth_12_sigma": 0.0,
    "dip_depth_36_sigma": 0.0,
    "fall_3h_frac": 0.0,
    "sigma_1h_frac": 0.01,
    "volatility_class": 1.0,
}
DIP = {"rsi14": 50.0, "volume_ratio": 1.5, "below_sma20": 1.0, "red": 1.0, "dip_z": 1.0}
FALL_3H = {"fall_3h_frac": 0.051, "dip_depth_36_sigma": 5.1}


def frame(rows: int, **at: dict[str, float]) -> pd.DataFrame:
    """Quiet bars, changed at the bars named ``b7=...``."""
    out = pd.DataFrame([QUIET] * rows)
    for bar_index, values in at.items():
        out.loc[int(bar_index[1:]), list(values)] = list(values.values())
    times = pd.date_range(START, periods=rows, freq="5min").as_unit("ms")
    return out.assign(open_time=times)


@pytest.fixture
def signal_positions(signal_params) -> Callable[..., list[int]]:
    """Bars of one coin that become candidates under a rule."""

    def positions_of(bars: pd.DataFrame, **changes: object) -> list[int]:
        params = signal_params.model_copy(update=changes)
        result = features.find_candidates({"AAAUSDT": bars}, params)
        return ((result["open_time"] - START) // pd.Timedelta("5min")).tolist()

    return positions_of


def test_a_dip_at_its_thresholds(signal_positions) -> None:
    assert signal_positions(frame(5, b3=DIP)) == [3]


@pytest.mark.parametrize(
    "change",
    [
        {"rsi14": 50.001},
        {"volume_ratio": 1.499},
        {"below_sma20": 0.0},
        {"red": 0.0},
        {"dip_z": 0.999},
        {"dip_z": np.nan},
        {"volume_ratio": np.nan},
        {"rsi14": np.nan},
        {"red": np.nan},
        {"volatility_class": np.nan},
    ],
)
def test_a_dip_needs_all_five_and_a_known_class(signal_positions, change) -> None:
    assert signal_positions(frame(5, b3=DIP | change)) == []


def test_dipmaster_v4_asks_for_the_band_and_not_for_depth(signal_positions) -> None:
    bars = frame(
        200,
        b0=DIP | {"dip_z": -3.0},
        b50=DIP | {"rsi14": 30.0},
        b100=DIP | {"rsi14": 29.9},
        b150=DIP | {"rsi14": 50.1},
    )
    assert signal_positions(bars, rule="dipmaster_v4") == [0, 50]


def test_capitulation_takes_either_fall(signal_positions) -> None:
    bars = frame(
        400,
        b0=FALL_3H,
        b50=FALL_3H | {"fall_3h_frac": 0.05},
        b100=FALL_3H | {"dip_depth_36_sigma": 5.0},
        b150={"dip_depth_12_sigma": 8.1},
        b200={"dip_depth_12_sigma": 8.0},
        b250=DIP,
        b300=FALL_3H | {"volatility_class": np.nan},
    )
    assert signal_positions(bars, rule="capitulation") == [0, 150]


def test_cooldown_counts_bars_after_a_candidate(signal_positions) -> None:
    every = frame(100, **{f"b{i}": DIP for i in range(100)})
    assert signal_positions(every) == [0, 37, 74]
    assert signal_positions(every, cooldown_bars=1)[:3] == [0, 2, 4]


def test_cooldown_is_of_clock_time(signal_positions) -> None:
    """A gap uses up the wait: 36 bars of time, whether traded or not."""
    holed = frame(80, b0=DIP, b36=DIP, b37=DIP).drop(index=range(5, 30))
    assert signal_positions(holed.reset_index(drop=True)) == [0, 37]


@given(st.sets(st.integers(0, 400)), st.integers(1, 60))
def test_spacing(positions: set[int], cooldown: int) -> None:
    times = np.array(sorted(positions), dtype=np.int64) * BAR_MS
    kept_times = times[apply_cooldown(times, cooldown)]
    assert (np.diff(kept_times) > cooldown * BAR_MS).all()
    for time in set(times.tolist()) - set(kept_times.tolist()):
        assert ((kept_times < time) & (kept_times >= time - cooldown * BAR_MS)).any()


def test_order_is_of_time_then_symbol(signal_params) -> None:
    bars = {
        "BBBUSDT": frame(60, b3=DIP | {"dip_z": 2.0}, b50=DIP),
        "AAAUSDT": frame(60, b3=DIP | {"volatility_class": 2.0}),
    }
    result = features.find_candidates(bars, signal_params)
    assert list(result.columns) == CANDIDATES.names
    assert result["candidate_id"].tolist() == [0, 1, 2]
    assert result["symbol"].tolist() == ["AAAUSDT", "BBBUSDT", "BBBUSDT"]
    assert result["dip_z"].tolist() == [1.0, 2.0, 1.0]
    assert result["volatility_class"].tolist() == [2, 1, 1]
    assert result["volatility_class"].dtype == np.int8
    swapped = features.find_candidates(dict(reversed(bars.items())), signal_params)
    pd.testing.assert_frame_equal(result, swapped, check_exact=True)


def test_no_candidates_is_an_empty_table(signal_params, make_bars, features_params) -> None:
    for bars in ({}, {"AAAUSDT": frame(5)}):
        result = features.find_candidates(bars, signal_params)
        assert len(result) == 0
        assert list(result.columns) == CANDIDATES.names
    ten = features.compute_features({"AAAUSDT": make_bars(1, 10)}, features_params)
    assert len(features.find_candidates(ten, signal_params)) == 0


def test_the_last_bar_before_a_gap_can_be_a_candidate(signal_positions) -> None:
    """Nobody knew at its close that the next bar would be missing."""
    assert signal_positions(frame(50, b9=DIP).drop(index=range(10, 40)).reset_index(drop=True)) == [
        9
    ]


def test_planted_plunge_is_found(make_bars, features_params, signal_params) -> None:
    bars = make_bars(12, 800)
    plunge = bars.copy()
    for name in ("open", "high", "low", "close"):
        plunge.loc[601:, name] *= 0.97
    plunge.loc[600, "close"] *= 0.97
    plunge.loc[600, "low"] = plunge.loc[600, "close"] * 0.999
    plunge.loc[600, "volume"] *= 30
    result = features.find_candidates(
        features.compute_features({"A": plunge}, features_params), signal_params
    )
    assert (result["open_time"] == bars["open_time"][600]).any()


def test_real_bars(real_data, features_params, signal_params) -> None:
    """Two coins of 14 months: dips are neither rare nor common, deep falls are rare."""
    bars = {
        symbol: pd.read_parquet(real_data / "klines_5m" / f"{symbol}_5m.parquet")
        for symbol in ("BTCUSDT", "LUNAUSDT")
    }
    result = features.compute_features(bars, features_params, features.CANDIDATE_COLUMNS)
    coin_days = sum(len(frame) for frame in bars.values()) / 288
    daily = {
        rule: len(features.find_candidates(result, signal_params.model_copy(update={"rule": rule})))
        / coin_days
        for rule in ("dip", "dipmaster_v4", "capitulation")
    }
    assert 0.5 < daily["dip"] < 3
    assert daily["capitulation"] < 0.1 * daily["dip"]
    assert daily["dipmaster_v4"] > daily["dip"]
