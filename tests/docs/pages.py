"""Commands and files of a page, as a reader would take them from it."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def list_blocks(page: Path, language: str) -> list[str]:
    """Text of the blocks of a language, in order."""
    text = page.read_text(encoding="utf-8")
    return [block for name, block in FENCE.findall(text) if name == language]


def list_commands(page: Path) -> list[str]:
    """Commands of the blocks in `sh`, in order; a line that ends in a backslash goes on."""
    lines = "".join(list_blocks(page, "sh")).replace("\\\n", " ").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def run_shell(commands: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Output of commands in one shell, which ends at the first that fails."""
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", commands], cwd=folder, env=dict(environment),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{commands}\n{done.stdout}"
    return done.stdout
