"""docs/versioning.md, typed as it stands: a set, a remote, a clone, a run in a copy, new bars."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import list_commands, run_shell
from tests.docs.projects import clone_project, terminal

pytestmark = pytest.mark.slow
PAGE = Path("docs/versioning.md")
START_S, BAR_S, BARS_A_DAY = 1_672_531_200, 300, 288  # 2023-01-01


def put_days(folder: Path, first: int, last: int) -> None:
    """A file a day of one coin, whose price never moves."""
    folder.mkdir(parents=True, exist_ok=True)
    for day in range(first, last + 1):
        start = START_S + BAR_S * BARS_A_DAY * (day - 1)
        times = range(start, start + BAR_S * BARS_A_DAY, BAR_S)
        lines = ["time,open,high,low,close,volume", *(f"{time},1,2,1,1,5" for time in times)]
        path = folder / f"BTCUSDT-5m-2023-01-{day:02d}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def hash_files(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def read_experiment(folder: Path, name: str) -> Any:
    """What its `ingest` measured."""
    environment = terminal(folder)
    listing = f"git for-each-ref --format='%(objectname)' 'refs/exps/*/*/{name}'"
    commit = run_shell(listing, folder, environment).strip()
    return json.loads(
        run_shell(f"git show {commit}:reports/metrics/ingest.json", folder, environment)
    )


def test_every_command_of_the_page(project: Path, tmp_path: Path) -> None:
    """In one terminal, from the first to the last; the clone ends on the newest bars."""
    folder = clone_project(tmp_path / "project")
    put_days(folder / "data/raw/binance", 1, 3)
    put_days(tmp_path / "new-months", 4, 5)
    first = hash_files(folder / "data/raw/binance")
    commands = list_commands(project / PAGE)
    assert len(commands) > 15
    watch = "ls data/raw/binance | wc -l"
    back = commands.index("git checkout HEAD~1 -- data/raw/binance.dvc")
    script = [*commands[: back + 2], watch, *commands[back + 2 :], watch]
    printed = run_shell("\n".join(script), folder, terminal(tmp_path / "elsewhere"))
    assert "two-days" in printed
    assert [line for line in printed.splitlines() if line in ("3", "5")] == ["3", "5"]
    clone = tmp_path / "elsewhere"
    assert hash_files(clone / "data/raw/binance") == first | hash_files(tmp_path / "new-months")
    experiment = read_experiment(clone, "two-days")
    assert (experiment["market"]["days"], list(experiment["symbols"])) == (2.0, ["BTCUSDT"])
