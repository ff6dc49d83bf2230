"""docs/examples: each block of a page is applied to a copy of the project, its commands run."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs.pages import list_blocks, list_commands, run_shell
from tests.docs.projects import copy_files, list_tracked, terminal

pytestmark = pytest.mark.slow
FOLDER = Path(__file__).parents[2] / "docs/examples"
PAGES = sorted(path.stem for path in FOLDER.glob("*.md"))
NEW_FILE = re.compile(r"^`([\w./]+\.py)`:\n\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
Apply = Callable[[str], Path]


@pytest.fixture
def apply(tmp_path: Path) -> Apply:
    """A function from a page to a copy of the project with its changes."""

    def applied(name: str) -> Path:
        copy_files(list_tracked(), tmp_path)
        page = FOLDER / f"{name}.md"
        patch = "".join(list_blocks(page, "diff"))
        subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, text=True, check=True)
        files = NEW_FILE.findall(page.read_text(encoding="utf-8"))
        assert len(files) == len(list_blocks(page, "python"))
        for file, text in files:
            assert not (tmp_path / file).exists()
            (tmp_path / file).write_text(text, encoding="utf-8")
        return tmp_path

    return applied


def test_there_are_four() -> None:
    assert PAGES == ["data-source", "exit-rule", "feature", "rule"]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_works_as_it_stands(apply: Apply, name: str) -> None:
    folder = apply(name)
    environment = terminal(folder)
    commands = list_commands(FOLDER / f"{name}.md")
    printed = [run_shell(command, folder, environment) for command in commands]
    assert any("100%" in output for output in printed)
    programs = Path(sys.executable).parent
    run_shell(f"{programs}/ruff format --check . && {programs}/ruff check .", folder, environment)
