"""A clone of the project on a small market, and the variables of a terminal in it."""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from dipmaster.core.kernel_sources import kernel_cache_folder
from profiles import quick
from tests.docs.pages import run_shell
from tests.made.params import read_values
from tests.stages.small_market import small

NOT_NEEDED = ("tests/", "docs/", "studies/")
# As the small market of tests/stages, and less of everything that only repeats.
SMALLER = {
    "gates": {"bootstrap_reps": 100, "random_entry": {"draws": 100, "pool": 1000}},
    "stress": {"dates": 2, "other_dates": 2, "window_days": 2, "past_days": 5},
    "sensitivity": {"fees_bps": [10.0], "slippages_bps": [1.0], "capitals": [100000.0]},
}


def clone_project(folder: Path) -> Path:
    """The project's files under git and DVC, with params for a small market, committed."""
    copy_files((name for name in list_tracked() if not name.startswith(NOT_NEEDED)), folder)
    values = quick.overlay_values(small(read_values()), SMALLER)
    (folder / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    environment = terminal(folder)
    run_shell(
        "git init -q -b main && git add . && git commit -qm 'small market'", folder, environment
    )
    return folder


def copy_files(names: Iterable[str], folder: Path) -> None:
    """Copy files of the project to the same places below a folder."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(quick.ROOT / name, folder / name)


def list_tracked() -> list[str]:
    """Files that git tracks or would track."""
    listing = "git ls-files --cached --others --exclude-standard"
    files = run_shell(listing, quick.ROOT, os.environ).splitlines()
    return [name for name in files if (quick.ROOT / name).is_file()]


def terminal(folder: Path) -> dict[str, str]:
    """Variables of a terminal in the project, whose environment is active."""
    people = {f"GIT_{who}_{what}": "x@x.invalid" for who in ("AUTHOR", "COMMITTER")
              for what in ("NAME", "EMAIL")}  # fmt: skip
    return (
        os.environ
        | people
        | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(folder),
            "DIPMASTER_KERNEL_CACHE": str(kernel_cache_folder(__name__).parent),
            "NO_PROXY": "127.0.0.1",
        }
    )
