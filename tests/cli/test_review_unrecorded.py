"""A review says, or refuses, where params or figures are not those of the run on record."""

import hashlib
import json
from pathlib import Path

import pytest
import yaml

from dipmaster.cli.lock_file import Lock, find_unrecorded
from dipmaster.cli.revisions import Revision
from dipmaster.core import catalog
from tests.cli.conftest import Command, run_git, set_param, write_lock

pytestmark = pytest.mark.slow

DATA = "a" * 32


@pytest.fixture(autouse=True)
def base(folder: Path) -> str:
    """A commit with a lock of a whole run; its hash."""
    write_lock(DATA)
    run_git(folder, "commit", "-qam", "lock")
    return run_git(folder, "rev-parse", "HEAD")


def test_figures_of_other_params_are_said_to_be(dipmaster: Command, folder: Path) -> None:
    """params.yaml was edited and nothing ran: the figures say nothing about the edit."""
    words = "are not those of one run"
    set_param(folder, "rule: dip ", "rule: capitulation ")
    text = dipmaster("review").stdout
    assert (
        f"Params and figures of `workspace` {words}.** dvc.lock records others for `signal.rule`"
        in text
    )
    run_git(folder, "commit", "-qam", "stale")
    same = dipmaster("review").stdout
    assert not same.startswith("No change")
    assert same.count(words) == 2
    write_lock(DATA)
    assert dipmaster("review").stdout.count(words) == 1


def test_one_stage_that_did_not_run_again_is_enough(folder: Path) -> None:
    lock = Lock({}, (("signal.rule", "dip"), ("signal.rule", "capitulation"), ("split.days", 3)))
    here = Revision("workspace")
    for rule in ("dip", "capitulation"):
        params = {"signal": {"rule": rule}, "split": {"days": 3}}
        assert find_unrecorded(here, params, lock) == ("signal.rule",)
    assert find_unrecorded(here, params, Lock({}, lock.params[1:])) == ()


def test_metrics_that_were_edited_by_hand_are_said_to_be(dipmaster: Command) -> None:
    text = catalog.GATES.read_text(encoding="utf-8")
    lock = yaml.safe_load(catalog.LOCK.read_text(encoding="utf-8"))
    md5 = hashlib.md5(text.encode()).hexdigest()
    lock["stages"]["validate"]["outs"] += [{"path": catalog.GATES.as_posix(), "md5": md5}]
    catalog.LOCK.write_text(yaml.safe_dump(lock), encoding="utf-8")
    assert dipmaster("review").stdout.startswith("No change")
    catalog.GATES.write_text(text.replace("INCONCLUSIVE", "PASS", 1), encoding="utf-8")
    words = "not those of one run.** dvc.lock records others for `reports/metrics/gates.json`. Fix:"
    assert words in dipmaster("review").stdout


def test_metrics_of_an_older_shape_are_refused_with_their_path(
    dipmaster: Command, folder: Path, base: str
) -> None:
    rows = json.loads(catalog.GATES.read_text(encoding="utf-8"))
    del rows[3]["days_to_power"]
    catalog.GATES.write_text(json.dumps(rows), encoding="utf-8")
    run_git(folder, "commit", "-qam", "older")
    done = dipmaster("review", "--base", "HEAD", "--head", base)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "reports/metrics/gates.json of HEAD (" in done.stderr
    assert "3.days_to_power: missing" in done.stderr


def test_a_lock_of_half_a_run_is_refused_by_revision(dipmaster: Command) -> None:
    catalog.LOCK.write_text("schema: '2.0'\n", encoding="utf-8")
    done = dipmaster("review")
    assert done.exit_code == 1
    assert "error: workspace: dvc.lock: expected entries of the stages ingest" in done.stderr
