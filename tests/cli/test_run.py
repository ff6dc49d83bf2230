"""Experiments of a toy pipeline, run by DVC itself."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from dipmaster.cli import compare as compare_module
from dipmaster.cli import git, restoring
from dipmaster.cli import run as run_module
from dipmaster.cli import show as show_module
from tests.cli.conftest import Command, run_git, set_param

DVC = str(Path(sys.executable).with_name("dvc"))
METRICS = ("gates", "validate")

# One stage that copies results to where they belong, and fails for a deep dip.
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
STAGE = """
import shutil, sys
from pathlib import Path
value = next(line.split()[1] for line in Path("params.yaml").open() if line.startswith("  z_min:"))
if float(value) > 5:
    sys.exit("toy: error: too deep")
Path("data/validate").mkdir(parents=True, exist_ok=True)
Path("data/validate/value.txt").write_text(value)
for path in Path("made").iterdir():
    shutil.copy(path, Path("reports/metrics" if path.suffix == ".json" else "data/validate"))
"""


@pytest.fixture(scope="module")
def toy_template(template: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with the toy pipeline, run once and committed."""
    folder = Path(shutil.copytree(template, tmp_path_factory.mktemp("toy") / "project"))
    subprocess.run([DVC, "init", "-q"], cwd=folder, check=True)
    shutil.copy2(project / ".dvc/config", folder / ".dvc/config")
    (folder / "dvc.yaml").write_text(DVC_YAML, encoding="utf-8")
    (folder / "toy.py").write_text(STAGE, encoding="utf-8")
    (folder / "made").mkdir()
    for name in METRICS:
        shutil.copy(folder / f"reports/metrics/{name}.json", folder / "made")
    shutil.move(folder / "data/validate/trades_phase_2.parquet", folder / "made")
    shutil.rmtree(folder / "data/validate")
    for command in (["config", "user.name", "x"], ["config", "user.email", "x@x.invalid"]):
        run_git(folder, *command)
    subprocess.run([DVC, "repro", "-q"], cwd=folder, check=True)
    run_git(folder, "add", ".")
    run_git(folder, "commit", "-qm", "toy")
    return folder


@pytest.fixture
def toy(toy_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to work in."""
    copy = Path(shutil.copytree(toy_template, tmp_path / "toy", symlinks=True))
    monkeypatch.chdir(copy)
    return copy


@pytest.mark.slow
def test_a_run_that_fails_leaves_everything_as_it_was(dipmaster: Command, toy: Path) -> None:
    text = (toy / "params.yaml").read_text(encoding="utf-8")
    (toy / "params.yaml").write_text(text.replace("rsi_max: 50.0", "rsi_max: 45.0", 1), "utf-8")
    before = read_files(toy)
    done = dipmaster("run", "--set", "signal.z_min=9", "--name", "bad")
    assert done.exit_code == 1
    assert "put back as before it: params.yaml, reports/metrics/gates.json" in done.stderr
    assert read_files(toy) == before


@pytest.mark.slow
def test_a_run_is_shown_compared_and_taken_back(dipmaster: Command, toy: Path) -> None:
    before = read_files(toy)
    done = dipmaster("run", "-S", "signal.z_min=2", "-n", "two", "-m", "deeper")
    assert done.exit_code == 0, done.output
    assert "next:   `make report`" in done.stdout  # the toy makes no PDF
    assert "signal.z_min=2" in dipmaster("compare", "two").stdout
    assert (toy / "data/validate/value.txt").read_text(encoding="utf-8") == "2"
    assert dipmaster("restore", "--yes").exit_code == 0
    assert read_files(toy) == before
    listed = dipmaster("trades", "--experiment", "two", "--csv").stdout
    assert listed == dipmaster("trades", "--csv").stdout
    absent = dipmaster("trades", "--experiment", "two", "--phase", "1").stderr
    assert "trades_phase_1.parquet of two: expected the file in DVC's cache" in absent
    taken = dipmaster("run", "-S", "signal.z_min=2", "-n", "two")
    assert "found an experiment 'two'" in taken.stderr


def read_files(folder: Path) -> dict[str, bytes]:
    names = ["params.yaml", "dvc.lock", "data/validate/value.txt"]
    names += [f"reports/metrics/{name}.json" for name in METRICS]
    return {name: (folder / name).read_bytes() for name in names}


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Options with which DVC would have been started."""
    calls: list[list[str]] = []

    def call_dvc(options: Sequence[str]) -> int:
        calls.append(list(options))
        return 0

    monkeypatch.setattr(run_module, "call_dvc", call_dvc)
    return calls


@pytest.mark.usefixtures("folder")
def test_options_go_to_dvc(dipmaster: Command, called: list[list[str]]) -> None:
    words = ["--set", "signal.z_min=2", "-S", "signal.rule=capitulation", "-n", "x", "-m", "why"]
    assert dipmaster("run", *words, "--temp", "--force").exit_code == 0
    assert called == [
        ["-S", "signal.z_min=2", "-S", "signal.rule=capitulation", "--name", "x",
         "--message", "why", "--temp", "--force"]
    ]  # fmt: skip


@pytest.mark.usefixtures("called")
def test_what_an_experiment_takes_from_the_folder_is_said(dipmaster: Command, folder: Path) -> None:
    """Params that were edited, or left by the experiment before; not those that are set anew."""
    assert "already has" not in dipmaster("run", "-S", "signal.z_min=2", "--queue").stderr
    set_param(folder, "rule: dip ", "rule: capitulation ")
    set_param(folder, "z_min: 1.0", "z_min: 1.5")
    printed = dipmaster("run", "-S", "signal.z_min=2", "--queue").stderr
    assert "already has signal.rule=capitulation, and so will the experiment" in printed
    assert "`dipmaster restore` first" in printed


@pytest.mark.usefixtures("folder", "called")
def test_an_experiment_in_a_copy_is_shown_and_compared(
    dipmaster: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the one that was made: `old` was there before."""
    lists = iter([{"old": "a"}, {"old": "a"}, {"old": "a", "new": "b"}])
    printed: list[tuple[str, object]] = []
    monkeypatch.setattr(git, "list_experiments", lambda: next(lists))
    monkeypatch.setattr(show_module, "show", lambda name: printed.append(("show", name)))
    monkeypatch.setattr(compare_module, "compare", lambda names: printed.append(("compare", names)))
    assert dipmaster("run", "--set", "signal.z_min=2", "--name", "new", "--temp").exit_code == 0
    assert printed == [("show", "new"), ("compare", ["new"])]


@pytest.mark.usefixtures("folder")
def test_a_queue_says_how_to_start_it(dipmaster: Command, called: list[list[str]]) -> None:
    done = dipmaster("run", "--queue", "--set", "signal.z_min=1,2")
    assert "dvc queue start" in done.stdout
    assert "dipmaster show NAME" in done.stdout
    assert called == [["-S", "signal.z_min=1,2", "--queue"]]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--set", "signal.rul=dip"], "near it: signal.rule"),
        (["--set", "signal.rule=moon"], "found 'moon'"),
        (["--set", "signal.z_min=1,2"], "Fix: add --queue"),
        (["--set", "split.burn_in_days=729"], "split.burn_in_days"),
        (["--name", "cap"], "Fix: choose another name, or replace it with --force"),
    ],
)
def test_what_would_fail_is_refused_before_dvc_starts(
    dipmaster: Command, called: list[list[str]], words: list[str], text: str
) -> None:
    done = dipmaster("run", *words)
    assert done.exit_code == 1
    assert text in done.stderr
    assert called == []


# Ends on Ctrl-C as DVC does: it first takes longer than any patience, and still writes.
SLOW_CHILD = """
import signal, sys, time
from pathlib import Path
def end(*_):
    time.sleep(0.6)
    Path("params.yaml").write_text("written last")
    sys.exit(252)
signal.signal(signal.SIGINT, end)
print("ready", flush=True)
time.sleep(60)
"""


def test_an_interrupted_run_is_put_back_after_dvc_has_ended(
    dipmaster: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / "params.yaml").read_bytes()
    checkouts: list[bytes] = []

    class Interrupted(subprocess.Popen[bytes]):
        """Ctrl-C, twice, as soon as it is waited for."""

        presses = 0

        def wait(self, timeout: float | None = None) -> int:
            if self.presses == 2:
                return super().wait(timeout)
            if self.presses == 0:
                assert self.stdout is not None
                with self.stdout as output:
                    assert output.readline() == b"ready\n"
                self.send_signal(signal.SIGINT)
            self.presses += 1
            raise KeyboardInterrupt

    def start(options: Sequence[str]) -> Interrupted:
        assert options == ["-S", "signal.z_min=2"]
        return Interrupted([sys.executable, "-c", SLOW_CHILD], stdout=subprocess.PIPE)

    def checkout_outputs() -> bool:
        checkouts.append((folder / "params.yaml").read_bytes())
        return True

    monkeypatch.setattr(run_module, "start_dvc", start)
    monkeypatch.setattr(restoring, "checkout_outputs", checkout_outputs)
    done = dipmaster("run", "--set", "signal.z_min=2")
    assert done.exit_code == 130
    assert "put back as before it: params.yaml" in done.stderr
    assert (folder / "params.yaml").read_bytes() == before
    assert checkouts == [before]
