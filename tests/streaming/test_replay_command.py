"""`dipmaster replay` as a process: through a terminal, from a feed, killed and begun again."""

import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pandas as pd
import pytest

from dipmaster.cli.project import MARKS
from dipmaster.core import catalog
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.tables import BARS
from dipmaster.core.time_units import BAR_MS
from dipmaster.monitoring.records import read_latency
from tests.stages.made_candidates import set_params

pytestmark = [pytest.mark.slow, pytest.mark.replay]

FEED_FROM, FEED_TIMES = 0, 5000
PATIENCE_SECONDS = 600
ROWS, COLUMNS = 60, 120


@pytest.fixture
def project_folder(workspace: Path, project: Path) -> Path:
    """The workspace as a folder that the command takes for the project."""
    for mark in MARKS:
        path = workspace / mark
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            path.write_text((project / mark).read_text(encoding="utf-8"), encoding="utf-8")
    return workspace


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dipmaster", "replay", *arguments]


def environment(project: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(project), "TERM": "xterm", "COLUMNS": str(COLUMNS)}


def run(
    project: Path, *arguments: str, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), env=environment(project), capture_output=True, text=True, input=text,
        check=False,
    )  # fmt: skip


def write_feed(path: Path, times: int = FEED_TIMES) -> None:
    """The first open times of the workspace's bars as lines."""
    frames = [
        frame.assign(symbol=symbol)
        for symbol, frame in catalog.read_symbols(catalog.BARS, table=BARS).items()
    ]
    table = pd.concat(frames).sort_values(["open_time", "symbol"], kind="stable")
    table = table.assign(open_time=to_epoch_ms(table["open_time"]))
    chosen = table[table["open_time"].isin(sorted(set(table["open_time"]))[:times])]
    lines = (json.dumps(row) for row in chosen.to_dict("records"))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def count_times_to_an_alert_with_a_position() -> int:
    """Open times up to one at which a position is held while another coin is silent."""
    bars = catalog.read_symbols(catalog.BARS, columns=("close",))
    times = {
        symbol: set(to_epoch_ms(frame["open_time"]).tolist()) for symbol, frame in bars.items()
    }
    every = sorted(set().union(*times.values()))
    for trade in pd.read_parquet(catalog.VALIDATE / "trades_phase_0.parquet").itertuples():
        entry, left = (
            to_epoch_ms(pd.Series([one]))[0] for one in (trade.entry_time, trade.exit_time)
        )
        for time_ms in range(int(entry) + BAR_MS, int(left), BAR_MS):
            silent = [
                one for one, own in times.items()
                if one != trade.symbol and not own & {time_ms - n * BAR_MS for n in range(3)}
            ]  # fmt: skip
            if silent and time_ms in times[trade.symbol]:
                return every.index(time_ms) + 1
    raise AssertionError("no such moment in the market")


def test_on_a_terminal_it_shows_what_it_holds_and_why(project_folder: Path, project: Path) -> None:
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    count = str(count_times_to_an_alert_with_a_position())
    arguments = ("--bars", count, "--no-check", "--phase", "0", "--speed", "2000000x")
    process = subprocess.Popen(
        command(*arguments), env=environment(project), stdin=theirs, stdout=theirs, stderr=theirs,
        close_fds=True,
    )  # fmt: skip
    os.close(theirs)
    shown, end = b"", time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if select.select([ours], [], [], 1.0)[0]:
            try:
                block = os.read(ours, 65536)
            except OSError:  # the other end of a terminal is closed
                break
            if not block:
                break
            shown += block
    assert process.wait(30) == 0
    os.close(ours)
    text = shown.decode()
    assert "\x1b[" in text, "it draws over what it drew"
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "\n", plain)  # the cursor moves: another line
    assert len(re.findall(r"bar 2023-01-\d\dT\d\d:\d\d:00Z, replay; no order is sent", plain)) > 3
    for heading in ("equity", "Positions of phase 0", "Last signals", "Alerts"):
        assert heading in plain
    assert "% of equity" in plain, "the reason of a signal that was ordered"
    assert re.search(r"SIM0\dUSDT\s+\d+\smin", plain), "a position and how long it is held"
    assert re.search(r"warning: no trade for 3 bars: SIM0\dUSDT.* \(since 2023", plain)
    assert f"replay: {count} open times of 3 coins" in plain
    assert max(len(line) for line in plain.splitlines()) <= COLUMNS


def test_a_feed_decides_as_the_stored_bars_do(project_folder: Path, project: Path) -> None:
    write_feed(Path("feed.jsonl"), 2500)
    stored = run(project, "--bars", "2500", "--decisions", "stored.jsonl")
    assert stored.returncode == 0, stored.stderr
    assert "no difference" in stored.stdout
    piped = run(
        project, "--feed", "-", "--decisions", "piped.jsonl",
        text=Path("feed.jsonl").read_text(encoding="utf-8"),
    )  # fmt: skip
    assert piped.returncode == 0, piped.stderr
    assert "parity" not in piped.stdout
    decided = Path("stored.jsonl").read_bytes()
    assert Path("piped.jsonl").read_bytes() == decided
    assert decided.count(b'"side": "buy"') >= 3


def test_killed_and_begun_again_it_decides_the_same(project_folder: Path, project: Path) -> None:
    write_feed(Path("feed.jsonl"))
    whole = run(
        project, "--feed", "feed.jsonl", "--snapshot", "whole.npz", "--decisions", "whole.jsonl"
    )
    assert whole.returncode == 0, whole.stderr
    arguments = (
        "--feed", "feed.jsonl", "--snapshot", "part.npz", "--decisions", "part.jsonl",
        "--snapshot-every", "100",
    )  # fmt: skip
    process = subprocess.Popen(command(*arguments), env=environment(project))
    kill_at, end = len(Path("whole.jsonl").read_bytes()) // 3, time.monotonic() + PATIENCE_SECONDS
    log = Path("part.jsonl")
    while time.monotonic() < end and (not log.exists() or log.stat().st_size < kill_at):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    assert Path("part.npz").is_file()
    assert log.stat().st_size < len(Path("whole.jsonl").read_bytes())
    again = run(project, *arguments)
    assert again.returncode == 0, again.stderr
    times = int(re.findall(r"replay: (\d+) open times", again.stdout)[0])
    assert 0 < times < FEED_TIMES
    assert log.read_bytes() == Path("whole.jsonl").read_bytes()
    assert Path("part.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_a_difference_is_an_error_that_names_bar_coin_and_value(
    project_folder: Path, project: Path
) -> None:
    table = pd.read_parquet(catalog.CANDIDATES)
    table.loc[3, "dip_z"] += 1.0
    table.to_parquet(catalog.CANDIDATES)
    done = run(project, "--bars", "3000")
    assert done.returncode == 1
    time_text = f"{table.loc[3, 'open_time']:%Y-%m-%dT%H:%M:%SZ}"
    words = rf"candidates, bar {time_text}, {table.loc[3, 'symbol']}, dip_z: stream \d.*, batch \d"
    assert re.search(words, done.stderr), done.stderr


def test_late_bars_of_a_feed_are_refused_and_nothing_is_half_written(
    project_folder: Path, project: Path
) -> None:
    write_feed(Path("feed.jsonl"), 3)
    lines = Path("feed.jsonl").read_text(encoding="utf-8").splitlines()
    done = run(project, "--feed", "-", text="\n".join([*lines[3:], lines[0]]))
    assert done.returncode == 1
    assert "standard input, line 7, SIM01USDT at 2023-01-01T00:00:00Z" in done.stderr
    assert "late or out of order" in done.stderr


def test_dropped_bars_and_duplicates_are_counted(project_folder: Path, project: Path) -> None:
    write_feed(Path("feed.jsonl"), 4)
    lines = Path("feed.jsonl").read_text(encoding="utf-8").splitlines()
    bad = json.dumps({**json.loads(lines[3]), "close": -1.0})
    feed = "\n".join([*lines[:3], bad, lines[4], lines[4], *lines[5:]])
    arguments = ("--feed", "-")
    plain = run(project, *arguments, text="\n".join(lines))
    assert plain.returncode == 0, plain.stderr
    assert "dropped" not in plain.stdout
    assert "twice" not in plain.stdout
    set_params(ingest={"on_bad_row": "drop"})
    done = run(project, *arguments, text=feed)
    assert done.returncode == 0, done.stderr
    assert "bad bars dropped (ingest.on_bad_row: drop): 1" in done.stdout
    assert "bars sent twice, the first of each counts: 1" in done.stdout


def test_an_alert_runs_the_command_and_latency_is_written(
    project_folder: Path, project: Path
) -> None:
    tool = Path("save_alert.py")
    tool.write_text(
        "import sys, pathlib\n"
        "with pathlib.Path('alerts.jsonl').open('a') as file:\n"
        "    file.write(sys.stdin.read() + '\\n')\n"
        "sys.exit(3)\n",
        encoding="utf-8",
    )
    done = run(
        project, "--bars", "4000", "--no-check", "--measure",
        "--alert-command", f"{sys.executable} {tool}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    alerts = [json.loads(line) for line in Path("alerts.jsonl").read_text().splitlines()]
    assert {"key", "severity", "first_seen", "message", "recommendation"} == set(alerts[0])
    assert {"feed:warning"} <= {one["key"] for one in alerts}
    assert "the alert command ended with 3" in done.stderr
    found = read_latency()
    assert found is not None
    assert (found.decisions, found.coins) == (3900, 3)
    assert 0.0 < found.p50_ms <= found.p99_ms <= found.max_ms
    assert found.date.startswith("20")


@pytest.mark.parametrize("speed", ["fast", "0x", "-3x", ""])
def test_a_wrong_speed_is_refused(project_folder: Path, project: Path, speed: str) -> None:
    done = run(project, f"--speed={speed}")
    assert done.returncode == 1
    assert "--speed: expected a factor such as 100x, or max" in done.stderr
