"""params.yaml has the form in which DVC writes it: `dvc exp run -S` changes one line."""

import shutil
from pathlib import Path

import pytest
from dvc.utils.hydra import apply_overrides
from dvc.utils.serialize import modify_yaml


@pytest.fixture
def copy(project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(project / "params.yaml", tmp_path))


def test_what_dvc_reads_it_writes_back(copy: Path) -> None:
    before = copy.read_text(encoding="utf-8")
    with modify_yaml(copy):
        pass
    assert copy.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("signal.z_min=1.25", "  z_min: 1.25 "),
        ("gates.targets.phase_2.sharpe=1.3", "      sharpe: 1.3"),
        ("confidence.thresholds.normal_volatility=0.85", "    normal_volatility: 0.85"),
        ("exits.dynamic_target.enabled=false", "    enabled: false "),
    ],
)
def test_an_override_changes_its_line_alone(copy: Path, override: str, line: str) -> None:
    before = copy.read_text(encoding="utf-8").splitlines()
    apply_overrides(copy, [override])
    after = copy.read_text(encoding="utf-8").splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0].startswith(line)
