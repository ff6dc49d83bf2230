"""Features as stored, and the facts the stage reports about them."""

import numpy as np
import pandas as pd
import pytest

from dipmaster import features
from dipmaster.features.panel import coin_facts, panel_rows, summary
from dipmaster.tables import FEATURES, I8


@pytest.fixture(scope="module")
def frames(coins, features_params):
    return features.compute(coins, features_params)


def test_stored_types_and_unknown_flags(frames) -> None:
    stored = panel_rows(frames["AAAUSDT"])
    FEATURES.check(stored, "panel")
    for column in FEATURES.columns[1:]:
        wanted = np.int8 if column.dtype == I8 else np.float32
        assert stored[column.name].dtype == wanted, column.name
    assert stored["volatility_class"][0] == -1
    assert np.isnan(stored["rsi14"][0])
    known = frames["AAAUSDT"].notna()
    assert (stored["bb_squeeze"][~known["bb_squeeze"]] == -1).all()
    same = stored["rsi14"].to_numpy() == frames["AAAUSDT"]["rsi14"].to_numpy().astype(np.float32)
    assert same[14:].all()


def test_flags_hold_only_what_their_unit_allows(frames) -> None:
    for frame in frames.values():
        stored = panel_rows(frame)
        for column in FEATURES.columns[1:]:
            if column.unit.startswith("flag"):
                assert set(stored[column.name]) <= {-1, 0, 1}, column.name
        assert set(stored["session"]) == {0, 1, 2}


def test_facts(frames, coins, signal_params) -> None:
    facts = {symbol: coin_facts(frame) for symbol, frame in frames.items()}
    one = facts["AAAUSDT"]
    assert one["rows"] == 2002
    assert one["missing"]["rsi14"] == 14
    # 144 products of returns from the third bar on, then 4 bars of lag.
    assert one["missing"]["dip_z"] == 2 + 144 - 1 + 4
    # A 3-hour fall needs the sigma of 36 bars before: bar 182, at 22:10 + 181 x 5 min.
    assert one["first_usable"] == "2023-02-28T13:15:00Z"
    found = features.candidates(frames, signal_params)
    told = summary(facts, features.all_coins(coins), found)
    assert told["rows"] == sum(len(frame) for frame in coins.values())
    assert told["candidates"] == len(found) == sum(told["candidates_by_symbol"].values())
    assert told["left_out"] == {
        "half_spread_bps": {
            "reason": "the source has no column half_spread_bps",
            "symbols": ["BBBUSDT", "CCCUSDT"],
        },
        "taker_imbalance": {
            "reason": "the source has no column taker_buy_volume",
            "symbols": ["BBBUSDT"],
        },
    }
    assert set(told["columns"]) == set(features.NAMES) == set(told["missing_frac"])
    assert told["missing_frac"]["half_spread_bps"] == 0


def test_facts_of_a_history_too_short(make_bars, features_params) -> None:
    frame = features.compute({"A": make_bars(1, 10)}, features_params)["A"]
    facts = coin_facts(frame)
    assert facts["first_usable"] is None
    assert facts["missing"]["dip_z"] == 10


@pytest.fixture(scope="module")
def document(project) -> dict[str, list[str]]:
    """Rows of docs/features.md by feature: unit, first bar, formula, NaN rule."""
    text = (project / "docs" / "features.md").read_text(encoding="utf-8")
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in lines}


def test_the_document_lists_every_feature_with_its_unit(document) -> None:
    assert set(document) == set(features.NAMES)
    for column in FEATURES.columns[1:]:
        assert document[column.name][0] == column.unit
        assert len(document[column.name]) == 4


def test_the_document_says_from_which_bar(document, make_bars, features_params) -> None:
    bars = make_bars(1, 700, start=pd.Timestamp("2023-01-01", tz="UTC"))
    frame = features.compute({"A": bars.drop(columns="half_spread_bps")}, features_params)["A"]
    for name in frame.columns[1:]:
        first = frame[name].first_valid_index() + 1
        if name == "bars_since_volume_spike":
            assert 20 <= first <= int(document[name][1])
        else:
            assert first == int(document[name][1]), name
