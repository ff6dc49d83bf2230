"""`make report` on the default market from scratch: seconds, peak memory, seconds by stage.

Runs the pipeline once in a scratch copy without caches, kernels compiled anew.
Goals: 2 minutes and 3 GB after installation, on two cores.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from profiles import quick


def main() -> None:
    """Print what one cold run took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / ".dvc").mkdir()
        (folder / ".dvc" / "config").write_text(quick.DVC_CONFIG, encoding="utf-8")
        quick.copy_project(folder)
        dvc = shutil.which("dvc", path=str(quick.ROOT / ".venv" / "bin"))
        python = str(quick.ROOT / ".venv" / "bin")
        started = time.perf_counter()
        subprocess.run(
            [str(dvc), "repro"],
            cwd=folder,
            check=True,
            capture_output=True,
            env={"PATH": f"{python}:/usr/bin:/bin", "HOME": name},
        )
        seconds = time.perf_counter() - started
        lines = (folder / "reports/local/times.txt").read_text(encoding="utf-8").splitlines()
    print("\n".join(lines))
    peak = max(float(line.split()[3]) for line in lines)
    print(f"from scratch: {seconds:.1f} s (goal 120 s), peak {peak:.0f} MB a stage (goal 3,000 MB)")


if __name__ == "__main__":
    main()
