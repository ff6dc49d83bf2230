"""A review across a change of the pipeline: a revision is asked for the stages that it has."""

from pathlib import Path

import pytest
import yaml

from dipmaster.core import catalog
from tests.cli.conftest import Command, run_git, write_lock

pytestmark = pytest.mark.slow
PIPELINE = Path("dvc.yaml")


@pytest.fixture
def older(folder: Path) -> str:
    """A commit before the stage `monitor`; the folder has it again."""
    write_lock("a" * 32)
    with_monitor = {path: path.read_text(encoding="utf-8") for path in (PIPELINE, catalog.LOCK)}
    for path, text in with_monitor.items():
        values = yaml.safe_load(text)
        del values["stages"]["monitor"]
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
    run_git(folder, "commit", "-qam", "before the monitor")
    PIPELINE.write_text(with_monitor[PIPELINE], encoding="utf-8")
    write_lock("b" * 32)
    return run_git(folder, "rev-parse", "HEAD")


def test_a_stage_that_is_new_is_reviewed(dipmaster: Command, older: str) -> None:
    done = dipmaster("review", older)
    assert done.exit_code == 0, done.stderr
    assert "| `data/monitor` (monitor) | – |" in done.stdout


def test_a_stage_that_the_pipeline_has_is_missed(
    dipmaster: Command, folder: Path, older: str
) -> None:
    lock = yaml.safe_load(catalog.LOCK.read_text(encoding="utf-8"))
    del lock["stages"]["monitor"]
    catalog.LOCK.write_text(yaml.safe_dump(lock), encoding="utf-8")
    done = dipmaster("review", older)
    assert done.exit_code == 1
    assert "found none of monitor" in done.stderr
