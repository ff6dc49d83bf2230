"""docs/fetch.md says what there is: options, kinds, keys of the manifest, reasons, bounds."""

import dataclasses
from pathlib import Path

import pytest
import typer

from dipmaster.cli.app import app
from dipmaster.download import fetching
from dipmaster.download.archive import KINDS, LATE_DAYS
from dipmaster.download.limits import TransferLimits
from dipmaster.market.raw.manifest import FetchedFile, FetchManifest, MissingFile


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return " ".join((project / "docs/fetch.md").read_text(encoding="utf-8").split())


def test_every_option_is_there(page: str) -> None:
    group = typer.main.get_command(app).commands["fetch"]  # type: ignore[attr-defined]
    options = {
        name
        for command in group.commands.values()
        for parameter in command.params
        for name in parameter.opts
        if name.startswith("--") and name != "--help"
    }
    assert len(options) > 8
    assert [name for name in sorted(options) if name not in page] == []


def test_kinds_keys_and_reasons_are_there(page: str) -> None:
    keys = [
        f.name for one in (FetchManifest, FetchedFile, MissingFile) for f in dataclasses.fields(one)
    ]
    assert [word for word in (*KINDS, *keys) if f"`{word}`" not in page] == []
    reasons = (
        fetching.NOT_PUBLISHED, fetching.BY_THE_DAY, fetching.NOT_OVER, fetching.REFUSED,
        fetching.NOT_RECEIVED,
    )  # fmt: skip
    assert [reason for reason in reasons if f"*{reason}*" not in page] == []


def test_bounds_are_those_of_the_code(page: str) -> None:
    limits = TransferLimits()
    assert f"within the last {LATE_DAYS} days" in page
    assert (limits.attempts, limits.backoff_s, limits.longest_wait_s) == (6, 0.5, 120)
    assert "six times in all, with waits of 0.5 s, 1 s, 2 s" in page
    assert "(up to two minutes)" in page
    assert f"at most {limits.unpacked_bytes >> 20} MiB unpacked" in page
    assert f"larger than {limits.file_bytes >> 20} MiB" in page
    assert f"less than 1 KiB a second over {limits.window_s:.0f} seconds" in page
    assert limits.min_bytes_per_s == 1024
