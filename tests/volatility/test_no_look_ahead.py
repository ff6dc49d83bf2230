"""No value knows a later bar: fits, seasons, regimes and forecasts, bit for bit."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import align_bars
from dipmaster.core.params.volatility import FORECAST_NAMES
from dipmaster.volatility import build_volatility_table, compute_volatility, range_class, range_har
from dipmaster.volatility.hierarchical import detection
from dipmaster.volatility.intraday import prediction
from dipmaster.volatility.spillover import analysis

pytestmark = pytest.mark.slow

Frames = Mapping[str, pd.DataFrame]
MONDAY = pd.Timestamp("2023-01-16", tz="UTC")  # a refit
FIVE = pd.Timedelta("5min")
CUTS = [
    MONDAY - 2 * FIVE,
    MONDAY - FIVE,
    MONDAY,
    MONDAY + FIVE,
    MONDAY + pd.Timedelta("3h35min"),
    MONDAY + pd.Timedelta("7D") - FIVE,
    pd.Timestamp("2023-01-18 00:00", tz="UTC"),
]


def compute_all(bars: Frames, params):
    """Tables of all coins, and the fits with the bar each serves from."""
    volatility = compute_volatility(align_bars(bars, 1.0), params, "simulated")
    tables = {
        symbol: build_volatility_table(symbol, volatility, params) for symbol in volatility.symbols
    }
    return tables, {
        s: (p.edges, p.fits) for s, p in zip(volatility.symbols, volatility.garch, strict=True)
    }


def bits(frame: pd.DataFrame) -> np.ndarray:
    return frame.drop(columns="open_time").to_numpy(dtype=np.float64).view(np.int64)


def assert_same_past(full, other, time: pd.Timestamp, first: pd.Timestamp) -> None:
    tables, fits = full
    bar = int((time - first) / FIVE)
    for symbol, table in tables.items():
        past = table["open_time"] <= time
        other_table = other[0][symbol]
        wrong = (bits(table[past]) != bits(other_table[other_table["open_time"] <= time])).any(
            axis=0
        )
        assert not wrong.any(), f"{symbol} at {time}: {list(table.columns[1:][wrong])}"
        (edges, rows), (other_edges, other_rows) = fits[symbol], other[1][symbol]
        known = edges <= bar + 1  # a fit at the next open used bars up to this one
        other_known = other_edges <= bar + 1
        if other_edges.size == edges.size:  # a cut ends before it
            assert np.array_equal(edges[known], other_edges[other_known])
            assert np.array_equal(
                rows[known].view(np.int64), other_rows[other_known].view(np.int64)
            )


def disturbed(bars: Frames, time: pd.Timestamp, change: str) -> dict[str, pd.DataFrame]:
    out = {}
    for i, (symbol, frame) in enumerate(bars.items()):
        frame = frame.copy()
        later = frame["open_time"] > time
        prices = ["open", "high", "low", "close"]
        if change == "missing":
            frame.loc[later, prices] = np.nan
        elif change == "louder":
            noise = np.exp(np.cumsum(np.random.default_rng(i).normal(0, 0.02, int(later.sum()))))
            frame.loc[later, prices] = frame.loc[later, prices].mul(noise, axis=0)
        elif change == "wider":
            frame.loc[later, "high"] *= 1.1
        else:
            frame.loc[later, prices] *= 1000.0
        out[symbol] = frame
    return out


@pytest.fixture(scope="module")
def full(coins, params):
    return compute_all(coins, params)


@pytest.fixture(scope="module")
def first(coins) -> pd.Timestamp:
    return min(frame["open_time"].iloc[0] for frame in coins.values())


@pytest.mark.parametrize("change", ["missing", "louder", "wider", "a thousand times"])
@pytest.mark.parametrize("time", [MONDAY - FIVE, MONDAY + pd.Timedelta("3h35min")])
def test_disturbing_every_later_bar_changes_nothing_before(
    full, coins, params, first, time, change
) -> None:
    assert_same_past(full, compute_all(disturbed(coins, time, change), params), time, first)


@pytest.mark.parametrize("time", CUTS)
def test_cutting_the_data_changes_nothing_before(full, coins, params, first, time) -> None:
    cut = {s: frame[frame["open_time"] <= time] for s, frame in coins.items()}
    assert_same_past(full, compute_all(cut, params), time, first)


def test_the_past_is_not_empty(full) -> None:
    """What is compared is known: forecasts, regimes and fits lie before the cuts."""
    tables, fits = full
    early = tables["AAAUSDT"][tables["AAAUSDT"]["open_time"] < MONDAY]
    for name in (*FORECAST_NAMES, "level"):
        assert early[f"{name}_daily_frac"].notna().any(), name
    for name in ("", "_coin", "_hierarchical", "_hierarchical_market"):
        assert (early[f"regime{name}"] >= 0).any(), name
    last_cut = tables["AAAUSDT"]["open_time"] < max(CUTS)
    assert (tables["AAAUSDT"].loc[last_cut, "regime_range_class"] >= 0).any()
    assert early["season_factor"].nunique() > 24
    assert len(fits["AAAUSDT"][0]) >= 3
    assert {0, 1} <= set(early["spillover_event"])
    assert early["spillover_factor"].min() < 1.0
    for name in ("intraday_hourly_frac", "intraday_confidence", "intraday_factor"):
        assert early[name].notna().any(), name


def test_later_bars_do_change_what_comes_later(full, coins, params) -> None:
    """The disturbance is strong enough to be seen where it may be seen."""
    other, _ = compute_all(disturbed(coins, MONDAY, "louder"), params)
    later = full[0]["AAAUSDT"]["open_time"] > MONDAY + pd.Timedelta("1D")
    frame, other_frame = (t["AAAUSDT"][later] for t in (full[0], other))
    changed = (bits(frame) != bits(other_frame)).any(axis=0)
    assert changed.mean() > 0.8


@pytest.mark.parametrize(
    "leak",
    [
        "next level",
        "season of the whole sample",
        "other coin's next",
        "events of tomorrow",
        "next hour",
    ],
)
def test_the_checker_finds_leaks(coins, params, first, leak: str) -> None:
    def leaky(bars: Frames):
        tables, fits = compute_all(bars, params)
        table = tables["AAAUSDT"]
        level = table["level_daily_frac"].to_numpy()
        other = tables["BBBUSDT"]["realised_short_daily_frac"].to_numpy()
        table["leak"] = {
            "next level": np.append(level[1:], np.nan),
            "season of the whole sample": np.full(len(table), table["season_factor"].mean()),
            "other coin's next": np.resize(np.append(other[1:], np.nan), len(table)),
            "events of tomorrow": table["spillover_intensity"].shift(-288).to_numpy(),
            "next hour": table["intraday_hourly_frac"].shift(-1).to_numpy(),
        }[leak]
        return tables, fits

    time = MONDAY + pd.Timedelta("1D")
    other = leaky(disturbed(coins, time, "louder"))
    with pytest.raises(AssertionError, match="leak"):
        assert_same_past(leaky(coins), other, time, first)


def test_a_fit_on_targets_that_are_not_over_is_found(coins, params, first, monkeypatch) -> None:
    """Planted in range-HAR: rows up to the refit, whose targets end two hours after it."""
    honest = range_har.forecast_by_regression
    monkeypatch.setattr(range_har, "forecast_by_regression", lambda *rest: honest(*rest[:-1], 0))
    time = MONDAY - FIVE
    other = compute_all(disturbed(coins, time, "louder"), params)
    assert_same_past(compute_all(coins, params), other, time, first)  # serves from Monday on
    time = MONDAY + FIVE
    other = compute_all(disturbed(coins, time, "louder"), params)
    with pytest.raises(AssertionError, match=r"\['range_har_daily_frac', 'har_range_daily_frac'\]"):
        assert_same_past(compute_all(coins, params), other, time, first)


def test_an_hour_that_is_not_over_is_found(coins, params, first, monkeypatch) -> None:
    """Planted in the hierarchical filter: a bar has the state of its own hour."""
    honest = detection.hold_on_bars
    monkeypatch.setattr(
        detection,
        "hold_on_bars",
        lambda steps, clock: honest(np.roll(steps, -1, axis=-1), clock),
    )
    time = MONDAY + pd.Timedelta("3h05min")
    other = compute_all(disturbed(coins, time, "wider"), params)
    with pytest.raises(AssertionError, match="'regime_hierarchical'"):
        assert_same_past(compute_all(coins, params), other, time, first)


def test_a_day_that_is_not_over_is_found(coins, params, first, monkeypatch) -> None:
    """Planted in the range forecast's class: rows up to the refit, whose day ends after it."""
    monkeypatch.setattr(range_class, "_is_over", lambda ends, edge: ends < edge)
    time = MONDAY + pd.Timedelta("6h")
    other = compute_all(disturbed(coins, time, "louder"), params)
    with pytest.raises(AssertionError, match=r"\['regime_range_class'\]"):
        assert_same_past(compute_all(coins, params), other, time, first)


def rises_of_the_whole_sample(patch: pytest.MonkeyPatch) -> None:
    """A pair's rises are compared with a quantile of all of them, later ones included."""

    def flag(correlation, rise_bars, rise_limit, quantile, least_past, flags, rise) -> None:
        change = np.full(correlation.size, np.nan)
        change[rise_bars:] = correlation[rise_bars:] - correlation[:-rise_bars]
        rise[:] = change
        known = np.isfinite(change)
        limit = min(rise_limit, np.quantile(change[known], quantile)) if known.any() else rise_limit
        flags[:] = np.where(known, change > limit, -1)

    patch.setattr(analysis, "flag_rises", flag)


def profile_of_the_last_day(patch: pytest.MonkeyPatch) -> None:
    """Every day has the pattern of the week as it stands at the end."""
    honest = prediction.estimate_week_profiles
    patch.setattr(
        prediction,
        "estimate_week_profiles",
        lambda *rest: np.broadcast_to(honest(*rest)[-1], honest(*rest).shape),
    )


def errors_of_the_day_itself(patch: pytest.MonkeyPatch) -> None:
    """The confidence of a day knows how its own predictions went."""
    honest = prediction._past_spread

    def spread(errors, window, prior):
        ahead = np.roll(errors, -1, axis=1)
        return honest(ahead, window, prior)

    patch.setattr(prediction, "_past_spread", spread)


@pytest.mark.parametrize(
    ("leak", "time", "column"),
    [
        (rises_of_the_whole_sample, "1D", "spillover_event"),
        (profile_of_the_last_day, "1D", "intraday_hourly_frac"),
        (errors_of_the_day_itself, "6h", "intraday_confidence"),
    ],
)
def test_statistics_of_what_is_not_over_are_found(
    coins, params, first, monkeypatch, leak, time: str, column: str
) -> None:
    """Planted in the stage's own code, one after the other; each shows in its column."""
    leak(monkeypatch)
    cut = MONDAY + pd.Timedelta(time)
    other = compute_all(disturbed(coins, cut, "louder"), params)
    with pytest.raises(AssertionError, match=f"'{column}'"):
        assert_same_past(compute_all(coins, params), other, cut, first)
