"""Records of a study to the file of verdicts."""

import sys
from pathlib import Path

import pytest

from dipmaster.core.errors import PipelineError
from dipmaster.core.params.digest import STRATEGY_SECTIONS, digest_sections
from dipmaster.core.store import write_json
from dipmaster.outcomes.success import read_study
from dipmaster.results.outcomes import SeedVerdicts
from studies import phase_verdicts
from tests.made.params import read_params


def record(verdict: str) -> dict:
    return {
        "seed": 1,
        "overall": "FAIL",
        "phases": {str(phase): {"verdict": verdict, "trades": 3} for phase in range(5)},
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed, verdict in ((3001, "PASS"), (3003, "FAIL")):
        write_json(record(verdict), tmp_path / f"default-{seed}.json")
    write_json(record("PASS"), tmp_path / "edge-0-3002.json")
    return tmp_path


def test_records_that_are_there_are_collected(folder: Path) -> None:
    found = phase_verdicts.collect_verdicts(folder, range(3001, 3021))
    assert list(found) == ["3001", "3003"]
    assert found["3001"] == SeedVerdicts(phases=dict.fromkeys("01234", "PASS"), overall="FAIL")


def test_the_file_names_what_made_it(
    folder: Path, tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "verdicts.json"
    monkeypatch.setattr(phase_verdicts, "FILE", file)
    options = ["--commit", "abc", "--seeds", "3001", "3020"]
    params = ["--params", str(project / "params.yaml")]
    monkeypatch.setattr(sys, "argv", ["phase_verdicts", str(folder), *options, *params])
    phase_verdicts.main()
    study = read_study(file)
    assert (study.commit, sorted(study.seeds)) == ("abc", ["3001", "3003"])
    assert study.command == "python -m studies.phase_4 default --seeds 3001 3020"


def test_a_folder_without_records_is_refused(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = ["phase_verdicts", str(tmp_path), "--commit", "abc", "--seeds", "1", "2"]
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(PipelineError, match="found none"):
        phase_verdicts.main()


def test_the_seed_of_the_market_is_no_other_setting() -> None:
    params = read_params(*STRATEGY_SECTIONS)
    own = digest_sections(params)
    values = params.ingest.model_copy(
        update={"simulated": params.ingest.simulated.model_copy(update={"seed": 99})}
    )
    monkey = _with_ingest(params, values)
    assert digest_sections(monkey) == own
    other = params.ingest.model_copy(
        update={"simulated": params.ingest.simulated.model_copy(update={"edge": 0.123})}
    )
    changed = digest_sections(_with_ingest(params, other))
    assert [name for name in own if changed[name] != own[name]] == ["ingest"]


def _with_ingest(params, ingest):
    file = params._params_file.model_copy(update={"ingest": ingest})
    return type(params)(file, STRATEGY_SECTIONS)
