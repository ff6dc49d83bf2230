"""docs/tutorial.md, typed as it stands into a clone; a server on loopback is the archive."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from dipmaster.core.params import Params
from dipmaster.market.simulator import simulate_market
from tests.docs.archive import add_bars
from tests.docs.pages import list_blocks, list_commands, run_shell
from tests.docs.projects import clone_project, terminal
from tests.download.server import Archive, serve
from tests.made.params import read_values

PAGE = Path("docs/tutorial.md")
SMALL = {"coins": 3, "days": 92, "seed": 21, "start": "2024-10-01"}


@pytest.fixture(scope="module")
def archive() -> Iterator[Archive]:
    """Three months of the three coins; of the months before it has nothing."""
    params = Params.parse(read_values(), ("ingest",)).ingest.simulated.model_copy(update=SMALL)
    made = Archive()
    bars = simulate_market(params).bars.values()
    for symbol, frame in zip(("BTCUSDT", "ETHUSDT", "SOLUSDT"), bars, strict=True):
        add_bars(made, symbol, frame)
    with serve(made) as served:
        yield served


@pytest.fixture(scope="module")
def printed(
    project: Path, archive: Archive, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, str]]:
    """The clone after all commands of the page, and what each of them printed."""
    folder = clone_project(tmp_path_factory.mktemp("tutorial"))
    environment = terminal(folder) | {"DIPMASTER_ARCHIVE_URL": archive.url, "COLUMNS": "200"}
    commands = list_commands(project / PAGE)
    return folder, {line: run_shell(line, folder, environment) for line in commands}


def find(outputs: dict[str, str], beginning: str) -> str:
    """What the one command with this beginning printed."""
    (output,) = (text for line, text in outputs.items() if line.startswith(beginning))
    return output


@pytest.mark.slow
def test_the_page_leads_from_the_archive_to_a_decision(
    printed: tuple[Path, dict[str, str]],
) -> None:
    folder, outputs = printed
    assert "files    9: 9 new" in find(outputs, "dipmaster fetch")
    assert "missing  63 not in the archive" in find(outputs, "dipmaster fetch")
    assert "no gate can be decided" in find(outputs, "dipmaster check")
    assert find(outputs, "dipmaster show").startswith("Overall verdict: INSUFFICIENT DATA")
    assert "Overall verdict" in find(outputs, "dipmaster run --set confidence")
    assert "lower" in find(outputs, "dipmaster compare")
    review = find(outputs, "dipmaster review")
    assert "| `confidence.thresholds.normal_volatility` | `0.8` | `0.75` |" in review
    for name in ("phase_gate.pdf", "phase_gate.html"):
        assert (folder / "reports" / name).stat().st_size > 10_000


@pytest.mark.slow
def test_the_last_commit_holds_the_first_run(printed: tuple[Path, dict[str, str]]) -> None:
    """`restore` brought it back: params, metrics, and the bars are those of the archive."""
    folder, _outputs = printed
    environment = terminal(folder)
    assert run_shell("git status --porcelain", folder, environment) == ""
    params = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
    assert (params["ingest"]["source"], params["ingest"]["raw"]["set"]) == ("raw", "binance")
    assert params["confidence"]["thresholds"]["normal_volatility"] == 0.8
    quality = json.loads((folder / "reports/metrics/ingest.json").read_text(encoding="utf-8"))
    assert sorted(quality["symbols"]) == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    assert "data/raw/binance.dvc" in run_shell("git ls-files data", folder, environment)


def test_what_is_not_typed_is_there(project: Path) -> None:
    """The set-up, and the commit of an idea that is taken."""
    setup, commit = list_blocks(project / PAGE, "shell")
    target, activate = setup.splitlines()
    makefile = (project / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target.removeprefix('make ')}: ", makefile, re.MULTILINE)
    assert activate == ". .venv/bin/activate"
    assert commit.splitlines()[0] in list_commands(project / PAGE)
