"""A result of params or code that changed while the stage ran is refused."""

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from dipmaster.core import stage, unchanged


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Params, a loaded module of the project, one that is not loaded and one of another project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(unchanged, "CODE", (tmp_path / "code",))
    (tmp_path / "code").mkdir()
    for name in ("params.yaml", "code/loaded.py", "code/other.py", "elsewhere.py"):
        (tmp_path / name).write_text("a: 1\n", encoding="utf-8")
    for name in ("code/loaded.py", "elsewhere.py"):
        module = types.ModuleType(Path(name).stem)
        module.__file__ = str(tmp_path / name)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return tmp_path


def ended(main: Callable[[], object]) -> int:
    with pytest.raises(SystemExit) as caught:
        stage.run("toy", lambda: main() and None)
    return int(caught.value.code or 0)


@pytest.mark.parametrize("name", ["params.yaml", "code/loaded.py"])
@pytest.mark.parametrize("what", ["changed", "gone"])
def test_what_a_stage_used_must_stay(
    workspace: Path, capsys: pytest.CaptureFixture[str], name: str, what: str
) -> None:
    path = workspace / name
    change = path.unlink if what == "gone" else lambda: path.write_text("a: 2\n", encoding="utf-8")
    assert ended(change) == 1
    told = capsys.readouterr().err
    assert f"found {path.name} changed: DVC would take the old result" in told
    assert "Fix: run `dvc repro` again" in told


@pytest.mark.parametrize("name", ["code/other.py", "elsewhere.py"])
def test_other_files_may_change(workspace: Path, name: str) -> None:
    assert ended(lambda: (workspace / name).write_text("a: 2\n", encoding="utf-8")) == 0


def test_the_same_content_again_is_no_change(workspace: Path) -> None:
    assert ended(lambda: (workspace / "params.yaml").write_text("a: 1\n", encoding="utf-8")) == 0


def test_params_that_come_meanwhile_are_a_change(workspace: Path) -> None:
    path = workspace / "params.yaml"
    path.unlink()
    assert ended(lambda: path.write_text("a: 1\n", encoding="utf-8")) == 1


def test_the_code_of_this_project_is_watched() -> None:
    names = {path.name for path in unchanged._list_loaded_code()}
    assert {"unchanged.py", "stage.py", "errors.py"} <= names
