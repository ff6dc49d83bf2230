"""Exit codes and messages of a stage; times never enter an output."""

import errno
import json
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
    record = json.loads(Path("reports/local/time-toy.json").read_text(encoding="utf-8"))
    assert record["stage"] == "toy"
    assert record["seconds"] >= 0


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


def test_the_closing_table_is_in_running_order() -> None:
    folder = Path("times")
    folder.mkdir()
    for name, finished in (("second", 2.0), ("first", 1.0)):
        record = {"stage": name, "seconds": 1.0, "peak_mb": 5, "finished": finished}
        (folder / f"time-{name}.json").write_text(json.dumps(record), encoding="utf-8")
    lines = stage._closing_lines(folder)
    assert [line.split()[0] for line in lines] == ["first", "second", "stages"]
    assert stage._closing_lines(Path("empty")) == ["nothing had changed: every stage is up to date"]
