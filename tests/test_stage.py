"""Exit codes and messages of a stage; times never enter an output."""

import errno
from pathlib import Path

import pytest

from dipmaster import stage
from dipmaster.errors import DataError


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ended(error: BaseException | None) -> int:
    def main() -> None:
        if error is not None:
            raise error

    with pytest.raises(SystemExit) as caught:
        stage.run("toy", main)
    return int(caught.value.code or 0)


def test_a_good_end_notes_the_time() -> None:
    assert ended(None) == 0
    line = Path("reports/local/times.txt").read_text(encoding="utf-8").split()
    assert (line[0], line[2], line[4]) == ("toy", "s", "MB")
    assert float(line[1]) >= 0
    assert float(line[3]) > 1


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (DataError("bars.csv, row 3: expected a price"), 1, "toy: error: bars.csv, row 3"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (OSError(errno.ENOSPC, "No space left on device", "data/x"), 1, "free some space"),
    ],
)
def test_bad_ends(
    error: BaseException, code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(error) == code
    assert text in capsys.readouterr().err
    assert not Path("reports/local").exists()


def test_a_fault_of_our_own_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        stage.run("toy", lambda: print(1 // 0))
