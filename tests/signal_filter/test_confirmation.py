"""Every signal of the confirmation at its limit; the weighted score; closed bars only."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import to_timestamps
from dipmaster.core.time_units import BAR_MS
from dipmaster.features import build_market_bars
from dipmaster.features.feature_table import build_feature_table
from dipmaster.signal_filter import (
    INPUT_COLUMNS,
    TIMEFRAMES,
    compute_confirmation_signals,
    filter_signals,
)
from dipmaster.signal_filter.inputs import CandidateInputs
from tests.made.params import read_params

MISSING = np.nan
ALIGNED = "sma20_over_sma50_15m_frac"
DISTANCE = "close_to_sma50_15m_atr"
LIMITS = [
    ("rsi_dip", {"rsi14": 50.0}, 1.0),
    ("rsi_dip", {"rsi14": 50.1}, 0.0),
    ("rsi_dip", {"rsi14": MISSING}, 0.0),
    ("volume_spike", {"bars_since_volume_spike": 11}, 1.0),
    ("volume_spike", {"bars_since_volume_spike": 12}, 0.0),
    ("volume_spike", {"bars_since_volume_spike": -1}, 0.0),
    ("price_dip", {"below_sma20": 0}, 0.0),
    ("price_dip", {"below_sma20": -1}, 0.0),
    ("bb_position", {"bb_position": 0.333}, 1.0),
    ("bb_position", {"bb_position": -0.4}, 1.0),
    ("bb_position", {"bb_position": 1 / 3}, 0.0),
    ("bb_position", {"bb_position": MISSING}, 0.0),
    ("ma_alignment", {ALIGNED: 0.0, DISTANCE: -9.0}, 1.0),
    ("ma_alignment", {ALIGNED: -0.01, DISTANCE: -2.0}, 1.0),
    ("ma_alignment", {ALIGNED: -0.01, DISTANCE: 2.0}, 1.0),
    ("ma_alignment", {ALIGNED: -0.01, DISTANCE: -2.1}, 0.0),
    ("ma_alignment", {ALIGNED: -0.01, DISTANCE: 2.1}, 0.0),
    ("ma_alignment", {ALIGNED: -0.01, DISTANCE: MISSING}, 0.0),
    ("ma_alignment", {ALIGNED: MISSING, DISTANCE: 1.0}, 1.0),
    ("ma_alignment", {ALIGNED: MISSING, DISTANCE: MISSING}, 0.0),
    ("trend_strength", {"adx14_15m": 20.0}, 1.0),
    ("trend_strength", {"adx14_15m": 30.0}, 0.5),
    ("trend_strength", {"adx14_15m": 40.0}, 0.0),
    ("trend_strength", {"adx14_15m": 90.0}, 0.0),
    ("trend_strength", {"adx14_15m": 90.0, "di_difference_15m": 0.0}, 1.0),
    ("trend_strength", {"adx14_15m": 90.0, "di_difference_15m": 5.0}, 1.0),
    ("trend_strength", {"adx14_15m": MISSING, "di_difference_15m": 5.0}, 0.0),
    ("trend_strength", {"di_difference_15m": MISSING}, 0.0),
    ("support", {"close_to_low20_15m_frac": 0.01}, 1.0),
    ("support", {"close_to_low20_15m_frac": 0.0101}, 0.0),
    ("support", {"close_to_low20_15m_frac": MISSING}, 0.0),
    ("not_high_regime", {"regime": 0}, 1.0),
    ("not_high_regime", {"regime": 2}, 0.0),
    ("not_high_regime", {"regime": -1}, 0.0),
    ("no_crash_24h", {"return_24h_frac": -0.099}, 1.0),
    ("no_crash_24h", {"return_24h_frac": -0.1}, 0.0),
    ("no_crash_24h", {"return_24h_frac": MISSING}, 0.0),
    ("sma50_rising", {"sma50_rising_1h": 0}, 0.0),
    ("sma50_rising", {"sma50_rising_1h": -1}, 0.0),
]


@pytest.mark.parametrize(("signal", "change", "expected"), LIMITS)
def test_each_signal_at_its_limit_moves_nothing_else(
    rows, confirmation_params, signal, change, expected
):
    _, inputs, scores = rows(change)
    regime = scores["regime"].to_numpy(dtype=np.int64)
    signals = compute_confirmation_signals(
        CandidateInputs(inputs, frozenset()), regime, confirmation_params
    )
    other_signals = {name: values[0] for name, values in signals.items() if name != signal}
    assert signals[signal][0] == expected
    assert set(other_signals.values()) == {1.0}


def test_every_signal_has_a_failing_example():
    failing = {signal for signal, _, expected in LIMITS if expected == 0.0}
    assert failing == {name for names in TIMEFRAMES.values() for name in names}


def test_frames_are_means_and_the_score_their_weighted_sum(filter_one):
    row = filter_one(
        {"bb_position": 0.9, "adx14_15m": 30.0, "sma50_rising_1h": 0, "return_24h_frac": -0.5}
    )
    assert row["score_5m"] == 0.75
    assert row["score_15m"] == pytest.approx((1 + 0.5 + 1) / 3)
    assert row["score_1h"] == pytest.approx(1 / 3)
    assert row["confirmation_score"] == pytest.approx(0.5 * 0.75 + 0.3 * 2.5 / 3 + 0.2 / 3)


def test_seven_tenths_passes_whatever_binary_fractions_make_of_it(filter_one):
    """5m = 1, 15m = 2/3, 1h = 0: .5 + .2 = .7, the score demanded."""
    edge = {
        "close_to_low20_15m_frac": 0.02,
        "regime": 2,
        "return_24h_frac": -0.5,
        "sma50_rising_1h": 0,
    }
    row = filter_one(edge)
    assert (row["score_5m"], row["score_1h"]) == (1.0, 0.0)
    assert row["score_15m"] == pytest.approx(2 / 3)
    assert row["confirmation_score"] == pytest.approx(0.7, abs=1e-12)
    assert row["passes_confirmation"] == 1
    worse = filter_one({**edge, "adx14_15m": 20.0001})
    assert worse["passes_confirmation"] == 0


def test_a_value_that_met_a_limit_in_double_precision_still_meets_it_when_stored(
    rows, confirmation_params
):
    """0.01 as float32 lies below 0.01; .1 above: compared as doubles one of the two would fail."""
    for limit in (0.01, 0.1, 0.003):
        params = confirmation_params.model_copy(update={"support_within_frac": limit})
        _, inputs, _ = rows({"close_to_low20_15m_frac": limit})
        signals = compute_confirmation_signals(
            CandidateInputs(inputs, frozenset()), np.array([1]), params
        )
        assert signals["support"][0] == 1.0


def test_bars_after_the_candidate_change_nothing(
    thresholds, filter_params, confirmation_params, project
):
    """Features are cut, perturbed and computed again: rows up to the candidate decide the same."""
    bars = _bars(np.random.default_rng(5), 3000)
    cut = 2600
    later = bars.copy()
    later.loc[cut + 1 :, ["open", "high", "low", "close"]] *= 1.5
    later.loc[cut + 1 :, "volume"] *= 9.0
    settings = ("dip", 30.0, thresholds, filter_params, confirmation_params)
    tables = [
        filter_signals(*_every_bar(frame), *settings).iloc[: cut + 1] for frame in (bars, later)
    ]
    pd.testing.assert_frame_equal(*tables)
    changed = [
        filter_signals(*_every_bar(frame), *settings).iloc[cut + 1 :] for frame in (bars, later)
    ]
    assert not changed[0].equals(changed[1])


def _bars(rng: np.random.Generator, n: int) -> pd.DataFrame:
    close = 100.0 * np.exp(np.cumsum(0.002 * rng.standard_normal(n)))
    open_ = np.append(100.0, close[:-1])
    return pd.DataFrame(
        {
            "open_time": to_timestamps(1_672_531_200_000 + np.arange(n) * BAR_MS),
            "open": open_,
            "high": np.maximum(open_, close) * 1.0005,
            "low": np.minimum(open_, close) * 0.9995,
            "close": close,
            "volume": 1e4 * np.exp(rng.standard_normal(n)),
        }
    )


def _every_bar(bars: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Every bar as a candidate."""
    params = read_params("features").features
    features, _ = build_feature_table("AUSDT", build_market_bars({"AUSDT": bars}), params)
    ids = np.arange(len(bars), dtype=np.int64)
    candidates = pd.DataFrame({"candidate_id": ids})
    scores = pd.DataFrame({"candidate_id": ids, "regime": 1, "no_new_trades": 0, "confidence": 0.9})
    return candidates, features[list(INPUT_COLUMNS)], scores
