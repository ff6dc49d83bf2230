"""24 months of 10 coins from a server on loopback, killed in the middle and gone on with.

What is measured is the program: requests, checksums, zips, names. A real archive is slower by its
own distance. Bars are made once and served under every coin and month of the same length.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.download.made import days_in, kline_path, klines, start_ms
from tests.download.server import Archive, serve

PROJECT = Path(__file__).parents[1]
COINS = tuple(f"C{n}USDT" for n in range(10))
MONTHS = tuple(f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13))


def main() -> None:
    """Print files, MB and MB/s of a whole fetch, and of one that was killed half-way."""
    archive = make_archive()
    with serve(archive), tempfile.TemporaryDirectory() as name:
        print(json.dumps({"whole": measure_whole(archive, make_project(Path(name) / "whole"))}))
        print(json.dumps({"killed": measure_killed(archive, make_project(Path(name) / "killed"))}))


def make_archive() -> Archive:
    """Each month's bars are made once; every coin has them."""
    archive = Archive()
    rng = np.random.default_rng(0)
    for month in MONTHS:
        text = klines(start_ms(month), days_in(month) * 288, rng)
        for coin in COINS:
            archive.add_csv(kline_path(coin, month), text)
    return archive


def make_project(folder: Path) -> Path:
    """A folder that the command takes for the project."""
    (folder / "stages").mkdir(parents=True)
    (folder / "stages/__init__.py").touch()
    for name in ("dvc.yaml", "params.yaml"):
        (folder / name).write_bytes((PROJECT / name).read_bytes())
    return folder


def start(archive: Archive, folder: Path) -> "subprocess.Popen[str]":
    """The fetch in a process of its own."""
    words = ["fetch", "binance", *COINS, "--start", MONTHS[0], "--end", MONTHS[-1]]
    environment = os.environ | {
        "PYTHONPATH": str(PROJECT), "DIPMASTER_ARCHIVE_URL": archive.url, "NO_PROXY": "127.0.0.1",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "dipmaster", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def measure_whole(archive: Archive, folder: Path) -> dict[str, float]:
    """One fetch from nothing, and the same again, which has nothing to do."""
    seconds, printed = run_to_end(archive, folder)
    megabytes = sum(path.stat().st_size for path in list_zips(folder)) / 1e6
    again, _printed = run_to_end(archive, folder)
    return {
        "files": len(list_zips(folder)),
        "new": read_new(printed),
        "MB": round(megabytes, 1),
        "seconds": round(seconds, 2),
        "MB/s": round(megabytes / seconds, 2),
        "seconds of the same again": round(again, 2),
    }


def measure_killed(archive: Archive, folder: Path) -> dict[str, float]:
    """Killed when half of the files are there, then gone on with."""
    half = len(COINS) * len(MONTHS) // 2
    began = time.perf_counter()
    running = start(archive, folder)
    wait_for(lambda: len(list_zips(folder)) >= half)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    until_kill = time.perf_counter() - began
    at_kill = list_zips(folder)
    seconds, printed = run_to_end(archive, folder)
    megabytes = sum(path.stat().st_size for path in list_zips(folder)) / 1e6
    archived = {path.rpartition("/")[2]: content for path, content in archive.files.items()}
    assert all(path.read_bytes() == archived[path.name] for path in list_zips(folder))
    return {
        "files at the kill": len(at_kill),
        "seconds to the kill": round(until_kill, 2),
        "new after it": read_new(printed),
        "files": len(list_zips(folder)),
        "MB": round(megabytes, 1),
        "seconds after it": round(seconds, 2),
        "MB/s in all": round(megabytes / (until_kill + seconds), 2),
    }


def run_to_end(archive: Archive, folder: Path) -> tuple[float, str]:
    """Seconds and what was printed, start of the program included."""
    began = time.perf_counter()
    running = start(archive, folder)
    printed, _errors = running.communicate()
    assert running.returncode == 0, printed
    return time.perf_counter() - began, printed


def list_zips(folder: Path) -> list[Path]:
    """Files that have their names."""
    return sorted((folder / "data/raw/binance").glob("[!.]*.zip"))


def read_new(printed: str) -> int:
    """Number of new files that the program says."""
    found = re.search(r"(\d+) new", printed)
    assert found is not None, printed
    return int(found[1])


def wait_for(condition: Callable[[], bool]) -> None:
    """Look again and again, for two minutes."""
    until = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < until, "the fetch did not get that far"
        time.sleep(0.01)


if __name__ == "__main__":
    main()
