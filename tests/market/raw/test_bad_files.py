"""Files that cannot be read or do not hold what they should: one clear error each."""

import hashlib
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.market.raw.errors import Bars, Read, read_error


@pytest.mark.parametrize(
    ("name", "kind"), [("B.zip", "zip"), ("B.parquet", "parquet"), ("B.feather", "feather")]
)
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_truncated_files(
    raw: Path, read: Read, bars: Bars, klines: Any, zipped: Any, name: str, kind: str, share: float
) -> None:
    path = raw / name.replace("B", "BTCUSDT-5m")
    if kind == "zip":
        zipped(path, klines(bars()))
    else:
        getattr(bars(), f"to_{kind}")(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    read_error(
        read, f"set/{path.name}:", f"a whole {kind} that can be read", "download the file again"
    )
    read_error(read, f"set/{path.name}:", on_bad_row="drop")


def test_a_flipped_byte_inside_a_zip(
    raw: Path, read: Read, bars: Bars, klines: Any, zipped: Any
) -> None:
    path = zipped(raw / "BTCUSDT-5m.zip", klines(bars()))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    read_error(read, "set/BTCUSDT-5m.zip:", "download the file again")


def test_two_csv_in_a_zip(raw: Path, read: Read) -> None:
    with zipfile.ZipFile(raw / "BTCUSDT-5m.zip", "w") as archive:
        archive.writestr("a.csv", "1")
        archive.writestr("b.csv", "1")
    read_error(read, "set/BTCUSDT-5m.zip:", "one csv in the zip", "unpack it")


@pytest.mark.parametrize(
    ("name", "text", "text_of_error"),
    [
        ("a.csv", "", "an empty file"),
        ("a.csv", "\n\r\n \n", "an empty file"),
        ("a.csv", "open_time,open,high,low,close,volume\n", "no row"),
        ("a.csv", "open_time,open,high,low,close\n1,1,1,1,1\n", "missing volume"),
        ("a.csv", "time,o,high,low,c,volume\n1,1,1,1,1,1\n", "missing open, close"),
        ("a.csv", "open,high,low,close,volume\n1,1,1,1,1\n", "missing open_time"),
        ("a.csv", "date,open,high,low,close,close,volume\n1,1,1,1,1,1,1\n", "more than once"),
        ("a.csv", "1577836800000,1,1,1,1,1\n", "6 columns without a header line"),
        ("a.csv", "2023-01-01,1,1,1,1,1\n", "6 columns without a header line"),
    ],
)
def test_wrong_columns_and_empty_files(
    raw: Path, read: Read, name: str, text: str, text_of_error: str
) -> None:
    (raw / name).write_text(text, encoding="utf-8")
    read_error(read, f"set/{name}", text_of_error)


def test_semicolons_are_no_commas(raw: Path, read: Read, bars: Bars) -> None:
    bars().to_csv(raw / "BTCUSDT.csv", sep=";", index=False)
    read_error(read, "set/BTCUSDT.csv", "commas")


def test_parquet_of_the_wrong_types(raw: Path, read: Read, bars: Bars) -> None:
    bars().assign(volume=bars()["open_time"]).to_parquet(raw / "BTCUSDT.parquet")
    read_error(read, "set/BTCUSDT.parquet:", "column 'volume' with values of type timestamp")
    bars().assign(open_time=[[1]] * len(bars())).to_parquet(raw / "BTCUSDT.parquet")
    read_error(read, "set/BTCUSDT.parquet:", "column 'open_time' with values of type list")


@pytest.mark.parametrize("data", [b"\xff\xfeo\x00p\x00", b"open_time\nM\xe4rz"])
def test_other_encodings(raw: Path, read: Read, data: bytes) -> None:
    (raw / "BTCUSDT.csv").write_bytes(data)
    read_error(read, "set/BTCUSDT.csv, line", "UTF-8 text", "save the file as UTF-8")


def test_a_checksum_beside_a_file_is_verified(
    raw: Path, read: Read, bars: Bars, klines: Any, zipped: Any
) -> None:
    path = zipped(raw / "BTCUSDT-5m-2023-01.zip", klines(bars()))
    checksum_file = raw / "BTCUSDT-5m-2023-01.zip.CHECKSUM"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    checksum_file.write_text(f"{digest}  {path.name}\n", encoding="utf-8")
    assert len(read().bars["BTCUSDT"]) == len(bars()) - 1
    checksum_file.write_text(f"{'0' * 64}  {path.name}\n", encoding="utf-8")
    read_error(read, "BTCUSDT-5m-2023-01.zip:", "the sha256 in", "download the file again")


def test_pipes_are_not_waited_for(raw: Path, read: Read, bars: Bars) -> None:
    bars().to_parquet(raw / "BTCUSDT.parquet")
    os.mkfifo(raw / "ETHUSDT.csv")
    assert [entry.reason for entry in read().log.ignored] == ["not a regular file"]


def test_faults_of_all_files_are_reported_in_their_order(raw: Path, read: Read) -> None:
    for number in range(7):
        (raw / f"COIN{number}-5m.csv").write_text("", encoding="utf-8")
    message = read_error(read, "... and 2 more files")
    assert [f"COIN{n}" in message for n in range(7)] == [True] * 5 + [False] * 2
    assert message.index("COIN0") < message.index("COIN4")
