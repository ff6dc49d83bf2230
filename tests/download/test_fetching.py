"""From a well-behaved archive: what is asked for, where it goes, what the loader makes of it."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from dipmaster.altdata.providers.files import build_files_provider
from dipmaster.core.errors import DataError
from dipmaster.core.params import Ingest
from dipmaster.download.archive import parse_month, refuse_future
from dipmaster.download.errors import DownloadError
from dipmaster.download.fetching import BY_THE_DAY, NOT_OVER, NOT_PUBLISHED, FetchResult
from dipmaster.market.quality import build_quality_report
from dipmaster.market.raw import RawMarket, read_raw
from dipmaster.market.raw.manifest import read_manifest
from dipmaster.results.ingest import IngestResults
from dipmaster.results.serialisation import read_result, write_result
from tests.download.made import add_depth, add_funding, add_metrics, add_month, kline_path
from tests.download.server import Archive
from tests.made.params import read_params
from tests.market.ingest_section import ingest_section

pytestmark = pytest.mark.slow

Fetch = Callable[..., FetchResult]
FILES = {f"{symbol}-5m-2023-0{month}.zip" for symbol in ("BTCUSDT", "ETHUSDT") for month in (1, 2)}


def read(raw: Path, **changes: object) -> RawMarket:
    return read_raw(raw, Ingest.model_validate(ingest_section(**changes)))


def visible(folder: Path) -> set[str]:
    """Files that are no sums and no manifest."""
    names = {path.name for path in folder.iterdir()}
    return {name for name in names if not name.endswith((".CHECKSUM", ".json"))}


def manifest(raw: Path) -> dict[str, object]:
    value: dict[str, object] = json.loads((raw / "binance/fetch.json").read_text())
    return value


def test_what_was_fetched_is_ingested(fetch: Fetch, raw: Path) -> None:
    result = fetch()
    assert visible(raw / "binance") == FILES
    assert result.missing == ()
    market = read(raw, set="binance")
    assert list(market.bars) == ["BTCUSDT", "ETHUSDT"]
    assert [len(frame) for frame in market.bars.values()] == [59 * 288 - 1] * 2
    assert market.log.ignored == ()


def test_the_files_are_those_of_the_archive_and_the_manifest_says_so(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    fetch()
    record = manifest(raw)
    entries = {entry["file"]: entry for entry in record["files"]}  # type: ignore[attr-defined]
    assert entries.keys() == {f"binance/{name}" for name in FILES}
    for name, entry in entries.items():
        content = (raw / name).read_bytes()
        assert content == archive.files[entry["source"]]
        assert entry["bytes"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert record["finished"] is True
    assert record["fetched_on"] == "2023-05-10"


def test_the_quality_report_says_what_was_fetched_and_what_was_missing(
    fetch: Fetch, raw: Path
) -> None:
    fetch(end="2023-03")
    market = read(raw, set="binance")
    results = build_quality_report(market.bars, market.log)
    write_result(results, Path("ingest.json"))
    files = read_result(Path("ingest.json"), IngestResults).files
    assert files is not None
    (fetched,) = files.fetched
    assert (fetched.set, fetched.market, fetched.files) == ("binance", "spot", 4)
    assert fetched.missing["not in the archive"].count == 2 * 31
    assert fetched.choice == "coins that were named"


def test_a_second_fetch_asks_for_nothing_and_changes_nothing(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    fetch()
    before = {path: path.stat().st_mtime_ns for path in (raw / "binance").glob("*.zip")}
    record = (raw / "binance/fetch.json").read_bytes()
    archive.requests.clear()
    result = fetch(today=date(2023, 5, 11))
    assert not archive.requests
    assert not any(one.is_new for one in result.placed)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert (raw / "binance/fetch.json").read_bytes() == record


def test_more_months_join_those_that_are_there(fetch: Fetch, raw: Path) -> None:
    fetch(end="2023-01")
    fetch(start="2023-02", symbols=("BTCUSDT",))
    assert visible(raw / "binance") == FILES - {"ETHUSDT-5m-2023-02.zip"}
    assert len(manifest(raw)["files"]) == 3  # type: ignore[arg-type]


def test_a_month_that_is_not_published_comes_by_the_day(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    for day in range(1, 29):
        if day != 5:
            add_month(archive, "BTCUSDT", f"2023-04-{day:02d}", np.random.default_rng(day))
    for month in ("2023-03",):
        add_month(archive, "BTCUSDT", month, np.random.default_rng(9))
    result = fetch(start="2023-02", end="2023-05", symbols=("BTCUSDT",))
    reasons = {entry.file.rpartition("/")[2]: entry.reason for entry in result.missing}
    assert reasons["BTCUSDT-5m-2023-04.zip"] == BY_THE_DAY
    days = {name for name, reason in reasons.items() if reason == NOT_PUBLISHED}
    lacking = ["2023-04-05", "2023-04-29", "2023-04-30", *(f"2023-05-0{n}" for n in range(1, 10))]
    assert days == {f"BTCUSDT-5m-{day}.zip" for day in lacking}
    assert kline_path("BTCUSDT", "2023-05") not in archive.requests  # it is not over
    assert len(read(raw).bars["BTCUSDT"]) == (28 + 31 + 27) * 288 - 1


def test_days_give_way_to_their_month_in_the_manifest(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    """The month came later: its missing days are no longer missing."""
    add_month(archive, "BTCUSDT", "2023-04-01", np.random.default_rng(1))
    fetch(start="2023-04", end="2023-04", symbols=("BTCUSDT",))
    assert len(manifest(raw)["missing"]) == 30  # type: ignore[arg-type]
    rng = np.random.default_rng(1)
    add_month(archive, "BTCUSDT", "2023-04", rng)
    fetch(start="2023-04", end="2023-04", symbols=("BTCUSDT",))
    assert manifest(raw)["missing"] == []


def test_a_month_long_ago_is_missing_without_asking_for_its_days(
    fetch: Fetch, archive: Archive
) -> None:
    result = fetch(start="2022-11", symbols=("BTCUSDT",))
    assert [entry.file for entry in result.missing] == [
        "binance/BTCUSDT-5m-2022-11.zip", "binance/BTCUSDT-5m-2022-12.zip",
    ]  # fmt: skip
    assert not any("daily" in path for path in archive.requests)


def test_funding_of_futures_lies_with_the_bars_and_is_charged(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    for month in ("2023-01", "2023-02"):
        add_month(archive, "BTCUSDT", month, np.random.default_rng(1), "futures/um")
        add_funding(archive, "BTCUSDT", month)
    fetch(symbols=("BTCUSDT",), market="um", kinds=("klines", "funding"))
    market = read(raw, set="binance")
    assert list(market.funding) == ["BTCUSDT"]
    assert len(market.log.funding_files) == 2


def test_funding_of_a_month_that_is_not_over_is_listed(fetch: Fetch, archive: Archive) -> None:
    result = fetch(
        start="2023-05", end="2023-05", symbols=("BTCUSDT",), market="um", kinds=("funding",)
    )
    assert [entry.reason for entry in result.missing] == [NOT_OVER]
    assert not archive.requests


def test_evidence_goes_to_the_alternative_data_and_is_read_there(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    for day in range(1, 29):
        add_metrics(archive, "BTCUSDT", f"2023-02-{day:02d}")
        add_depth(archive, "BTCUSDT", f"2023-02-{day:02d}")
    add_funding(archive, "BTCUSDT", "2023-02")
    result = fetch(
        start="2023-02", symbols=("BTCUSDT",), kinds=("klines", "funding", "metrics", "depth")
    )
    assert result.missing == ()
    assert visible(raw / "binance") == {"BTCUSDT-5m-2023-02.zip"}
    assert len(visible(raw / "alt")) == 1 + 28 + 28
    provider = build_files_provider(read_params("alternative_data").alternative_data, Path())
    channels = {channel.name for channel in provider.channels}
    assert {"funding_rate_frac", "open_interest", "bid_within_5pct_quote"} <= channels
    assert read(raw, set="binance").funding == {}  # spot pays none


def test_a_set_holds_one_market(fetch: Fetch) -> None:
    fetch()
    with pytest.raises(DownloadError, match=r"one of spot from .*\n  Fix: .* --set"):
        fetch(market="um")


def test_a_set_whose_fetch_was_cut_is_refused(fetch: Fetch, raw: Path) -> None:
    fetch()
    path = raw / "binance/fetch.json"
    path.write_text(path.read_text().replace('"finished": true', '"finished": false'))
    for chosen in ("binance", None):
        with pytest.raises(DataError, match="one that still runs, or was cut off"):
            read(raw, set=chosen)
    fetch()
    assert len(read(raw).bars) == 2


def test_a_set_of_which_nothing_came_is_not_begun(fetch: Fetch, raw: Path) -> None:
    (raw / "binance").mkdir()
    result = fetch(start="2022-11", end="2022-11", symbols=("BTCUSDT",))
    assert [entry.reason for entry in result.missing] == [NOT_PUBLISHED]
    assert not (raw / "binance").exists()
    (raw / "binance").mkdir()
    (raw / "binance/mine.csv").touch()
    fetch(start="2022-11", end="2022-11", symbols=("BTCUSDT",))
    assert [path.name for path in (raw / "binance").iterdir()] == ["mine.csv"]


def test_what_a_set_with_files_lacks_is_noted(fetch: Fetch, raw: Path) -> None:
    fetch()
    fetch(start="2022-11", end="2022-11", symbols=("BTCUSDT",))
    manifest = read_manifest(raw / "binance")
    assert manifest is not None
    assert manifest.finished
    assert [entry.file for entry in manifest.missing] == ["binance/BTCUSDT-5m-2022-11.zip"]


@pytest.mark.parametrize(
    ("month", "today", "latest"),
    [("2099-01", "2023-05-10", "2023-05"), ("2023-05", "2023-05-01", "2023-04"),
     ("2023-01", "2023-01-01", "2022-12")],
)  # fmt: skip
def test_months_of_which_no_day_is_over_are_refused(month: str, today: str, latest: str) -> None:
    months = {"--start": parse_month("2022-01", "--start"), "--end": parse_month(month, "--end")}
    with pytest.raises(DownloadError, match=f"--end: expected {latest} or earlier, found {month}"):
        refuse_future(months, date.fromisoformat(today))
    refuse_future({"--end": parse_month(latest, "--end")}, date.fromisoformat(today))
