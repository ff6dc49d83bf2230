"""Stage `stress-test` on a small market: what it writes, and the same bytes."""

import json
import shutil
from pathlib import Path

import pytest

from dipmaster.results.common import Interval
from dipmaster.results.serialisation import read_result
from dipmaster.results.stress import StressResults
from dipmaster.stress.scenarios import SCENARIOS
from stages import stress_test, validate
from tests.stages.made_candidates import digests, set_params, write_scores

pytestmark = pytest.mark.slow

STRESS = "reports/metrics/stress.json"
OUTPUTS = (STRESS, "reports/metrics/sensitivity.json", "reports/metrics/outcomes.json")
SMALL = {"dates": 6, "other_dates": 3, "window_days": 2, "past_days": 3}


@pytest.fixture(scope="module")
def stressed_template(validated_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The market made by hand after this stage, with few dates to stress: the work of one."""
    place = tmp_path_factory.mktemp("stressed") / "copy"
    shutil.copytree(validated_template, place)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("DIPMASTER_WORKERS", "1")
        set_params(stress=SMALL)
        stress_test.main()
    return place


@pytest.fixture
def stressed(stressed_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it."""
    folder = tmp_path / "copy"
    shutil.copytree(stressed_template, folder)
    monkeypatch.chdir(folder)
    return folder


def results() -> StressResults:
    return read_result(Path(STRESS), StressResults)


def test_outputs(stressed: Path) -> None:
    found = results()
    assert (found.phases, found.final_phase) == ((0, 2, 4), 4)
    assert len(found.rows) == len(SCENARIOS) * 3 * 2
    assert all(row.runs in (3, 6) for row in found.rows)
    assert {row.scenario: row.runs for row in found.rows}["market_crash"] == 6
    untouched = [row for row in found.rows if row.scenario == "untouched"]
    assert all(row.with_controls for row in untouched)
    assert all(json.loads(Path(path).read_text()) for path in OUTPUTS)


def test_the_same_bytes_for_any_number_of_workers(
    stressed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digests(OUTPUTS)
    for name in OUTPUTS:
        Path(name).unlink()
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")
    stress_test.main()
    assert digests(OUTPUTS) == before


def test_without_a_trade_of_the_final_phase(stressed: Path) -> None:
    """No score: phases from 1 on make no trade, and have a reason in place of figures."""
    write_scores(None, "too few candidates")
    validate.main()
    stress_test.main()
    held = [row for row in results().rows if row.phase == 4 and row.start == "positions open"]
    assert {row.runs for row in held} == {0}
    assert all(row.reason for row in held)
    assert held[0].drawdown_saved == Interval(None, None, None, "no runs")
    baseline = [row for row in results().rows if row.phase == 0 and row.start == "positions open"]
    assert all(row.invested for row in baseline)
