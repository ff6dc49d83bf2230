"""Nothing to do: `dvc repro` against what DVC itself needs for as many empty stages.

Both run in turn, median of several, and `make report`, which also shows the verdict, beside
them. Needs a workspace in which `make report` has run; goal: at most 1.2 times DVC's own time.
"""

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
DVC = ROOT / ".venv" / "bin" / "dvc"
RUNS = 5


def create_empty_pipeline(folder: Path, stages: int) -> None:
    """Write a DVC project with a chain of stages that do nothing, and run it once."""
    chain = {
        f"s{i}": {
            "cmd": f"echo {i} > out{i}",
            "deps": [f"out{i - 1}"] if i else [],
            "outs": [f"out{i}"],
        }
        for i in range(stages)
    }
    (folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": chain}), encoding="utf-8")
    run_quietly(["git", "init"], folder)
    run_quietly([str(DVC), "init"], folder)
    run_quietly([str(DVC), "config", "core.analytics", "false"], folder)
    run_quietly([str(DVC), "config", "core.check_update", "false"], folder)
    run_quietly([str(DVC), "repro"], folder)


def run_quietly(command: list[str], folder: Path) -> float:
    """Run a command and return its seconds."""
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Print the medians and their ratio."""
    stages = len(yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"])
    status = subprocess.run([str(DVC), "status", "--quiet"], cwd=ROOT, check=False)
    if status.returncode:
        print("nothing to do: skipped, this workspace is not up to date: run `make report` first")
        return
    our_seconds, dvc_seconds, make_seconds = [], [], []
    with tempfile.TemporaryDirectory() as name:
        create_empty_pipeline(Path(name), stages)
        for _ in range(RUNS):
            our_seconds.append(run_quietly([str(DVC), "repro"], ROOT))
            make_seconds.append(run_quietly(["make", "report"], ROOT))
            dvc_seconds.append(run_quietly([str(DVC), "repro"], Path(name)))
    our_median, dvc_median = statistics.median(our_seconds), statistics.median(dvc_seconds)
    print(
        f"nothing to do: dvc repro {our_median:.2f} s "
        f"(make report {statistics.median(make_seconds):.2f} s), "
        f"DVC with {stages} empty stages {dvc_median:.2f} s,"
    )
    print(f"               ratio {our_median / dvc_median:.2f} (goal: at most 1.2)")


if __name__ == "__main__":
    main()
