"""Peak memory of each stage on 30 coins and 14 months: `python -m benchmarks.bench_memory`.

`--coins N --days N` are another simulated market, `--bars FOLDER` real bars instead. The pipeline
runs once in a scratch copy with the kernels of the workspace. Goal: 4 GB a stage.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from profiles import quick

COINS, DAYS = 30, 425
GOAL_MB = 4000


def describe_market(coins: int, days: int, bars: Path | None) -> dict[str, Any]:
    """Values to lay over params.yaml."""
    if bars is not None:
        return {"ingest": {"source": "raw"}}
    return {"ingest": {"source": "simulated", "simulated": {"coins": coins, "days": days}}}


def measure_peaks(folder: Path, overlay: dict[str, Any], bars: Path | None) -> list[str]:
    """Run the pipeline in the folder; a line a stage, peak memory in its fourth word."""
    (folder / ".dvc").mkdir()
    (folder / ".dvc" / "config").write_text(quick.DVC_CONFIG, encoding="utf-8")
    quick.copy_project(folder)
    values = YAML(typ="safe").load(quick.ROOT / "params.yaml")
    YAML().dump(quick.overlay_values(values, overlay), folder / "params.yaml")
    if bars is not None:
        shutil.copytree(bars, folder / "data" / "raw" / bars.name)
    programs = quick.ROOT / ".venv" / "bin"
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "DIPMASTER_KERNEL_CACHE": str(quick.KERNELS),
    }
    subprocess.run(
        [str(programs / "dvc"), "repro"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    return (folder / "reports/local/times.txt").read_text(encoding="utf-8").splitlines()


def main() -> None:
    """Print each stage's seconds and peak, and the largest peak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--coins", type=int, default=COINS)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--bars", type=Path, help="folder of files as in data/raw/<set>")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        overlay = describe_market(given.coins, given.days, given.bars)
        lines = measure_peaks(Path(name), overlay, given.bars)
    print("\n".join(lines))
    peak = max(float(line.split()[3]) for line in lines)
    print(f"peak {peak:.0f} MB a stage (goal {GOAL_MB:,} MB)")


if __name__ == "__main__":
    main()
