"""Files that docs/contributing.md sends to are there."""

import re
from pathlib import Path

FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"`([^`\s:]+(?:\.(?:py|j2|md|yaml|json|toml|csv)|/[^`\s:]*))(?:: \w+)?`")
FOLDERS = ("dipmaster", "tests", "docs", "reports")
MADE = ("reports/plots/", "dipmaster/evaluation/phases/cooldown/")  # by `validate`; the example


def test_every_named_file_is_there(project: Path) -> None:
    """A name without its folder may lie in any; `<chapter>` stands for any name."""
    text = FENCED.sub("", (project / "docs/contributing.md").read_text(encoding="utf-8"))
    names = {re.sub(r"<\w+>", "*", name) for name in FILE.findall(text)}
    assert {"dipmaster/trials/code.py", "params.yaml", "paired/", "*.html.j2"} <= names
    assert len(names) > 40
    missing = [name for name in names if not name.startswith(MADE) and not exists(project, name)]
    assert missing == []


def exists(project: Path, name: str) -> bool:
    return any(project.glob(name)) or any(
        next((project / folder).rglob(name), None) for folder in FOLDERS
    )
