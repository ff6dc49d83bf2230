"""Stage `validate`: what it refuses, and what it leaves in the registry of evaluations."""

import json
import shutil
from pathlib import Path

import pytest

from dipmaster.core import store
from dipmaster.core.errors import DataError, PipelineError
from dipmaster.core.tables import SCORES
from stages import validate
from tests.stages.made_candidates import OUTPUTS, digests, read, set_params

pytestmark = pytest.mark.slow


def test_scores_of_other_candidates_are_refused(workspace: Path) -> None:
    path = Path("data/confidence/scores.parquet")
    store.write_table(store.read_table(path, SCORES).iloc[:-1], SCORES, path)
    with pytest.raises(DataError, match="one row for each of 200 candidates"):
        validate.main()
    assert not any(Path(name).exists() for name in OUTPUTS)


def test_too_short_a_history_leaves_nothing_behind(workspace: Path) -> None:
    set_params(split={"burn_in_days": 28})
    with pytest.raises(DataError, match="28 days of burn-in"):
        validate.main()
    assert not any(Path(name).exists() for name in OUTPUTS)


@pytest.mark.parametrize(
    "missing",
    ["data/ingest", "data/exits", "data/volatility", "data/exits/models/exit_models.json"],
)
def test_without_inputs_it_names_the_fix(workspace: Path, missing: str) -> None:
    path = Path(missing)
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(PipelineError, match="dvc repro"):
        validate.main()


def test_an_evaluation_leaves_one_line(validated: Path) -> None:
    """Another value makes another line of the same bars."""
    trial = read("validate")["trial"]
    place = Path(f"reports/trials/{trial['data']}.jsonl")
    (line,) = place.read_text(encoding="utf-8").splitlines()
    record = json.loads(line)
    assert {name: record[name] for name in trial} == trial
    assert record["found"]["verdict"] == read("summary")["verdict"]
    before = place.read_bytes()
    set_params(gates={"seed": 2024})
    validate.main()
    assert place.read_bytes().startswith(before)
    assert len(place.read_text(encoding="utf-8").splitlines()) == 2


def test_a_broken_registry_is_told_before_anything_is_written(validated: Path) -> None:
    (place,) = Path("reports/trials").glob("*.jsonl")
    place.write_text("{}\n", encoding="utf-8")
    before = digests(OUTPUTS)
    with pytest.raises(DataError, match="line 1: expected an evaluation as JSON"):
        validate.main()
    assert digests(OUTPUTS) == before
