"""Back to the last commit: what is overwritten is said, and nothing else is touched."""

import os
from pathlib import Path

import pytest

from dipmaster.cli import git, restoring
from dipmaster.cli.dvc_failure import DvcFailure
from dipmaster.core import catalog, store
from tests.cli.conftest import Command, run_git, set_param

OUTPUTS = "Data and report are those of dvc.lock."


@pytest.fixture(autouse=True)
def _without_dvc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "checkout_outputs", lambda: None)


def test_params_and_metrics_come_back_and_edits_are_reported(
    dipmaster: Command, folder: Path
) -> None:
    set_param(folder, "rule: dip ", "rule: capitulation ")
    edited = (folder / "params.yaml").read_text(encoding="utf-8")
    (folder / catalog.GATES).unlink()
    (folder / "stages/__init__.py").write_text("# of the user\n", encoding="utf-8")
    done = dipmaster("restore", "--yes")
    assert done.exit_code == 0
    assert "signal.rule: capitulation becomes dip" in done.stdout
    assert run_git(folder, "status", "--short") == "M stages/__init__.py"
    assert restoring.BACKUP.read_text(encoding="utf-8") == edited
    assert OUTPUTS in done.stdout


def test_nobody_to_ask_changes_nothing(dipmaster: Command, folder: Path) -> None:
    set_param(folder, "rule: dip ", "rule: capitulation ")
    before = (folder / "params.yaml").read_bytes()
    done = dipmaster("restore")
    assert done.exit_code == 1
    assert "Fix: `dipmaster restore --yes`" in done.stderr
    assert (folder / "params.yaml").read_bytes() == before


def test_params_can_be_kept(dipmaster: Command, folder: Path) -> None:
    set_param(folder, "rule: dip ", "rule: capitulation ")
    (folder / catalog.GATES).unlink()
    assert dipmaster("restore", "--yes", "--keep-params").exit_code == 0
    assert run_git(folder, "status", "--short") == "M params.yaml"


def test_nothing_to_restore_is_said(dipmaster: Command, folder: Path) -> None:
    done = dipmaster("restore")
    assert done.exit_code == 0
    assert "those of the last commit" in done.stdout


def test_a_change_that_git_does_not_see_is_restored(dipmaster: Command, folder: Path) -> None:
    """As after a failed `dvc exp run -S`: size and time are those that git noted."""
    path = folder / "params.yaml"
    committed = path.read_bytes()
    run_git(folder, "status")
    facts = path.stat()
    run_git(folder, "config", "core.trustctime", "false")
    run_git(folder, "config", "core.checkStat", "minimal")
    index_time = facts.st_mtime_ns + 5_000_000_000
    path.write_bytes(committed.replace(b"rule: dip ", b"rule: pid "))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    os.utime(folder / ".git/index", ns=(index_time, index_time))
    assert run_git(folder, "status", "--short") == ""  # the trap
    assert git.list_changed([store.PARAMS_FILE]) == [store.PARAMS_FILE]
    assert dipmaster("restore", "--yes").exit_code == 0
    assert path.read_bytes() == committed


def test_a_snapshot_keeps_edits_of_the_user(folder: Path) -> None:
    set_param(folder, "rule: dip ", "rule: capitulation ")
    before = {path: path.read_bytes() for path in (store.PARAMS_FILE, catalog.LOCK, catalog.GATES)}
    snapshot = restoring.take_snapshot()
    set_param(folder, "rule: capitulation ", "rule: dipmaster_v4 ")
    catalog.GATES.unlink()
    new = catalog.METRICS / "new.json"
    new.write_text("{}", encoding="utf-8")
    assert restoring.put_back(snapshot) == [new, store.PARAMS_FILE, catalog.GATES]
    assert {path: path.read_bytes() for path in before} == before
    assert not new.exists()


@pytest.mark.parametrize("damage", [b"# caf\xe9\n", b"a: [\n", "# x\n".encode("utf-16")])
def test_params_that_cannot_be_read_come_back_and_are_kept(
    dipmaster: Command, folder: Path, damage: bytes
) -> None:
    path = folder / "params.yaml"
    committed = path.read_bytes()
    path.write_bytes(committed + damage)
    done = dipmaster("restore", "--yes")
    assert done.exit_code == 0, done.stderr
    assert "values cannot be listed: params.yaml" in done.stdout
    assert "remove the file" not in done.stdout
    assert path.read_bytes() == committed
    assert restoring.BACKUP.read_bytes() == committed + damage


def test_params_that_are_gone_come_back(dipmaster: Command, folder: Path) -> None:
    committed = (folder / "params.yaml").read_bytes()
    (folder / "params.yaml").unlink()
    done = dipmaster("restore", "--yes")
    assert done.exit_code == 0
    assert "as it was" not in done.stdout
    assert (folder / "params.yaml").read_bytes() == committed
    assert not restoring.BACKUP.exists()


def test_a_record_of_trials_stays_and_is_named(dipmaster: Command, folder: Path) -> None:
    record = folder / catalog.TRIALS / "f5.jsonl"
    assert "Kept" not in dipmaster("restore", "--yes").stdout
    record.parent.mkdir(parents=True)
    record.write_text("{}\n", encoding="utf-8")
    note = "Kept: reports/trials/f5.jsonl, the record of what was evaluated since; commit it."
    assert note in dipmaster("restore", "--yes").stdout
    run_git(folder, "add", str(record))
    run_git(folder, "commit", "-qm", "trials")
    assert "Kept" not in dipmaster("restore", "--yes").stdout
    record.write_text("{}\n{}\n", encoding="utf-8")
    assert note in dipmaster("restore", "--yes").stdout
    assert record.read_text(encoding="utf-8") == "{}\n{}\n"


def test_what_the_cache_lacks_is_no_error_and_a_full_disk_is(
    dipmaster: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([DvcFailure("DVC's cache lacks data/x of dvc.lock", "`make report`", True),
                     DvcFailure("No space left on device", "free some space")])  # fmt: skip
    monkeypatch.setattr(restoring, "checkout_outputs", lambda: next(failures))
    done = dipmaster("restore", "--yes")
    assert done.exit_code == 0
    assert "DVC's cache lacks data/x of dvc.lock: `make report`." in done.stdout
    done = dipmaster("restore", "--yes")
    assert done.exit_code == 1
    assert "could not bring them back: No space left on device." in done.stderr
    assert "Fix: free some space." in done.stderr
