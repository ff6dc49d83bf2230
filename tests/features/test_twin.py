"""Every feature against a pandas twin that shares no code with the kernels."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import pandas_features
from dipmaster import features
from dipmaster.features import layout

pytestmark = pytest.mark.slow

RTOL = 1e-9
# Differences of nearly equal numbers, sums over terms of both signs: relative to their terms.
ATOL = 1e-12
SPREAD_ATOL = 1e-6  # bps: the root of a sum that may cancel to nothing


def assert_twins(bars: dict[str, pd.DataFrame], params) -> None:
    fast = features.compute_features(bars, params)
    slow = pandas_features.compute_features(bars, params, exact=True)
    assert list(fast) == sorted(bars)
    for symbol, frame in fast.items():
        twin = slow[symbol]
        assert set(frame.columns[1:]) == set(twin.columns)
        assert (frame["open_time"].to_numpy() == bars[symbol]["open_time"].to_numpy()).all()
        for name in twin.columns:
            np.testing.assert_allclose(
                frame[name].to_numpy(),
                twin[name].to_numpy(),
                rtol=RTOL,
                atol=SPREAD_ATOL if name == "spread_estimate_bps" else ATOL,
                err_msg=f"{symbol} {name}",
            )


def test_made_bars(coins, features_params) -> None:
    assert_twins(dict(coins), features_params)


def test_other_parameters(coins, features_params) -> None:
    other_params = features_params.model_copy(
        update={
            "sigma_halflife_bars": 50.5,
            "sigma_lag_bars": 20,
            "low_volatility_daily_frac": 0.04,
            "high_volatility_daily_frac": 0.07,
        }
    )
    assert_twins(dict(coins), other_params)


@pytest.mark.parametrize("rows", [1, 2, 3, 10, 19, 20, 21, 288, 289, 290])
def test_short_histories(make_bars, features_params, rows: int) -> None:
    assert_twins({"AAAUSDT": make_bars(5, rows)}, features_params)


def test_every_column_gets_a_value(coins, features_params) -> None:
    frame = features.compute_features(coins, features_params)["AAAUSDT"]
    assert frame.columns[1:].tolist() == list(features.FEATURE_NAMES)
    assert frame.iloc[-1].notna().all()


def test_names_and_offsets_agree() -> None:
    assert len(features.FEATURE_NAMES) == layout.FEATURE_COUNT
    for position, name in enumerate(features.FEATURE_NAMES):
        assert getattr(layout, name.upper()) == position * layout.BLOCK, name


def test_a_choice_of_columns_changes_no_value(coins, features_params) -> None:
    full = features.compute_features(coins, features_params)
    selected = features.compute_features(coins, features_params, features.CANDIDATE_COLUMNS)
    for symbol, frame in selected.items():
        assert set(frame.columns) == {"open_time", *features.CANDIDATE_COLUMNS}
        pd.testing.assert_frame_equal(frame, full[symbol][list(frame.columns)], check_exact=True)


def test_real_bars_around_an_outage(real_data, features_params) -> None:
    bars = {}
    for symbol in ("BTCUSDT", "ETHUSDT"):
        frame = pd.read_parquet(real_data / "klines_5m" / f"{symbol}_5m.parquet")
        around_outage = (frame.open_time >= "2023-03-10") & (frame.open_time < "2023-04-10")
        bars[symbol] = frame[around_outage].reset_index(drop=True)
    assert_twins(bars, features_params)
