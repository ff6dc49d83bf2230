"""What DVC sees of the workspace: sets under data/raw, and an empty data/raw in a fresh clone."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from dipmaster.core.lock_record import find_unrecorded
from profiles import quick

pytestmark = pytest.mark.slow

DVC = str(Path(sys.executable).with_name("dvc"))
DVC_CONFIG = ".dvc/config"
"""The project's own: without it every command of DVC starts two more, to count and to update."""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project under git and DVC, in a folder of its own."""
    folder = tmp_path_factory.mktemp("fresh")
    for name in (".gitignore", ".dvcignore", "dvc.yaml", "params.yaml", "data/raw/README.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(quick.ROOT / name, folder / name)
    for command in (["git", "init", "-q"], [DVC, "init", "-q"]):
        run_command(command, folder)
    shutil.copy2(quick.ROOT / DVC_CONFIG, folder / DVC_CONFIG)
    return folder


@pytest.fixture
def copy(fresh: Path, tmp_path: Path) -> Path:
    """A copy of it, as a fresh clone would be."""
    return shutil.copytree(fresh, tmp_path / "project", symlinks=True)


def run_command(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_added_set_is_found_by_dvc_and_kept_by_checkout(copy: Path) -> None:
    bars = copy / "data/raw/mine/A.csv"
    bars.parent.mkdir()
    bars.write_text("open_time,open,high,low,close,volume\n", encoding="utf-8")
    run_command([DVC, "add", "-q", "data/raw/mine"], copy)
    assert "data/raw/mine.dvc" in run_command([DVC, "stage", "list", "--all"], copy)
    run_command(["git", "add", "."], copy)
    listed = run_command(["git", "ls-files"], copy).splitlines()
    assert "data/raw/mine.dvc" in listed
    assert "data/raw/mine/A.csv" not in listed
    # Outputs of stages that never ran are told as missing; the set must not be touched.
    subprocess.run([DVC, "checkout", "-q"], cwd=copy, capture_output=True, check=False)
    assert bars.is_file()


def test_bars_dropped_into_raw_and_locks_stay_out_of_git(copy: Path) -> None:
    (copy / "data/raw/real").mkdir()
    (copy / "data/raw/real/A.parquet").write_bytes(b"x")
    (copy / "data/.ingest.lock").touch()
    run_command(["git", "add", "."], copy)
    listed = run_command(["git", "ls-files", "data"], copy).splitlines()
    assert listed == ["data/raw/README.md"]


TOY = """
stages:
  check:
    cmd: {python} -m stages.check
    deps: [data/raw, params.yaml]
    outs: [data/check/passed.json]
  ingest:
    cmd: {python} -m stages.ingest
    deps: [data/raw]
    params: [ingest]
    outs: [data/ingest, reports/metrics/ingest.json: {{cache: false}}]
  features:
    cmd: "true"
    deps: [data/check/passed.json, data/ingest]
"""


@pytest.fixture
def toy(copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first stages, on two days of raw files, all committed; features do nothing."""
    monkeypatch.setenv("PYTHONPATH", str(quick.ROOT))
    return make_toy(copy)


@pytest.fixture(scope="module")
def reproduced_template(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after a run on two sets, with what it wrote committed."""
    folder = tmp_path_factory.mktemp("reproduced") / "project"
    make_toy(shutil.copytree(fresh, folder, symlinks=True))
    put_set(folder, "one", "BTCUSDT")
    put_set(folder, "two", "ETHUSDT")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(quick.ROOT))
        run_command([DVC, "repro", "-q"], folder)
    commit(folder)
    return folder


@pytest.fixture
def reproduced(reproduced_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it."""
    monkeypatch.setenv("PYTHONPATH", str(quick.ROOT))
    return shutil.copytree(reproduced_template, tmp_path / "project", symlinks=True)


def make_toy(copy: Path) -> Path:
    """The toy pipeline in place of the project's, committed."""
    (copy / "dvc.yaml").write_text(TOY.format(python=sys.executable), encoding="utf-8")
    params = (copy / "params.yaml").read_text(encoding="utf-8")
    params = re.sub("source: simulated ", "source: raw ", params)
    for name in ("burn_in_days", "min_out_of_sample_days", "models_from_day"):
        params = re.sub(f"{name}: \\d+", f"{name}: 1", params)
    (copy / "params.yaml").write_text(params, encoding="utf-8")
    for command in (["config", "user.name", "x"], ["config", "user.email", "x@x.invalid"]):
        run_command(["git", *command], copy)
    commit(copy)
    return copy


def commit(folder: Path) -> None:
    run_command(["git", "add", "."], folder)
    run_command(["git", "commit", "-qm", "x"], folder)


def put_set(folder: Path, name: str, symbol: str) -> None:
    times = np.arange(600) * 300 + 1_672_531_200
    lines = [f"{time},1,2,1,1,5" for time in times]
    place = folder / "data/raw" / name / f"{symbol}-5m.csv"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("\n".join(["time,open,high,low,close,volume", *lines]), encoding="utf-8")


def test_an_experiment_in_a_copy_has_every_set_or_refuses(toy: Path) -> None:
    """DVC leaves a set that it does not track behind, and names the workspace in DVC_ROOT."""
    put_set(toy, "one", "BTCUSDT")
    put_set(toy, "two", "ETHUSDT")
    run_command([DVC, "add", "-q", "data/raw/one"], toy)
    commit(toy)
    run = [DVC, "exp", "run", "-q", "--temp", "-S", "ingest.max_time=2034-01-01", "-n", "whole"]
    refused = subprocess.run(run, cwd=toy, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "two/ETHUSDT-5m.csv missing" in refused.stderr
    assert "`dvc add data/raw/two` and `git add data/raw/two.dvc`" in refused.stderr
    run_command([DVC, "add", "-q", "data/raw/two"], toy)
    run_command(["git", "add", "data/raw/two.dvc"], toy)
    run_command(run, toy)
    refs = run_command(["git", "for-each-ref", "--format=%(refname)", "refs/exps"], toy).split()
    (branch,) = [name for name in refs if name.endswith("/whole")]
    quality = json.loads(run_command(["git", "show", f"{branch}:reports/metrics/ingest.json"], toy))
    assert sorted(quality["symbols"]) == ["BTCUSDT", "ETHUSDT"]


def read_symbols(folder: Path) -> list[str]:
    quality = json.loads((folder / "reports/metrics/ingest.json").read_text(encoding="utf-8"))
    return sorted(quality["symbols"])


def test_the_selection_is_set_on_the_command_line(toy: Path) -> None:
    """As DVC itself parses it: a list, a name, a date in place of null."""
    put_set(toy, "one", "BTCUSDT")
    put_set(toy, "one", "ETHUSDT")
    put_set(toy, "two", "BTCUSDT")
    changes = ["ingest.raw.symbols=[BTCUSDT]", "ingest.raw.set=one", "ingest.raw.end=2023-01-03"]
    run_command([DVC, "exp", "run", "-q", *(part for one in changes for part in ("-S", one))], toy)
    assert read_symbols(toy) == ["BTCUSDT"]
    market = json.loads((toy / "data/ingest/market.json").read_text(encoding="utf-8"))
    assert market["selection"]["sets_read"] == ["one"]
    assert (market["days"], market["last_open_time"]) == (2.0, "2023-01-02T23:55:00Z")
    after = YAML(typ="safe").load((toy / "params.yaml").read_text(encoding="utf-8"))
    raw = after["ingest"]["raw"]
    assert (raw["symbols"], raw["set"], raw["end"]) == (["BTCUSDT"], "one", "2023-01-03")
    run_command([DVC, "exp", "run", "-q", "-S", "ingest.raw.symbols=null"], toy)
    assert read_symbols(toy) == ["BTCUSDT", "ETHUSDT"]


def test_a_bad_value_loses_no_result(reproduced: Path) -> None:
    """DVC removes what a stage wrote before it starts; the check comes first and owns nothing."""
    files = [*reproduced.glob("data/ingest/**/*.*"), reproduced / "reports/metrics/ingest.json"]
    before = {path: path.read_bytes() for path in files}
    for change, message in (
        ("gates.alpha=7", "gates.alpha: Input should be less than or equal to 0.2, found 7"),
        ("ingest.raw.symbols=[DOGEUSDT]", "found bars of BTCUSDT, ETHUSDT"),
    ):
        run = [DVC, "exp", "run", "-S", change]
        refused = subprocess.run(run, cwd=reproduced, capture_output=True, text=True, check=False)
        assert refused.returncode != 0
        assert message in refused.stderr
        assert "`dipmaster restore` brings params.yaml" in refused.stderr
        assert {path: path.read_bytes() for path in files} == before
        # git goes by times and sizes, and may call a file clean that DVC has just changed
        assert run_command(["git", "status", "--porcelain"], reproduced).split() in (
            [], ["M", "params.yaml"],
        )  # fmt: skip
        committed = run_command(["git", "show", "HEAD:params.yaml"], reproduced)
        assert (reproduced / "params.yaml").read_text(encoding="utf-8") != committed
        (reproduced / "params.yaml").write_text(committed, encoding="utf-8")


def test_hashes_are_those_that_dvc_records(
    reproduced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(reproduced)
    assert find_unrecorded(("check", "ingest")) == []
    place = Path("data/ingest/bars/ETHUSDT.parquet")
    place.chmod(0o644)
    place.write_bytes(place.read_bytes() + b"x")
    assert find_unrecorded(("check", "ingest")) == ["data/ingest"]


def test_no_name_of_a_set_is_ignored_by_dvc(copy: Path) -> None:
    """What DVC ignores is read all the same: it would go stale unseen."""
    names = ["build", "reports/local", ".venv"]
    files = [f"{top}{name}/A.csv" for name in names for top in ("", "data/raw/", "data/raw/set/")]
    asked = [DVC, "check-ignore", *files]
    ignored = subprocess.run(asked, cwd=copy, capture_output=True, text=True, check=False)
    assert ignored.stdout.split() == [f"{name}/A.csv" for name in names]
