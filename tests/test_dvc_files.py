"""What DVC sees of the workspace: sets under data/raw, and an empty data/raw in a fresh clone."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from profiles import quick

DVC = str(Path(sys.executable).with_name("dvc"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project under git and DVC, in a folder of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in (".gitignore", ".dvcignore", "dvc.yaml", "params.yaml", "data/raw/README.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(quick.ROOT / name, folder / name)
    for command in (["git", "init", "-q"], [DVC, "init", "-q"]):
        told(command, folder)
    return folder


def told(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_added_set_is_found_by_dvc_and_kept_by_checkout(copy: Path) -> None:
    bars = copy / "data/raw/mine/A.csv"
    bars.parent.mkdir()
    bars.write_text("open_time,open,high,low,close,volume\n", encoding="utf-8")
    told([DVC, "add", "-q", "data/raw/mine"], copy)
    assert "data/raw/mine.dvc" in told([DVC, "stage", "list", "--all"], copy)
    told(["git", "add", "."], copy)
    listed = told(["git", "ls-files"], copy).splitlines()
    assert "data/raw/mine.dvc" in listed
    assert "data/raw/mine/A.csv" not in listed
    # Outputs of stages that never ran are told as missing; the set must not be touched.
    subprocess.run([DVC, "checkout", "-q"], cwd=copy, capture_output=True, check=False)
    assert bars.is_file()


def test_bars_dropped_into_raw_stay_out_of_git(copy: Path) -> None:
    (copy / "data/raw/real").mkdir()
    (copy / "data/raw/real/A.parquet").write_bytes(b"x")
    told(["git", "add", "."], copy)
    listed = told(["git", "ls-files", "data"], copy).splitlines()
    assert listed == ["data/raw/README.md"]
