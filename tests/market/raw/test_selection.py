"""Sets, coins and periods: what is not selected is neither checked, nor merged, nor charged."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from dipmaster.core.errors import DataError
from dipmaster.market.raw.files import NOT_SELECTED, OTHER_COIN
from dipmaster.results.common import RawSelection
from tests.market.raw.errors import Bars, Read, read_error

DAY = 288


@pytest.fixture
def sets(raw: Path, bars: Bars) -> Path:
    """Sets `one` and `two` with other bars of BTCUSDT; `one` has ETHUSDT too."""
    raw.rmdir()
    for name, coins in (("one", ("BTCUSDT", "ETHUSDT")), ("two", ("BTCUSDT",))):
        (raw.parent / name).mkdir()
        for seed, coin in enumerate(coins, start=len(coins)):
            bars(8 * DAY, seed=seed).to_parquet(raw.parent / name / f"{coin}-5m.parquet")
    return raw.parent


def first_and_last(frame: pd.DataFrame) -> tuple[str, str]:
    return tuple(f"{frame['open_time'].iloc[i]:%m-%d %H:%M}" for i in (0, -1))


def test_two_sets_may_hold_a_coin_where_one_is_read(sets: Path, read: Read) -> None:
    one, two = read(set="one"), read(set="two")
    assert list(one.bars) == ["BTCUSDT", "ETHUSDT"]
    assert list(two.bars) == ["BTCUSDT"]
    assert not one.bars["BTCUSDT"]["close"].equals(two.bars["BTCUSDT"]["close"])
    assert [file.file for file in two.log.files] == ["two/BTCUSDT-5m.parquet"]
    assert two.log.selection == RawSelection(
        set="two", sets_read=("two",), symbols=None, start=None, end=None
    )


def test_where_both_are_read_the_clash_names_the_way_out(sets: Path, read: Read) -> None:
    read_error(read, "one/BTCUSDT-5m.parquet and data/raw/two", "select one set (ingest.raw.set)")
    assert read(symbols=["ETHUSDT"]).log.selection.sets_read == ("one",)


@pytest.mark.parametrize("name", ["three", "on"])
def test_an_unknown_set_names_those_there_are(sets: Path, read: Read, name: str) -> None:
    (sets / ".hidden").mkdir()
    read_error(read, f"a folder '{name}' (ingest.raw.set), found the sets one, two.", set=name)


def test_what_lies_in_another_set_is_not_looked_at(sets: Path, read: Read) -> None:
    (sets / "two/SOLUSDT-5m.csv").write_text("garbage", encoding="utf-8")
    (sets / "two/all.csv.part").write_text("half", encoding="utf-8")
    assert read(set="one").log.ignored == ()


def test_a_set_left_behind_stops_only_an_experiment_that_reads_it(
    sets: Path, read: Read, tmp_path: Path
) -> None:
    workspace = tmp_path / "workspace"
    shutil.copytree(sets, workspace)
    shutil.rmtree(sets / "two")
    assert list(read(workspace, set="one").bars) == ["BTCUSDT", "ETHUSDT"]
    for selected in (None, "two"):
        with pytest.raises(DataError, match="`dvc add data/raw/two` and `git add"):
            read(workspace, set=selected)


def test_files_of_other_coins_are_not_opened(sets: Path, read: Read) -> None:
    (sets / "one/SOL_USDT-5m.feather").write_bytes(b"half a download")
    market = read(set="one", symbols=["ETHUSDT"])
    assert list(market.bars) == ["ETHUSDT"]
    assert {(entry.file, entry.reason) for entry in market.log.ignored} == {
        ("one/BTCUSDT-5m.parquet", OTHER_COIN),
        ("one/SOL_USDT-5m.feather", OTHER_COIN),
    }


def test_coins_of_one_file_are_distinguished(raw: Path, read: Read, bars: Bars) -> None:
    """Bad rows of a coin that is not selected stop nothing."""
    bad = bars(seed=1).assign(symbol="ETHUSDT", close=-1.0)
    pd.concat([bars().assign(symbol="BTCUSDT"), bad]).to_parquet(raw / "all-5m.parquet")
    read_error(read, "prices above zero")
    assert list(read(symbols=["BTCUSDT"]).bars) == ["BTCUSDT"]
    read_error(read, "prices above zero", symbols=["ETHUSDT"])


@pytest.mark.parametrize("symbols", [["SOLUSDT"], ["BTCUSDT", "SOLUSDT"]])
def test_an_unknown_coin_names_those_there_are(sets: Path, read: Read, symbols: list[str]) -> None:
    read_error(
        read,
        "data/raw/one: expected bars of SOLUSDT (ingest.raw.symbols), found bars of "
        "BTCUSDT, ETHUSDT.",
        set="one",
        symbols=symbols,
    )


def test_a_period_is_half_open_and_its_last_bar_is_finished(sets: Path, read: Read) -> None:
    frame = read(set="one", start="2023-01-03", end="2023-01-06").bars["ETHUSDT"]
    assert first_and_last(frame) == ("01-03 00:00", "01-05 23:55")
    assert len(frame) == 3 * DAY
    for trim in (True, False):
        frame = read(set="one", start="2023-01-03", trim_to_common_end=trim).bars["ETHUSDT"]
        assert first_and_last(frame)[1] == ("01-08 23:50" if trim else "01-08 23:55")


def test_a_file_that_ends_with_the_period_may_end_unfinished(sets: Path, read: Read) -> None:
    frame = read(set="one", end="2023-01-09").bars["ETHUSDT"]
    assert first_and_last(frame)[1] == "01-08 23:50"


def test_finer_bars_and_next_months_file(raw: Path, read: Read, bars: Bars) -> None:
    """The second file shows that the first one's last bar is finished."""
    minutes = bars(8 * 1440, minutes=1)
    minutes.iloc[: 4 * 1440].to_parquet(raw / "BTCUSDT-1m-a.parquet")
    minutes.iloc[4 * 1440 :].to_parquet(raw / "BTCUSDT-1m-b.parquet")
    market = read(end="2023-01-05")
    assert first_and_last(market.bars["BTCUSDT"]) == ("01-01 00:00", "01-04 23:55")
    assert [(entry.file, entry.reason) for entry in market.log.ignored] == [
        ("set/BTCUSDT-1m-b.parquet", NOT_SELECTED)
    ]


def test_rows_outside_the_period_are_not_checked_but_impossible_times_are(
    raw: Path, read: Read, bars: Bars
) -> None:
    frame = bars(8 * DAY)
    frame.loc[3, "close"] = -1.0
    frame.to_parquet(raw / "BTCUSDT-5m.parquet")
    assert len(read(start="2023-01-02").bars["BTCUSDT"]) == 7 * DAY - 1
    frame.loc[3, "open_time"] = pd.Timestamp("1971-01-01", tz="UTC")
    frame.to_parquet(raw / "BTCUSDT-5m.parquet")
    read_error(read, "a time in 2009 or later", start="2023-01-02")


def test_copies_that_disagree_outside_the_period_do_not_matter(
    raw: Path, read: Read, bars: Bars
) -> None:
    frame = bars(8 * DAY)
    frame.to_parquet(raw / "BTCUSDT-5m-a.parquet")
    frame.loc[3, "volume"] += 1.0
    frame.to_parquet(raw / "BTCUSDT-5m-b.parquet")
    read_error(read, "bars of the same time to agree")
    assert len(read(start="2023-01-02").bars["BTCUSDT"]) == 7 * DAY - 1


def test_an_empty_period_names_the_bars_there_are(sets: Path, read: Read) -> None:
    period = {"start": "2024-01-01", "end": "2024-03-01"}
    read_error(
        read,
        "data/raw/one, BTCUSDT, ETHUSDT: expected bars from 2024-01-01T00:00:00Z on and before "
        "2024-03-01T00:00:00Z (ingest.raw.start, ingest.raw.end), found bars from "
        "2023-01-01T00:00:00Z to 2023-01-08T23:55:00Z, and none",
        set="one",
        **period,
    )


def test_a_coin_without_bars_in_the_period_is_left_out_unless_it_is_named(
    sets: Path, read: Read, bars: Bars
) -> None:
    bars(3 * DAY, start="2022-11-01").to_parquet(sets / "one/SOLUSDT-5m.parquet")
    market = read(set="one", start="2023-01-01")
    assert list(market.bars) == ["BTCUSDT", "ETHUSDT"]
    assert [(e.file, e.reason) for e in market.log.ignored] == [
        ("one/SOLUSDT-5m.parquet", NOT_SELECTED)
    ]
    read_error(
        read, "data/raw/one, SOLUSDT: ", set="one", start="2023-01-01",
        symbols=["BTCUSDT", "SOLUSDT"],
    )  # fmt: skip


def test_a_named_coin_with_a_hole_over_the_period(raw: Path, read: Read, bars: Bars) -> None:
    bars(20 * DAY).to_parquet(raw / "BTCUSDT-5m.parquet")
    hole = bars(20 * DAY, seed=1)
    hole[(hole.index < 3 * DAY) | (hole.index >= 17 * DAY)].to_parquet(raw / "ETHUSDT-5m.parquet")
    period = {"start": "2023-01-06", "end": "2023-01-10"}
    assert list(read(**period).bars) == ["BTCUSDT"]
    read_error(read, "data/raw, ETHUSDT: ", symbols=["BTCUSDT", "ETHUSDT"], **period)


def test_funding_follows_coins_sets_and_dates(sets: Path, read: Read) -> None:
    first = pd.Timestamp("2023-01-01", tz="UTC")
    stamps = [int((first + pd.Timedelta(8 * i, "h")).timestamp() * 1000) + 2 for i in range(24)]
    header = "calc_time,funding_interval_hours,last_funding_rate\n"
    text = header + "".join(f"{stamp},8,0.0001\n" for stamp in stamps)
    (sets / "one/ETHUSDT-fundingRate-2023-01.csv").write_text(text, encoding="utf-8")
    (sets / "one/BTCUSDT-fundingRate-2023-01.csv").write_text(text + "x,8,2\n", encoding="utf-8")
    read_error(read, "BTCUSDT-fundingRate-2023-01.csv, line 26", set="one")
    market = read(set="one", symbols=["ETHUSDT"], start="2023-01-03", end="2023-01-06")
    rates = market.funding["ETHUSDT"]["time"]
    assert list(market.funding) == ["ETHUSDT"]
    assert (str(rates.iloc[0]), str(rates.iloc[-1]), len(rates)) == (
        "2023-01-03 00:00:00+00:00", "2023-01-05 16:00:00+00:00", 9,
    )  # fmt: skip
    assert read(set="two").funding == {}


def test_real_bars_of_two_overlapping_sets(real_data: Path, raw: Path, read: Read) -> None:
    """Both sets hold ADAUSDT, one of them from a shorter download."""
    for name, coins in (("major", ("ADAUSDT", "XRPUSDT")), ("short", ("ADAUSDT",))):
        (raw.parent / name).mkdir()
        for coin in coins:
            frame = pd.read_parquet(real_data / "klines_5m" / f"{coin}_5m.parquet")
            kept = frame if name == "major" else frame.iloc[:50_000]
            kept.to_parquet(raw.parent / name / f"{coin}_5m.parquet")
    market = read(set="major", symbols=["ADAUSDT"], start="2022-11-01", end="2023-02-01")
    frame = market.bars["ADAUSDT"]
    assert len(frame) == 92 * DAY
    source = pd.read_parquet(real_data / "klines_5m" / "ADAUSDT_5m.parquet")
    inside = (source["open_time"] >= "2022-11-01") & (source["open_time"] < "2023-02-01")
    pd.testing.assert_frame_equal(frame, source[inside].reset_index(drop=True), check_exact=True)
    assert len(read(set="short").bars["ADAUSDT"]) == 49_999
