"""What `dipmaster replay` refuses before it reads a bar."""

from pathlib import Path
from typing import cast

import pytest

from dipmaster.cli.replay_run import read_snapshot
from dipmaster.core.errors import DataError
from dipmaster.streaming.engine import StreamEngine
from tests.cli.conftest import Command


@pytest.mark.parametrize("option", ["--feed", "--snapshot", "--decisions"])
def test_a_folder_is_no_file(dipmaster: Command, folder: Path, option: str) -> None:
    done = dipmaster("replay", option, "stages")
    assert done.exit_code == 1
    assert f"error: {option} stages: expected a file, found a folder.\n  Fix: " in done.stderr


@pytest.mark.parametrize("content", [b"signal:\n  rule: dip\n", b"", b"PK\x03\x04half"])
def test_a_file_that_is_no_snapshot_is_not_to_be_removed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a snapshot that `dipmaster replay` wrote") as raised:
        read_snapshot(cast("StreamEngine", None), "x", path)
    assert "Fix: name another file" in str(raised.value)
    assert "remove" not in str(raised.value)
    assert path.read_bytes() == content
