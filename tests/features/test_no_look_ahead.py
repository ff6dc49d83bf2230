"""No row knows a later bar: cut the data, disturb the future, stream it bar by bar."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from dipmaster import features
from dipmaster.core.panel import to_epoch_ms

pytestmark = pytest.mark.slow

Frames = Mapping[str, pd.DataFrame]
Maker = Callable[[Frames], dict[str, pd.DataFrame]]
GAP_AT = pd.Timestamp("2023-03-03 17:50", tz="UTC")  # of the second coin
CUTS = [
    *pd.date_range("2023-03-02 09:55", periods=15, freq="5min", tz="UTC"),
    *pd.date_range(GAP_AT - pd.Timedelta("10min"), periods=22, freq="5min"),
    *pd.date_range("2023-03-06 19:50", periods=14, freq="5min", tz="UTC"),
]


@pytest.fixture
def maker(features_params) -> Maker:
    return lambda bars: features.compute_features(bars, features_params)


def until(bars: Frames, time: pd.Timestamp) -> dict[str, pd.DataFrame]:
    return {symbol: frame[frame["open_time"] <= time] for symbol, frame in bars.items()}


def bits(frame: pd.DataFrame) -> np.ndarray:
    return frame.drop(columns="open_time").to_numpy(dtype=np.float64).view(np.int64)


def assert_same_past(full: Frames, other: Frames, time: pd.Timestamp) -> None:
    for symbol, frame in until(full, time).items():
        past = other[symbol][other[symbol]["open_time"] <= time]
        assert (frame["open_time"].to_numpy() == past["open_time"].to_numpy()).all()
        wrong = (bits(frame) != bits(past)).any(axis=0)
        assert not wrong.any(), f"{symbol} at {time}: {list(frame.columns[1:][wrong])}"


def assert_cuts_change_nothing(maker: Maker, bars: Frames, cuts=CUTS) -> None:
    full = maker(bars)
    for time in cuts:
        assert_same_past(full, maker(until(bars, time)), time)


def disturbed(bars: Frames, time: pd.Timestamp, change: float) -> dict[str, pd.DataFrame]:
    out = {}
    for symbol, frame in bars.items():
        frame = frame.copy()
        later = frame["open_time"] > time
        frame.loc[later, frame.columns[1:]] *= change
        out[symbol] = frame
    return out


def test_the_cuts_cover_every_place_in_an_hour(coins) -> None:
    assert {time.minute for time in CUTS} == set(range(0, 60, 5))
    stamps = coins["BBBUSDT"]["open_time"]
    before = stamps[stamps.diff() > pd.Timedelta("5min")].iloc[0]
    assert before == GAP_AT + pd.Timedelta("80min")
    assert before in CUTS
    assert all(frame["open_time"].iloc[-1] == CUTS[-1] for frame in coins.values())


def test_cut_at_every_bar_of_an_hour(maker, coins) -> None:
    assert_cuts_change_nothing(maker, coins)


@pytest.mark.parametrize("change", [1000.0, float("nan")])
def test_disturbing_the_future_changes_nothing_before(maker, coins, change: float) -> None:
    full = maker(coins)
    for time in CUTS[::5]:
        assert_same_past(full, maker(disturbed(coins, time, change)), time)


def test_candidates_of_the_past_stay(maker, coins, signal_params) -> None:
    easy = signal_params.model_copy(update={"z_min": 0.2, "volume_multiple": 0.5})
    full = features.find_candidates(maker(coins), easy)
    for time in CUTS:
        cut = features.find_candidates(maker(until(coins, time)), easy)
        past = full[full["open_time"] <= time]
        pd.testing.assert_frame_equal(cut, past, check_exact=True)
    assert len(full) > 60


@pytest.mark.parametrize("leak", ["next close", "mean of the whole sample", "last hour's end"])
def test_the_checker_finds_leaks(maker, coins, leak: str) -> None:
    """A check that cannot fail proves nothing: three leaks, each must be caught."""

    def leaky(bars: Frames) -> dict[str, pd.DataFrame]:
        out = maker(bars)
        for symbol, frame in bars.items():
            close = frame["close"].to_numpy()
            hour = frame["open_time"].dt.floor("1h")
            out[symbol]["leak"] = {
                "next close": np.append(close[1:], np.nan),
                "mean of the whole sample": close - close.mean(),
                "last hour's end": frame.groupby(hour)["close"].transform("last").to_numpy(),
            }[leak]
        return out

    with pytest.raises(AssertionError, match="leak"):
        assert_cuts_change_nothing(leaky, coins, CUTS[-14:])


def test_the_stream_gives_the_same_bytes(maker, coins, features_params) -> None:
    full = maker(coins)
    stream_rows = {
        symbol: [features.FEATURE_NAMES.index(name) for name in frame.columns[1:]]
        for symbol, frame in full.items()
    }
    stream = features.FeatureStream({s: list(f.columns) for s, f in coins.items()}, features_params)
    rows: dict[str, list[np.ndarray]] = {symbol: [] for symbol in coins}
    for time_ms, bars in by_time(coins).items():
        for symbol, row in stream.push(time_ms, bars).items():
            rows[symbol].append(row[stream_rows[symbol]])
    for symbol, frame in full.items():
        assert (np.array(rows[symbol]).view(np.int64) == bits(frame)).all()


def by_time(coins: Frames) -> dict[int, dict[str, dict[str, float]]]:
    out: dict[int, dict[str, dict[str, float]]] = {}
    for symbol, frame in coins.items():
        records = frame.drop(columns="open_time").to_dict("records")
        for time_ms, bar in zip(to_epoch_ms(frame["open_time"]).tolist(), records, strict=True):
            out.setdefault(time_ms, {})[symbol] = bar
    return dict(sorted(out.items()))
