"""The stream gives the bytes of table VOLATILITY, bar by bar, across gaps and restarts."""

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.errors import TableError
from dipmaster.core.panel import align_bars, to_epoch_ms
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.volatility import (
    STREAM_COLUMNS,
    VolatilityStream,
    build_volatility_table,
    compute_volatility,
)

pytestmark = [pytest.mark.slow, pytest.mark.replay]

Bars = Mapping[str, Mapping[str, float]]
Rows = dict[str, dict[int, dict[str, Any]]]
PRICES = ["open", "high", "low", "close"]
MONDAY_MS = int(
    pd.Timestamp("2023-01-16", tz="UTC").value // 10**6
)  # a refit of every 4 and 7 days
SUNDAY_MS = MONDAY_MS - 24 * BAR_MS  # 22:00


@pytest.fixture(scope="module")
def coins(coins) -> Mapping[str, pd.DataFrame]:
    """Besides those of the package: one that ends, with unusable bars; an hour nobody has."""
    frames = {symbol: frame.copy() for symbol, frame in coins.items()}
    ended = frames["AAAUSDT"].iloc[:5200].copy()
    ended[PRICES] = 2500.0 / ended[["open", "low", "high", "close"]].to_numpy()
    ended.loc[ended.index[100::701], PRICES] = 0.0
    ended.loc[ended.index[200::907], "close"] = np.nan
    ended.loc[3500:3560, PRICES] = 50.0  # stands still
    frames["DDDUSDT"] = ended
    nobody = pd.Timestamp("2023-01-19 23:30", tz="UTC"), pd.Timestamp("2023-01-20 00:25", tz="UTC")
    return {
        symbol: frame[~frame["open_time"].between(*nobody)].reset_index(drop=True)
        for symbol, frame in frames.items()
    }


@pytest.fixture(scope="module", params=["simulated", "raw"])
def case(request, params) -> tuple[Volatility, str]:
    """Params and source: as committed, and what the other choices lead to."""
    raw = params.model_dump()
    raw["regime"] |= {"detector": "by_source", "low_daily_frac": 0.03}
    raw["regime"] |= {"normal_daily_frac": 0.042, "no_new_trades_daily_frac": 0.055}
    if request.param == "raw":
        raw["forecast"] = "har_range"
        raw["garch"] |= {"innovations": "student_t", "refit_days": 4}
        raw |= {"short_bars": 13, "middle_bars": 50, "long_bars": 301}
    return Volatility.model_validate(raw), request.param


@pytest.fixture(scope="module")
def tables(coins, case) -> Mapping[str, pd.DataFrame]:
    params, source = case
    volatility = compute_volatility(align_bars(coins, 1.0), params, source)
    return {s: build_volatility_table(s, volatility, params) for s in volatility.symbols}


def by_time(coins: Mapping[str, pd.DataFrame]) -> Iterator[tuple[int, Bars]]:
    """Bars of all coins at each time at which one has one."""
    bars: dict[int, dict[str, Mapping[str, float]]] = {}
    for symbol, frame in coins.items():
        rows = frame[PRICES].to_dict("records")
        for time, row in zip(to_epoch_ms(frame["open_time"]).tolist(), rows, strict=True):
            bars.setdefault(time, {})[symbol] = row
    return iter(sorted(bars.items()))


def follow(stream: VolatilityStream, bars: Iterable[tuple[int, Bars]]) -> Rows:
    rows: Rows = {}
    for time, at_time in bars:
        for symbol, row in stream.push(time, at_time).items():
            rows.setdefault(symbol, {})[time] = row
    return rows


def differing(rows: Rows, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Columns of which any bit differs, or in which rows are missing or too many."""
    wrong = []
    for symbol, table in tables.items():
        times = to_epoch_ms(table["open_time"]).tolist()
        if list(rows[symbol]) != times:
            wrong.append(f"{symbol} open_time")
            continue
        for name in table.columns[1:]:
            values = [row[name] for row in rows[symbol].values()]
            stored = table[name].to_numpy()
            assert {type(value) for value in values} == {stored.dtype.type}
            if np.array(values).tobytes() != stored.tobytes():
                wrong.append(f"{symbol} {name}")
    return wrong


def before(time_ms: int, table: pd.DataFrame) -> pd.DataFrame:
    return table[to_epoch_ms(table["open_time"]) < time_ms]


def after(time_ms: int, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables from a time on, of the coins that have not ended by then."""
    later = {s: t[to_epoch_ms(t["open_time"]) >= time_ms] for s, t in tables.items()}
    return {symbol: table for symbol, table in later.items() if len(table)}


def restarted(stream: VolatilityStream, coins, case) -> VolatilityStream:
    """A stream from what the other one wrote into a file without pickles."""
    file = io.BytesIO()
    np.savez(file, **stream.state())
    file.seek(0)
    with np.load(file, allow_pickle=False) as state:
        return VolatilityStream.from_state(list(coins), *case, dict(state))


@pytest.fixture(scope="module")
def followed(coins, case) -> tuple[Rows, dict[str, Any], dict[str, Any]]:
    """Rows of a stream that nobody stops, and its states on a Sunday evening and at the end."""
    stream = VolatilityStream(list(coins), *case)
    bars = list(by_time(coins))
    cut = [time for time, _ in bars].index(SUNDAY_MS)
    rows = follow(stream, bars[:cut])
    state = stream.state()
    for symbol, later in follow(stream, bars[cut:]).items():
        rows[symbol] |= later
    return rows, state, stream.state()


def test_every_column_of_every_bar_has_the_bytes_of_the_batch(followed, tables) -> None:
    assert tuple(tables["AAAUSDT"].columns[1:]) == STREAM_COLUMNS
    assert differing(followed[0], tables) == []


def test_what_is_compared_is_known(tables) -> None:
    table = tables["AAAUSDT"]
    for name in STREAM_COLUMNS:
        values = np.concatenate([each[name] for each in tables.values()])
        known = values[values >= 0] if values.dtype == np.int8 else values[np.isfinite(values)]
        assert len(known) > 4000, name
        assert len(np.unique(known)) > 1, name
    late, ended = tables["CCCUSDT"], tables["DDDUSDT"]
    assert late["har_daily_frac"].notna().any()
    assert (late["level_daily_frac"].isna() & late["market_level_daily_frac"].notna()).any()
    assert ended["open_time"].iloc[-1] < table["open_time"].iloc[-1]
    assert ended["realised_short_daily_frac"].isna().any()  # stands still
    assert (table["open_time"].diff() == pd.Timedelta("65min")).any()  # what nobody has


def test_restarts_go_on_with_the_same_bytes(coins, case, followed, tables) -> None:
    """Stopped inside hours, before midnights, refits and what nobody has, prepared or not."""
    stream = VolatilityStream.from_state(list(coins), *case, followed[1])
    rows: Rows = {}
    later = [(time, bars) for time, bars in by_time(coins) if time >= SUNDAY_MS]
    for n, (time, bars) in enumerate(later):
        if n in (0, 1, 23, 24, 30, 311, 312, 313, 1170, 1300):
            stream = restarted(stream, coins, case)
            stream.prepare()
            stream.prepare()
            stream = restarted(stream, coins, case)
        for symbol, at_time in follow(stream, [(time, bars)]).items():
            rows.setdefault(symbol, {}).update(at_time)
    assert differing(rows, after(SUNDAY_MS, tables)) == []
    assert later[24][0] == MONDAY_MS
    assert later[1170][0] - later[1169][0] == 13 * BAR_MS
    end = stream.state()
    assert all(np.array_equal(end[name], value, equal_nan=True)
               for name, value in followed[2].items() if name != "made_for")  # fmt: skip


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("garch.states", "garch_level_daily_frac"),
        ("windows.tails", "realised_middle_daily_frac"),
        ("forecasts.har.targets", "har_daily_frac"),
        ("range_classes.rows", "regime_range_class"),
        ("spillover.sums.heads", "spillover_intensity"),
        ("predictions.past", "intraday_confidence"),
        ("states.gaps", "regime_hierarchical"),
    ],
)
def test_the_comparison_finds_what_is_not_remembered(
    coins, case, followed, tables, name: str, column: str
) -> None:
    """Planted in a state: one of its arrays is 1 too large everywhere."""
    state = dict(followed[1])
    state[name] = state[name] + 1.0
    stream = VolatilityStream.from_state(list(coins), *case, state)
    stop = MONDAY_MS + DAY_MS
    rows = follow(stream, [each for each in by_time(coins) if SUNDAY_MS <= each[0] < stop])
    until = {symbol: before(stop, table) for symbol, table in after(SUNDAY_MS, tables).items()}
    assert f"AAAUSDT {column}" in differing(rows, until)


def test_what_is_remembered_does_not_grow(coins, case, followed) -> None:
    new = VolatilityStream(list(coins), *case).state()
    for name, value in new.items():
        assert np.shape(followed[1][name]) == np.shape(followed[2][name]) == np.shape(value), name


def test_a_state_of_something_else_is_refused(coins, case, params, followed) -> None:
    params, source = case
    state = followed[1]
    with pytest.raises(TableError, match="of the same symbols, section `volatility` and source"):
        VolatilityStream.from_state([*coins, "EEEUSDT"], params, source, state)
    other = params.model_copy(update={"ewma_halflife_bars": 71.0})
    with pytest.raises(TableError, match="found another"):
        VolatilityStream.from_state(list(coins), other, source, state)
    part = {name: value for name, value in state.items() if name != "garch.fits"}
    with pytest.raises(
        TableError, match=r"garch.fits: expected an array of shape \(4, 18\), found"
    ):
        VolatilityStream.from_state(list(coins), params, source, part)
    short = state | {"garch.fits": state["garch.fits"][:, :3]}
    with pytest.raises(TableError, match=r"float64 of shape \(4, 18\), found float64 of shape"):
        VolatilityStream.from_state(list(coins), params, source, short)


def test_times_and_symbols_that_do_not_fit_are_refused(coins, case) -> None:
    stream = VolatilityStream(list(coins), *case)
    (time, bars), *_ = by_time(coins)
    with pytest.raises(TableError, match="on the grid, found 2023-01-04T05:20:00Z"):
        stream.push(time + 1, bars)
    assert stream.push(time - 5 * BAR_MS, {}) == {}  # nothing has begun yet
    stream.push(time, bars)
    for wrong in (time, time - BAR_MS):  # doubled, out of order
        with pytest.raises(TableError, match=r"from 2023-01-04T05:25:00Z on, found 2023-01-04T05"):
            stream.push(wrong, bars)
    no_low = {name: 1.0 for name in PRICES if name != "low"}
    with pytest.raises(TableError, match=r"AAAUSDT at .*: expected open, .*, found no low"):
        stream.push(time + 9 * BAR_MS, {"AAAUSDT": no_low})
    with pytest.raises(TableError, match="found ZZZUSDT"):
        stream.push(time + BAR_MS, {"ZZZUSDT": bars["AAAUSDT"]})
    assert set(stream.push(time + BAR_MS, bars)) == set(bars)  # what was refused left no trace
