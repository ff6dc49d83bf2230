"""Features as stored, and the facts the stage reports about them."""

import numpy as np
import pandas as pd
import pytest

from dipmaster import features
from dipmaster.core.tables import FEATURES, I8
from dipmaster.core.tables.schema import FLAG
from dipmaster.features.feature_table import build_feature_table, summarize_coin, summarize_features
from dipmaster.results.features import FeatureLeftOut


@pytest.fixture(scope="module")
def frames(coins, features_params):
    return features.compute_features(coins, features_params)


@pytest.fixture(scope="module")
def panels(coins, features_params):
    market = features.build_market_bars(coins)
    return {symbol: build_feature_table(symbol, market, features_params) for symbol in coins}


def test_stored_types_and_unknown_flags(panels) -> None:
    for panel, _ in panels.values():
        FEATURES.check(panel, "panel")
        for column in FEATURES.columns[1:]:
            if column.name in panel:
                expected = np.int8 if column.dtype == I8 else np.float32
                assert panel[column.name].dtype == expected, column.name


def test_stored_values_are_those_of_compute(panels, frames) -> None:
    for symbol, (panel, base) in panels.items():
        frame = frames[symbol]
        assert list(panel) == list(frame)
        assert (panel["open_time"] == frame["open_time"]).all()
        for name in frame.columns[1:]:
            values = frame[name].to_numpy()
            if panel[name].dtype == np.int8:
                values = np.where(np.isnan(values), -1, values)
            assert np.array_equal(panel[name], values.astype(panel[name].dtype), equal_nan=True)
        pd.testing.assert_frame_equal(base, frame[list(base)], check_exact=True)
        assert list(base) == ["open_time", *features.CANDIDATE_COLUMNS]


def test_flags_hold_only_what_their_unit_allows(panels) -> None:
    for panel, _ in panels.values():
        for column in FEATURES.columns[1:]:
            if column.unit == FLAG:
                assert set(panel[column.name]) <= {-1, 0, 1}, column.name
        assert set(panel["session"]) == {0, 1, 2}
        assert panel["volatility_class"][0] == -1


def test_summaries(panels, coins, signal_params) -> None:
    summaries = {symbol: summarize_coin(*both) for symbol, both in panels.items()}
    coin_summary = summaries["AAAUSDT"]
    assert coin_summary.rows == 2002
    assert coin_summary.missing["rsi14"] == 14
    # 144 products of returns from the third bar on, then 4 bars of lag.
    assert coin_summary.missing["dip_z"] == 2 + 144 - 1 + 4
    # A 3-hour fall needs the sigma of 36 bars before: bar 182, at 22:10 + 181 x 5 min.
    assert coin_summary.first_usable == "2023-02-28T13:15:00Z"
    base = {symbol: base for symbol, (_, base) in panels.items()}
    candidates = features.find_candidates(base, signal_params)
    report = summarize_features(summaries, features.build_market_bars(coins), candidates)
    assert report.rows == sum(len(frame) for frame in coins.values())
    assert report.candidates == len(candidates) == sum(report.candidates_by_symbol.values())
    assert report.left_out == {
        "half_spread_bps": FeatureLeftOut(
            reason="the source has no column half_spread_bps",
            symbols=("BBBUSDT", "CCCUSDT"),
        ),
        "taker_imbalance": FeatureLeftOut(
            reason="the source has no column taker_buy_volume",
            symbols=("BBBUSDT",),
        ),
    }
    assert set(report.columns) == set(features.FEATURE_NAMES) == set(report.missing_frac)
    assert report.missing_frac["half_spread_bps"] == 0


def test_summary_of_a_history_too_short(make_bars, features_params) -> None:
    coin_summary = summarize_coin(
        *build_feature_table(
            "A", features.build_market_bars({"A": make_bars(1, 10)}), features_params
        )
    )
    assert coin_summary.first_usable is None
    assert coin_summary.missing["dip_z"] == 10


@pytest.fixture(scope="module")
def document(project) -> dict[str, list[str]]:
    """Rows of docs/features.md by feature: unit, first bar, formula, NaN rule."""
    text = (project / "docs" / "features.md").read_text(encoding="utf-8")
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in lines}


def test_the_document_lists_every_feature_with_its_unit(document) -> None:
    assert set(document) == set(features.FEATURE_NAMES)
    for column in FEATURES.columns[1:]:
        assert document[column.name][0] == column.unit
        assert len(document[column.name]) == 4


def test_the_document_says_from_which_bar(document, make_bars, features_params) -> None:
    bars = make_bars(1, 700, start=pd.Timestamp("2023-01-01", tz="UTC"))
    frame = features.compute_features({"A": bars.drop(columns="half_spread_bps")}, features_params)[
        "A"
    ]
    for name in frame.columns[1:]:
        first = frame[name].first_valid_index() + 1
        if name == "bars_since_volume_spike":
            assert 20 <= first <= int(document[name][1])
        else:
            assert first == int(document[name][1]), name
