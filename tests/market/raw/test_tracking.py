"""What is read is what DVC tracks: no links, nothing left behind, nothing changed meanwhile."""

import os
from pathlib import Path
from typing import Any

import pytest

from dipmaster.market.raw import raw_market
from tests.market.raw.errors import Bars, Read, read_error

CURE = "put the files there"


@pytest.mark.parametrize("where", ["linked", "set/linked", "set/deep/linked"])
def test_a_linked_folder(raw: Path, read: Read, bars: Bars, tmp_path: Path, where: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    bars().to_parquet(elsewhere / "BTCUSDT.parquet")
    bars(seed=1).to_parquet(raw / "ETHUSDT.parquet")
    link = raw.parent / where
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(elsewhere)
    read_error(read, f"data/raw/{where}:", f"a link to {elsewhere}", CURE)


@pytest.mark.parametrize("target", ["{tmp}/BTCUSDT.parquet", "BTCUSDT.parquet", "nowhere.csv", "."])
def test_other_links(raw: Path, read: Read, bars: Bars, tmp_path: Path, target: str) -> None:
    """To a file elsewhere, to another file or folder of the set, to nothing."""
    bars().to_parquet(raw / "BTCUSDT.parquet")
    bars().to_parquet(tmp_path / "BTCUSDT.parquet")
    (raw / "SOLUSDT.csv").symlink_to(target.format(tmp=tmp_path))
    read_error(read, "data/raw/set/SOLUSDT.csv:", "a link to", CURE, on_bad_row="drop")


def test_hidden_links_are_no_data_and_hard_links_are_files(
    raw: Path, read: Read, bars: Bars, tmp_path: Path
) -> None:
    bars().to_parquet(tmp_path / "BTCUSDT.parquet")
    (raw / "BTCUSDT.parquet").hardlink_to(tmp_path / "BTCUSDT.parquet")
    (raw / ".cache").symlink_to(tmp_path)
    assert list(read().bars) == ["BTCUSDT"]


def test_links_of_dvc_into_its_cache_are_files(
    raw: Path, read: Read, bars: Bars, tmp_path: Path
) -> None:
    """As `dvc add` leaves them with cache.type symlink: the name is the hash of the content."""
    cached = tmp_path / "cache/files/md5/0a" / ("1" * 30)
    cached.parent.mkdir(parents=True)
    bars().to_parquet(cached)
    (raw / "BTCUSDT.parquet").symlink_to(cached)
    assert list(read().bars) == ["BTCUSDT"]


def test_a_dvc_project_inside(raw: Path, read: Read, bars: Bars) -> None:
    bars().to_parquet(raw / "BTCUSDT.parquet")
    (raw / "registry" / ".dvc").mkdir(parents=True)
    read_error(read, "data/raw/set/registry:", "a DVC project of its own", "plain folder")


def test_many_links_are_told_together(raw: Path, read: Read) -> None:
    for number in range(7):
        (raw / f"COIN{number}.csv").symlink_to("x")
    read_error(read, "COIN0", "COIN4", "... and 2 more files and folders")


def test_a_set_that_did_not_come_along(raw: Path, read: Read, bars: Bars, tmp_path: Path) -> None:
    """In the copy of `dvc exp run --temp` only what DVC tracks is there."""
    workspace = tmp_path / "workspace/data/raw"
    for name in ("set", "two", "three/deep"):
        (workspace / name).mkdir(parents=True)
    bars().to_parquet(raw / "BTCUSDT.parquet")
    bars().to_parquet(workspace / "set/BTCUSDT.parquet")
    (workspace / "set.dvc").write_text("outs: []", encoding="utf-8")
    assert list(read(workspace=workspace).bars) == ["BTCUSDT"]
    (workspace / "two/ETHUSDT.csv").write_text("x", encoding="utf-8")
    (workspace / "three/deep/SOLUSDT.csv").symlink_to("nowhere")
    read_error(
        read,
        f"every file of {workspace} in this experiment's copy",
        "three/deep/SOLUSDT.csv, two/ETHUSDT.csv missing",
        "`dvc add data/raw/three data/raw/two` and "
        "`git add data/raw/three.dvc data/raw/two.dvc`, then start or queue",
        workspace=workspace,
    )


def test_a_workspace_without_files_has_left_nothing_behind(
    raw: Path, read: Read, bars: Bars, tmp_path: Path
) -> None:
    bars().to_parquet(raw / "BTCUSDT.parquet")
    assert list(read(workspace=tmp_path / "nowhere").bars) == ["BTCUSDT"]


@pytest.mark.parametrize("what", ["more", "other content", "gone"])
def test_files_that_change_while_they_are_read(
    raw: Path, read: Read, bars: Bars, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """DVC hashes data/raw after the stage: it would take the old bars for those of new files."""
    bars().to_parquet(raw / "BTCUSDT.parquet")
    bars().to_parquet(raw / "ETHUSDT.parquet")
    assert list(read().bars) == ["BTCUSDT", "ETHUSDT"]
    read_file = raw_market.read_file

    def change_after(source: Any, rules: Any) -> Any:
        found = read_file(source, rules)
        if source.name == "set/BTCUSDT.parquet":
            if what == "gone":
                source.path.unlink()
            elif what == "more":
                (raw / "SOLUSDT.csv").write_text("x", encoding="utf-8")
            else:
                os.utime(source.path, ns=(1, 1))
        return found

    monkeypatch.setattr(raw_market, "read_file", change_after)
    changed = "set/SOLUSDT.csv" if what == "more" else "set/BTCUSDT.parquet"
    read_error(read, f"{changed} changed meanwhile", "wait until the download or copy has ended")
