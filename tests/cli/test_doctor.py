"""What a machine or a folder lacks."""

from pathlib import Path

import pytest

from dipmaster.cli import doctor as module
from dipmaster.core import catalog, locks, native
from tests.cli.conftest import Command, set_param

pytestmark = pytest.mark.usefixtures("folder")


def test_a_metric_that_is_gone_names_restore(folder: Path) -> None:
    assert module.diagnose_files().fix == ""
    (folder / catalog.GATES).unlink()
    diagnosis = module.diagnose_files()
    assert "reports/metrics/gates.json not there" in diagnosis.finding
    assert "`dipmaster restore`" in diagnosis.fix


def test_edited_params_are_no_fault(folder: Path) -> None:
    set_param(folder, "rule: dip ", "rule: capitulation ")
    assert module.diagnose_files() == module.Diagnosis(
        "results", "those of the last commit; params.yaml was edited"
    )


def test_other_versions_than_pinned_are_named(folder: Path) -> None:
    (folder / "requirements.lock").write_text(
        "numpy==0.1 \\\n    --hash=sha256:00\nno-such-package==1.0 \\\n"
        "absent-elsewhere==1 ; sys_platform == 'nowhere' \\\n",
        encoding="utf-8",
    )
    diagnosis = module.diagnose_packages()
    assert diagnosis.finding.startswith("numpy ")
    assert ", not 0.1; no-such-package absent, not 1.0" in diagnosis.finding
    assert "elsewhere" not in diagnosis.finding
    assert diagnosis.fix


def test_a_library_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIBRARIES", ("libm.so.6", "libnosuch.so.9"))
    diagnosis = module.diagnose_libraries()
    assert diagnosis.finding == "not there: libnosuch.so.9"
    assert "profiles/setup.sh libraries" in diagnosis.fix


@pytest.mark.parametrize(
    ("lacking", "finding"),
    [
        ([], "x86-64-v3, as dvc.lock was made"),
        (["avx2", "fma"], "no avx2, fma: last digits, and so trades, may differ from dvc.lock"),
        (None, "instructions not known: last digits, and so trades, may differ from dvc.lock"),
    ],
)
def test_a_processor_with_other_instructions_is_named(
    lacking: list[str] | None, finding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "list_lacking", lambda: lacking)
    assert module.diagnose_processor() == module.Diagnosis("processor", finding)


def test_a_stage_at_work_is_named(folder: Path) -> None:
    assert module.diagnose_running().fix == ""
    with locks.hold("toy"):
        assert module.diagnose_running().finding.endswith("toy")
    assert module.diagnose_running().fix == ""


def test_libraries_are_those_that_set_up_installs(project: Path) -> None:
    script = (project / "profiles/setup.sh").read_text(encoding="utf-8")
    listed = script.split("<<LIST\n")[1].split("\nLIST")[0].splitlines()
    assert [line.split()[0] for line in listed] == list(module.LIBRARIES)


def test_any_fix_ends_with_an_error(monkeypatch: pytest.MonkeyPatch, dipmaster: Command) -> None:
    good, bad = module.Diagnosis("one", "fine"), module.Diagnosis("two", "broken", "mend it")
    monkeypatch.setattr(module, "CHECKS", (lambda: good,))
    assert dipmaster("doctor").exit_code == 0
    monkeypatch.setattr(module, "CHECKS", (lambda: good, lambda: bad))
    done = dipmaster("doctor")
    assert done.exit_code == 1
    assert "Fix: mend it" in done.stdout


def test_code_of_another_folder_is_a_fault(folder: Path) -> None:
    assert "the code of" not in module.diagnose_python().finding
    (folder / "dipmaster").mkdir()
    diagnosis = module.diagnose_python()
    assert diagnosis.finding.startswith(f"the code of {Path(module.__file__).parents[2]} runs")
    assert diagnosis.fix


@pytest.mark.parametrize(
    ("status", "fix"),
    [
        ({}, ""),
        ({"report": [{"changed deps": {"reports/trials": "modified"}}]}, ""),
        ({"report": [{"changed deps": {"reports/trials": "modified", "params.yaml": "modified"}}]},
         "`make report`"),
        ({"report": [{"changed deps": {"reports/trials": "modified"}}],
          "ingest": [{"changed deps": {"data/raw": "modified"}}]}, "`make report`"),
    ],
)  # fmt: skip
def test_a_trial_on_record_is_a_note(status: dict[str, object], fix: str) -> None:
    diagnosis = module.judge_status(status)
    assert diagnosis.fix == fix
    assert ("reports/trials" in diagnosis.finding) == (bool(status) and not fix)


@pytest.mark.slow
def test_what_dvc_cannot_do_is_its_error_line(toy: Path) -> None:
    assert module.diagnose_pipeline().fix == ""
    with (toy / "params.yaml").open("ab") as file:
        file.write(b"# caf\xe9\n")
    diagnosis = module.diagnose_pipeline()
    assert diagnosis.finding.startswith("unable to read: 'params.yaml', is not valid utf-8")
    assert diagnosis.fix.startswith("`dipmaster restore`")


def test_params_that_are_gone_name_restore(folder: Path) -> None:
    (folder / "params.yaml").unlink()
    assert module.diagnose_files() == module.Diagnosis(
        "results", "a run did not end well: params.yaml not there", "`dipmaster restore`"
    )


def test_a_stage_that_is_read_is_not_at_work(folder: Path) -> None:
    with locks.hold("validate", reads=("exits", "confidence")):
        assert module.diagnose_running().finding.endswith(": validate")
