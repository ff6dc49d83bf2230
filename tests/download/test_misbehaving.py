"""A server that misbehaves, over real sockets: what is kept is good, what is not is told."""

import struct
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dipmaster.core.params import Ingest
from dipmaster.download.errors import DownloadError, UnreachableError
from dipmaster.download.fetching import NOT_RECEIVED, REFUSED, FetchResult
from dipmaster.market.raw import read_raw
from dipmaster.market.raw.manifest import read_manifest
from tests.download.conftest import QUICK
from tests.download.made import add_month, kline_path
from tests.download.server import Archive, cut, drip, hang_up, other, pack, silent, status
from tests.market.ingest_section import ingest_section

pytestmark = pytest.mark.slow

Fetch = Callable[..., FetchResult]
NAME, LATER_NAME = "BTCUSDT-5m-2023-01.zip", "BTCUSDT-5m-2023-02.zip"
PATH = kline_path("BTCUSDT", "2023-01")


def check_whole(raw: Path, archive: Archive, result: FetchResult) -> None:
    """All four files are there, as in the archive, and nothing else is left."""
    assert result.missing == ()
    for one in result.placed:
        assert (raw / one.file.folder / one.file.name).read_bytes() == archive.files[one.file.path]
    assert not list(raw.rglob("*.partial"))
    assert len(result.placed) == 4


def check_refused(raw: Path, result: FetchResult, reason: str, *texts: str) -> None:
    """One file is not there, the other three are, and the loader takes the set."""
    (entry,) = result.missing
    assert (entry.file, entry.reason) == (f"binance/{NAME}", reason)
    for text in (*texts, "Fix:"):
        assert text in entry.detail
    assert result.failed == result.missing
    assert not (raw / "binance" / NAME).exists()
    market = read_raw(raw, Ingest.model_validate(ingest_section(set="binance")))
    assert len(market.log.files) == 3
    (fetched,) = market.log.fetched
    assert fetched.missing[reason].files == (f"binance/{NAME}",)


@pytest.mark.parametrize("code", [500, 502, 503, 504, 429])
def test_a_passing_fault_is_tried_again(
    fetch: Fetch, raw: Path, archive: Archive, code: int
) -> None:
    archive.faults[PATH] = [status(code)] * 2
    check_whole(raw, archive, fetch())
    assert archive.requests[PATH] == 3


def test_waits_double(fetch: Fetch, raw: Path, archive: Archive) -> None:
    archive.faults[PATH] = [status(500)] * 3
    check_whole(raw, archive, fetch(limits=replace(QUICK, connections=1, backoff_s=0.1)))
    times = [at for at, path in archive.times if path == PATH]
    assert (np.diff(times) >= [0.1, 0.2, 0.4]).all()
    assert np.diff(times).sum() < 5


def test_no_more_connections_than_allowed(fetch: Fetch, raw: Path, archive: Archive) -> None:
    archive.seconds_a_file = 0.2
    check_whole(raw, archive, fetch(limits=replace(QUICK, connections=2)))
    assert archive.most_active == 2


@pytest.mark.parametrize(("name", "is_begun"), [(NAME, False), (LATER_NAME, True)])
def test_a_disk_that_takes_no_file_stops_the_fetch(
    fetch: Fetch, raw: Path, name: str, is_begun: bool
) -> None:
    """A new set is not begun where the first file already does not come."""
    (raw / f"binance/.{name}.partial").mkdir(parents=True)
    with pytest.raises(DownloadError, match=r"can be written, found Is a directory\.\n  Fix: make"):
        fetch(
            limits=replace(QUICK, connections=1),
            symbols=("BTCUSDT",),
            end="2023-02" if is_begun else "2023-01",
        )
    manifest = read_manifest(raw / "binance")
    assert (manifest is not None) == is_begun
    assert manifest is None or not manifest.finished


def test_retry_after_is_honoured_by_all_connections(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    archive.faults[f"{PATH}.CHECKSUM"] = [status(429, Retry_After="1")]
    began = time.monotonic()
    check_whole(raw, archive, fetch(limits=replace(QUICK, connections=1)))
    assert time.monotonic() - began >= 1.0
    first, second = (at for at, _path in archive.times[:2])
    assert second - first >= 1.0


def test_one_connection_that_is_refused_holds_back_the_other(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    """The other would have three files of 0.4 s to bring meanwhile."""
    archive.faults[f"{PATH}.CHECKSUM"] = [status(429, Retry_After="1")]
    archive.seconds_a_file = 0.4
    check_whole(raw, archive, fetch(limits=replace(QUICK, connections=2)))
    refused = next(at for at, path in archive.times if path == f"{PATH}.CHECKSUM")
    pause = (refused + 0.3, refused + 1.0)  # what was under way when it came was let through
    assert [path for at, path in archive.times if pause[0] < at < pause[1]] == []


def test_a_server_cannot_ask_for_an_endless_wait(fetch: Fetch, raw: Path, archive: Archive) -> None:
    archive.faults[PATH] = [status(429, Retry_After="86400")]
    began = time.monotonic()
    check_whole(raw, archive, fetch(limits=replace(QUICK, longest_wait_s=0.2)))
    assert time.monotonic() - began < 20


def test_a_cut_file_goes_on_where_it_was_cut(fetch: Fetch, raw: Path, archive: Archive) -> None:
    archive.faults[PATH] = [cut(1000)]
    check_whole(raw, archive, fetch())
    assert archive.offsets[PATH] == [1000]


def test_a_server_without_ranges_sends_it_anew(fetch: Fetch, raw: Path, archive: Archive) -> None:
    archive.has_ranges = False
    archive.faults[PATH] = [cut(1000)]
    check_whole(raw, archive, fetch())


def test_leftovers_of_another_version_do_no_harm(fetch: Fetch, raw: Path, archive: Archive) -> None:
    folder = raw / "binance"
    folder.mkdir()
    (folder / f".{NAME}.partial").write_bytes(b"x" * 1000)
    (folder / ".ETHUSDT-5m-2023-01.zip.partial").write_bytes(b"x" * 1_000_000)
    check_whole(raw, archive, fetch())


def test_a_connection_that_is_always_cut_is_reported(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    archive.faults[PATH] = [cut(0)] * 99
    check_refused(raw, fetch(), NOT_RECEIVED, PATH, "in 4 attempts")


def test_a_slow_drip_is_given_up(fetch: Fetch, raw: Path, archive: Archive) -> None:
    """Two bytes a second would be 14 hours for this file; each read comes in time."""
    archive.faults[PATH] = [drip(0.05)] * 2
    began = time.monotonic()
    check_whole(raw, archive, fetch())
    assert time.monotonic() - began < 20


def test_silence_is_given_up(fetch: Fetch, raw: Path, archive: Archive) -> None:
    archive.faults[PATH] = [silent(3.0)]
    check_whole(raw, archive, fetch(limits=replace(QUICK, timeout_s=0.3)))
    assert archive.requests[PATH] == 2


def test_a_wrong_sum_that_was_an_accident_is_mended(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    content = archive.files[PATH]
    archive.faults[PATH] = [other(content[:-9] + b"damaged!!")]
    check_whole(raw, archive, fetch())


def test_a_wrong_sum_that_stays_is_refused(fetch: Fetch, raw: Path, archive: Archive) -> None:
    archive.files[f"{PATH}.CHECKSUM"] = b"0" * 64 + b"  x.zip\n"
    check_refused(raw, fetch(), REFUSED, "sha256 0000", "after 2 downloads")


def test_a_sum_that_is_none_is_refused(fetch: Fetch, raw: Path, archive: Archive) -> None:
    archive.files[f"{PATH}.CHECKSUM"] = b"<html>hello</html>"
    check_refused(raw, fetch(), REFUSED, "a sha256", "<html>")


def with_declared_size(content: bytes, size: int) -> bytes:
    """A zip whose headers announce another size than its content has."""
    changed = bytearray(content)
    struct.pack_into("<I", changed, 22, size)
    struct.pack_into("<I", changed, content.index(b"PK\x01\x02") + 24, size)
    return bytes(changed)


CSV = NAME.replace(".zip", ".csv")
BOMB = pack({CSV: b"0" * (5 << 20)})
ZIPS = {
    "a path in it": (pack({f"../{CSV}": "1"}), f"one file {CSV}"),
    "an absolute path": (pack({f"/tmp/{CSV}": "1"}), f"one file {CSV}"),
    "a folder": (pack({f"x/{CSV}": "1"}), f"one file {CSV}"),
    "another name": (pack({"ETHUSDT-5m-2023-01.csv": "1"}), f"one file {CSV}"),
    "two files": (pack({CSV: "1", "more.csv": "1"}), "found 2"),
    "nothing": (pack({}), "found 0"),
    "a bomb": (BOMB, "at most 4194304 bytes unpacked"),
    "a bomb that lies": (with_declared_size(BOMB, 100), "a whole zip"),
    "no zip": (b"hello", "a whole zip"),
    "a cut zip": (pack({CSV: "1" * 9999})[:60], "a whole zip"),
}


@pytest.mark.parametrize("kind", ZIPS)
def test_a_zip_that_is_not_safe_is_refused(
    fetch: Fetch, raw: Path, archive: Archive, kind: str
) -> None:
    content, text = ZIPS[kind]
    archive.add(PATH, content)
    before = set(raw.parent.rglob("*.csv"))
    check_refused(raw, fetch(), REFUSED, text)
    assert set(raw.parent.rglob("*.csv")) == before


def test_a_file_that_does_not_end_is_refused(fetch: Fetch, raw: Path, archive: Archive) -> None:
    archive.add(PATH, b"x" * 2_000_000)
    check_refused(raw, fetch(), REFUSED, "at most 1048576 bytes")
    assert archive.requests[PATH] == 1


def test_access_that_is_refused_is_reported_once(fetch: Fetch, raw: Path, archive: Archive) -> None:
    archive.faults[f"{PATH}.CHECKSUM"] = [status(403)]
    check_refused(raw, fetch(), REFUSED, "status 200, found 403")


def test_a_damaged_file_is_brought_again_and_a_good_one_is_not_touched(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    fetch()
    path = raw / "binance" / NAME
    path.write_bytes(b"cut")
    archive.requests.clear()
    check_whole(raw, archive, fetch())
    assert set(archive.requests) == {PATH, f"{PATH}.CHECKSUM"}


def test_a_file_of_somebody_else_is_not_overwritten(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    folder = raw / "binance"
    folder.mkdir()
    (folder / NAME).write_bytes(b"mine")
    (entry,) = fetch().missing
    assert "move it out of the set" in entry.detail
    assert (folder / NAME).read_bytes() == b"mine"


def test_a_good_file_without_its_sum_is_kept(fetch: Fetch, raw: Path, archive: Archive) -> None:
    fetch()
    path = raw / "binance" / NAME
    path.with_name(f"{NAME}.CHECKSUM").unlink()
    before = path.stat().st_ino
    archive.requests.clear()
    check_whole(raw, archive, fetch())
    assert set(archive.requests) == {f"{PATH}.CHECKSUM"}
    assert path.stat().st_ino == before


def test_a_server_that_is_not_there_is_reported(fetch: Fetch, raw: Path, archive: Archive) -> None:
    archive.url = "http://127.0.0.1:1"
    with pytest.raises(
        UnreachableError, match=r"refused.* in 4 attempts\.\n  Fix: try again later"
    ):
        fetch()
    assert not (raw / "binance").exists()


def test_a_later_fetch_that_reaches_nobody_leaves_a_finished_set_finished(
    fetch: Fetch, raw: Path, archive: Archive
) -> None:
    fetch()
    before = read_manifest(raw / "binance")
    add_month(archive, "BTCUSDT", "2023-03", np.random.default_rng(3))
    path = f"{kline_path('BTCUSDT', '2023-03')}.CHECKSUM"
    archive.faults[path] = [hang_up] * 99
    with pytest.raises(UnreachableError):
        fetch(start="2023-03", end="2023-03", symbols=("BTCUSDT",))
    assert read_manifest(raw / "binance") == before


def test_an_address_that_is_none_is_refused(fetch: Fetch, archive: Archive) -> None:
    archive.url = "file:///etc"
    with pytest.raises(DownloadError, match="an http or https address, found file:///etc"):
        fetch()
