"""Bad files: an error with file, row, expected, found and Fix, or a cleaning that is counted."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dipmaster.altdata import build_evidence, build_provider, read_values
from dipmaster.altdata.files.cleaning import FileValues
from dipmaster.altdata.files.table import load_table
from dipmaster.altdata.providers.files import FilesProvider
from dipmaster.core.errors import DataError
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.market.raw.files import RawFile
from tests.altdata.conftest import make_candidates

Read = Callable[[str, str], FileValues]
Provide = Callable[[dict[str, str]], FilesProvider]

MOOD = "date,fng\n"
METRICS = "create_time,symbol,sum_open_interest\n"
DEPTH = "timestamp,percentage,depth,notional\n"

BAD = {
    "wrong column": (
        "fear_greed.csv",
        "date,index_value\n2023-01-01,50\n",
        "fear_greed.csv: expected the columns of one format",
    ),
    "renamed flow": (
        "onchain.csv",
        "time,FlowInto,FlowOutOf\n2023-01-01,1,2\n",
        "found time, flowinto, flowoutof",
    ),
    "no header": ("a.csv", "2023-01-01,50\n2023-01-02,51\n", "the columns of one format"),
    "numbers without a header": ("a.csv", "1,50\n2,51\n", "line 1: expected a line that names"),
    "text for a number": (
        "a.csv",
        MOOD + "2023-01-01,50\n2023-01-02,high\n",
        "line 3: expected a finite number in 'fng', or nothing, found fng='high'",
    ),
    "infinity": ("a.csv", MOOD + "2023-01-01,inf\n", "line 2: expected a finite number"),
    "out of bounds": (
        "a.csv",
        MOOD + "2023-01-01,50\n2023-01-02,101\n",
        "line 3: expected fear_greed (0..100) from 0 to 100, found 101",
    ),
    "negative flow": (
        "a.csv",
        "time,FlowInExNtv\n2023-01-01,-5\n",
        "exchange_inflow (coins a day)",
    ),
    "no time": ("a.csv", MOOD + ",50\n", "line 2: expected a time from 2009 to 2099"),
    "nonsense time": ("a.csv", MOOD + "yesterday,50\n", "found date='yesterday'"),
    "today": ("a.csv", MOOD + "today,50\n", "found date='today'"),
    "before any coin": ("a.csv", MOOD + "1999-01-01,50\n", "found date='1999-01-01'"),
    "after 2099": ("a.csv", MOOD + "2105-01-01,50\n", "found date='2105-01-01'"),
    "some with a zone": (
        "a.csv",
        MOOD + "2023-01-01 00:00:00+00:00,50\n2023-01-02 00:00:00,51\n",
        "line 3: expected times of one zone: UTC, as in the rows before",
    ),
    "two zones": (
        "a.csv",
        MOOD + "2023-01-01 00:00:00+00:00,50\n2023-01-02 00:00:00+02:00,51\n",
        "line 3: expected times of one zone: UTC",
    ),
    "cut off": (
        "a.csv",
        MOOD + "2023-01-01,50\n2023-01-02\n",
        "line 3: expected 2 fields, found 1",
    ),
    "field too many": (
        "a.csv",
        MOOD + "2023-01-01,50\n\n2023-01-02,5,1\n",
        "line 4: expected 2 fields",
    ),
    "empty": ("a.csv", "", "expected rows of values, found an empty file"),
    "header alone": ("a.csv", MOOD, "expected rows of values, found no row"),
    "no such kind": ("a.txt", "hello", "a file that ends in .csv"),
    "no coin": (
        "metrics.csv",
        "create_time,sum_open_interest\n2023-01-01,5\n",
        "a file of one coin",
    ),
    "no symbol": ("metrics.csv", METRICS + "2023-01-01,../x,5\n", "line 2: expected a symbol"),
    "other band": (
        "BTCUSDT-bookDepth-2023-01-01.csv",
        DEPTH + "2023-01-01 00:00:04,-5,1,1\n2023-01-01 00:00:04,-7,1,1\n",
        "line 3: expected a percentage of 0.2, 1, 2, 3, 4, 5, below 0 for bids",
    ),
    "broken json": ("x_dvol.json", "[[1, 2]", "a whole json that can be read"),
    "json object": ("x_dvol.json", '{"a": 1}', "expected a list of [time, value], found dict"),
    "json entry": (
        "x_dvol.json",
        "[[1672531200000, 5], [1672617600000]]",
        "entry 2: expected a list of [time, value], found [1672617600000]",
    ),
    "json text": (
        "x_dvol.json",
        '[[1672531200000, "high"]]',
        "entry 1: expected a finite number in 'value'",
    ),
    "json of what": ("values.json", "[[1672531200000, 5]]", "the columns of one format"),
    "one bar": (
        "BTCUSDT-2023.csv",
        "1672531200000,1,2,0.5,1.5,40,1672531499999,60,7,30,45,0\n",
        "bars of one interval, or the interval in the file's name",
    ),
    "taker beyond volume": (
        "BTCUSDT-5m.csv",
        "1672531200000,1,2,0.5,1.5,40,1672531499999,60,7,41,45,0\n",
        "line 1: expected taker_imbalance (-1..1) from -1 to 1",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_file_is_an_error_with_its_place_and_a_fix(read_text: Read, kind: str) -> None:
    name, text, message = BAD[kind]
    with pytest.raises(DataError) as error:
        read_text(name, text)
    assert message in str(error.value)
    assert name in str(error.value)
    assert "Fix: " in str(error.value)


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"date,fng\n2023-01-01,\xff\n")
    with pytest.raises(DataError, match="a whole csv that can be read"):
        load_table(RawFile("a.csv", tmp_path / "a.csv"))


def test_faults_of_all_files_are_reported_at_once(provide: Provide) -> None:
    with pytest.raises(DataError) as error:
        provide({"a.csv": MOOD + "2023-01-01,x\n", "b.csv": MOOD + "2023-01-01,y\n"})
    assert "a.csv" in str(error.value)
    assert "b.csv" in str(error.value)


def test_two_values_of_one_time_are_an_error_with_both_places(provide: Provide) -> None:
    with pytest.raises(DataError) as error:
        provide({"a.csv": MOOD + "2023-01-01,50\n", "b.csv": MOOD + "2023-01-01,51\n"})
    assert "b.csv, row 1, fear_greed of 2023-01-02T00:00:00Z" in str(error.value)
    assert "found 51, and 50 in a.csv, row 1" in str(error.value)
    assert "keep one vintage" in str(error.value)


def test_rows_out_of_order_and_doubled_rows_are_put_right_and_counted(provide: Provide) -> None:
    """As in the archive's metrics of 2020 and 2021."""
    rows = ["00:00:00", "00:10:00", "00:05:00", "00:05:00", "00:15:00"]
    text = METRICS + "".join(f"2021-01-01 {time},BTCUSDT,5{time[3:5]}\n" for time in rows)
    name = "BTCUSDT-metrics-2021-01-01.csv"
    provider = provide({name: text})
    assert provider.cleaning == {name: {"doubled value": 1, "row out of order": 1}}
    frame = read_values(provider, "BTCUSDT")
    assert frame["value"].tolist() == [500.0, 505.0, 510.0, 515.0]
    assert np.diff(to_epoch_ms(frame["event_time"])).tolist() == [300_000] * 3


def test_empty_values_are_no_values_and_counted(provide: Provide) -> None:
    provider = provide({"a.csv": MOOD + "2023-01-01,50\n2023-01-02,\n2023-01-03,nan\n\n"})
    assert provider.cleaning == {"a.csv": {"empty value": 2}}
    assert read_values(provider, "BTCUSDT")["value"].tolist() == [50.0]


def test_after_a_gap_of_months_the_value_is_missing_not_old(
    provide: Provide, params: AlternativeData
) -> None:
    provider = provide({"a.csv": MOOD + "2023-01-01,50\n2023-06-01,60\n"})
    at = [int(np.datetime64(day, "ms").astype(np.int64)) for day in ("2023-01-03", "2023-04-01")]
    candidates = make_candidates(*(("BTCUSDT", time) for time in at))
    evidence = build_evidence(provider, candidates, params)
    np.testing.assert_array_equal(evidence.scores["social_media"], [0.5, np.nan])
    (channel,) = evidence.results.channels
    assert channel.longest_gap_hours == 151 * 24
    assert (channel.published, channel.fresh) == (2, 1)


def test_times_in_several_units_are_distinguished_row_by_row(provide: Provide) -> None:
    text = MOOD + "1672531200,1\n1672617600000,2\n1672704000000000,3\n"
    frame = read_values(provide({"a.csv": text}), "BTCUSDT")
    assert np.diff(to_epoch_ms(frame["event_time"])).tolist() == [86_400_000] * 2


def test_no_file_names_the_fix(tmp_path: Path, params: AlternativeData) -> None:
    files = params.model_copy(update={"provider": "files"})
    with pytest.raises(DataError, match=r"set alternative_data\.provider to none"):
        build_provider(files, tmp_path)


def test_files_are_found_under_data_raw_alt(tmp_path: Path, params: AlternativeData) -> None:
    folder = tmp_path / "data" / "raw" / "alt"
    (folder / "BTCUSDT").mkdir(parents=True)
    (folder / "README.md").write_text("what these files are")
    (folder / "mood.csv").write_text(MOOD + "2023-01-01,50\n")
    quotes = "best_bid,best_ask,timestamp\n99,101,2023-01-01 00:00:01\n"
    (folder / "BTCUSDT" / "top.csv").write_text(quotes)
    provider = build_provider(params.model_copy(update={"provider": "files"}), tmp_path)
    assert [channel.name for channel in provider.channels] == ["fear_greed", "best_bid", "best_ask"]
    assert set(provider.cleaning) == {"mood.csv", "BTCUSDT/top.csv"}
