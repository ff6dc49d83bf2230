"""The quick profile: a copy that leaves the workspace alone."""

from pathlib import Path

import pytest
import yaml

from dipmaster.core.params import Params
from profiles import quick


def test_the_overlay_fits_the_params(project: Path) -> None:
    params = yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8"))
    overlay = yaml.safe_load(quick.OVERLAY.read_text(encoding="utf-8"))
    merged = Params.parse(quick.overlay_values(params, overlay), ("ingest", "split"))
    assert (merged.ingest.simulated.coins, merged.ingest.simulated.days) == (3, 120)
    assert merged.split.burn_in_days == 60


def test_other_values_stay() -> None:
    assert quick.overlay_values({"a": {"x": 1, "y": 2}, "b": 3}, {"a": {"y": 5}}) == {
        "a": {"x": 1, "y": 5},
        "b": 3,
    }


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        quick.overlay_values({"a": 1}, {"nonsense": 2})


def test_the_copy_has_neither_lock_nor_metrics_of_the_workspace(tmp_path: Path) -> None:
    quick.copy_project(tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert "dvc.yaml" in names
    assert "dvc.lock" not in names
    assert not any(name.startswith(("reports/metrics/", "reports/trials/")) for name in names)


def test_a_file_that_left_the_project_leaves_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick.copy_project(tmp_path)
    monkeypatch.setattr(quick, "list_project_files", lambda: ["dvc.yaml"])
    quick.copy_project(tmp_path)
    assert not (tmp_path / "params.yaml").exists()
    assert (tmp_path / "dvc.yaml").exists()
