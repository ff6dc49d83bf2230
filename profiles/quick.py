"""`python -m profiles.quick FOLDER`: the whole pipeline on a small market, in a copy.

The copy has its own params (quick.yaml laid over params.yaml) and DVC cache; dvc.lock,
metrics and data of the workspace stay untouched. Compiled kernels are those of the
workspace: they are found by the hash of their sources, which the copy shares. A second
run in the same folder re-runs only what changed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
OVERLAY = Path(__file__).with_name("quick.yaml")
NOT_COPIED = ("dvc.lock", "reports/metrics/", "reports/trials/", ".dvc/", ".ci/", "tests/", "docs/")
MANIFEST = ".copied"
KERNELS = ROOT / "build" / "kernels"
DVC_CONFIG = "[core]\n    analytics = false\n    check_update = false\n    no_scm = true\n"


def list_project_files() -> list[str]:
    """Files git tracks or would track, less those that belong to the workspace's own runs."""
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    return [name for name in tracked if not name.startswith(NOT_COPIED) and (ROOT / name).is_file()]


def copy_project(target: Path) -> None:
    """Bring the copy up to date; files that left the project leave the copy too."""
    manifest = target / MANIFEST
    previous_files = manifest.read_text(encoding="utf-8").splitlines() if manifest.is_file() else []
    files = list_project_files()
    for name in set(previous_files) - set(files):
        (target / name).unlink(missing_ok=True)
    for name in files:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    manifest.write_text("\n".join(files) + "\n", encoding="utf-8")


def overlay_values(base: Any, overlay: Any) -> Any:
    """`base` with the values of `overlay` in their places; unknown keys are refused."""
    if not isinstance(overlay, dict):
        return overlay
    unknown = set(overlay) - set(base)
    if unknown:
        raise KeyError(f"{OVERLAY.name} names {sorted(unknown)}, which params.yaml does not have")
    return base | {key: overlay_values(base[key], value) for key, value in overlay.items()}


def main(folder: str) -> int:
    """Copy, lay the profile over the params, run the pipeline there."""
    target = Path(folder).resolve()
    (target / ".dvc").mkdir(parents=True, exist_ok=True)
    (target / ".dvc" / "config").write_text(DVC_CONFIG, encoding="utf-8")
    copy_project(target)
    read = YAML(typ="safe").load  # as DVC and the stages do
    YAML().dump(overlay_values(read(ROOT / "params.yaml"), read(OVERLAY)), target / "params.yaml")
    shutil.rmtree(target / "reports" / "local", ignore_errors=True)
    environment = {"DIPMASTER_KERNEL_CACHE": str(KERNELS), **os.environ}
    return subprocess.run(["dvc", "repro"], cwd=target, env=environment, check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m profiles.quick FOLDER")
    sys.exit(main(sys.argv[1]))
