"""A toy pipeline of one stage under DVC, in the small project of these tests."""

import shutil
import subprocess
import sys
from pathlib import Path

DVC = str(Path(sys.executable).with_name("dvc"))
METRICS = ("gates", "validate")
PID = "data/toy.pid"
"""Where a stage that takes long says which process it is."""

# One stage that copies results to where they belong. It fails for a deep dip; for one a bit
# less deep it spoils an output, and then takes long.
DVC_YAML = """
stages:
  toy:
    cmd: python toy.py
    deps: [toy.py, made]
    params: [signal]
    outs:
      - data/validate
      - reports/metrics/gates.json: {cache: false}
      - reports/metrics/validate.json: {cache: false}
"""
STAGE = f"""
import os, shutil, sys, time
from pathlib import Path
value = next(line.split()[1] for line in Path("params.yaml").open() if line.startswith("  z_min:"))
if float(value) > 5:
    sys.exit("toy: error: too deep")
Path("data/validate").mkdir(parents=True, exist_ok=True)
Path("data/validate/value.txt").write_text(value)
if float(value) > 4:
    Path("{PID}").write_text(str(os.getpid()))
    time.sleep(30)
for path in Path("made").iterdir():
    shutil.copy(path, Path("reports/metrics" if path.suffix == ".json" else "data/validate"))
"""


def make_toy(template: Path, project: Path, folder: Path, config: dict[str, str]) -> None:
    """Copy the small project into `folder`, with the toy pipeline, run once; `config` is git's."""
    shutil.copytree(template, folder)
    subprocess.run([DVC, "init", "-q"], cwd=folder, check=True)
    shutil.copy2(project / ".dvc/config", folder / ".dvc/config")
    (folder / "dvc.yaml").write_text(DVC_YAML, encoding="utf-8")
    (folder / "toy.py").write_text(STAGE, encoding="utf-8")
    (folder / "made").mkdir()
    for name in METRICS:
        shutil.copy(folder / f"reports/metrics/{name}.json", folder / "made")
    shutil.move(folder / "data/validate/trades_phase_2.parquet", folder / "made")
    shutil.rmtree(folder / "data/validate")
    for key, value in config.items():
        subprocess.run(["git", "config", key, value], cwd=folder, check=True)
    subprocess.run([DVC, "repro", "-q"], cwd=folder, check=True)


def read_files(folder: Path) -> dict[str, bytes]:
    """What a run writes."""
    names = ["params.yaml", "dvc.lock", "data/validate/value.txt"]
    names += [f"reports/metrics/{name}.json" for name in METRICS]
    return {name: (folder / name).read_bytes() for name in names}
