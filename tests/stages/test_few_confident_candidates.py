"""One, two and three confident candidates through all five phases: what stages and report say."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from dipmaster.core import catalog, store
from dipmaster.core.params import Params
from dipmaster.core.tables import EQUITY, SCORES, TRADES
from dipmaster.report import registry
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.altdata import AlternativeDataRecord
from dipmaster.results.confidence.record import ConfidenceResults
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.exits.record import ExitModelResults
from dipmaster.results.gates import GateRows
from dipmaster.results.market import Market
from dipmaster.results.outcomes import OutcomesResults
from dipmaster.results.sensitivity import SensitivityResults
from dipmaster.results.serialisation import read_result
from dipmaster.results.stress import StressResults
from stages import alt_data, stress_test, validate
from tests.made import volatility
from tests.report.conftest import unpainted
from tests.report.impossible import find_impossible
from tests.report.printed import print_chapter
from tests.report.run import run, with_gates
from tests.stages.made_candidates import SYMBOLS, set_params

pytestmark = pytest.mark.slow

WON, LOST = True, False
OUTCOMES = [(LOST,), (WON, LOST), (WON, WON, WON)]
SMALL = {"dates": 2, "other_dates": 2, "window_days": 2, "past_days": 3}


def keep_confident(results: tuple[bool, ...]) -> None:
    """So many candidates out of sample, days apart, that won or lost under the baseline exits."""
    trades = store.read_table(catalog.VALIDATE / "trades_phase_1.parquet", TRADES)
    start = read_result(catalog.VALIDATE_METRICS, ValidationResults).period.out_of_sample_from
    late = trades[trades["entry_time"] >= start]
    chosen: list[int] = []
    for won in results:
        fits = late[((late["net_pnl"] > 0) == won) & ~late["candidate_id"].isin(chosen)]
        chosen.append(int(fits["candidate_id"].iloc[len(fits) // 4 * (len(chosen) + 1)]))
    scores = store.read_table(catalog.SCORES, SCORES)
    low = scores["confidence"].where(scores["confidence"].isna(), 0.1)
    confident = scores["candidate_id"].isin(chosen)
    store.write_table(
        scores.assign(confidence=np.where(confident, 0.95, low)), SCORES, catalog.SCORES
    )


def read_inputs() -> ReportInputs:
    """What the stages wrote here; what is no phase's own is made up."""
    base = run(4, SYMBOLS)
    validation = read_result(catalog.VALIDATE_METRICS, ValidationResults)
    raw = yaml.safe_load(store.PARAMS_FILE.read_text(encoding="utf-8"))
    return replace(
        with_gates(base, read_result(catalog.GATES, GateRows)),
        validation=validation,
        market=read_result(catalog.MARKET, Market),
        volatility=volatility.too_short(SYMBOLS),
        confidence=read_result(catalog.CONFIDENCE_METRICS, ConfidenceResults),
        exit_models=read_result(catalog.EXITS_METRICS, ExitModelResults),
        alternative_data=read_result(catalog.ALTERNATIVE_METRICS, AlternativeDataRecord),
        stress=read_result(catalog.STRESS_METRICS, StressResults),
        sensitivity=read_result(catalog.SENSITIVITY_METRICS, SensitivityResults),
        outcomes=read_result(catalog.OUTCOMES_METRICS, OutcomesResults),
        scores=store.read_table(catalog.SCORES, SCORES),
        equity={
            phase: store.read_table(catalog.VALIDATE / f"equity_phase_{phase}.parquet", EQUITY)
            for phase in validation.built_phases
        },
        shown=replace(base.shown, symbol=SYMBOLS[0]),
        params=Params.parse(raw, tuple(raw)),
    )


@pytest.fixture
def run_stages(
    validated_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[tuple[bool, ...]], ReportInputs]:
    """The prepared market once more, all stages from the confidence on with those candidates."""
    folder = tmp_path / "copy"
    shutil.copytree(validated_template, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DIPMASTER_WORKERS", "1")

    def through_the_stages(results: tuple[bool, ...]) -> ReportInputs:
        keep_confident(results)
        set_params(stress=SMALL)
        alt_data.main()
        validate.main()
        stress_test.main()
        return read_inputs()

    return through_the_stages


@pytest.mark.parametrize("results", OUTCOMES, ids=len)
def test_no_chapter_concludes_from_few_candidates_or_prints_what_cannot_be(
    run_stages: Callable[[tuple[bool, ...]], ReportInputs], results: tuple[bool, ...]
) -> None:
    inputs = run_stages(results)
    counts = [inputs.phase(phase).counts for phase in inputs.built]
    assert [one.trades for one in counts[1:]] == [len(results)] * 4
    assert all(check.passed for check in inputs.validation.integrity_checks)
    judged = [gate for gate in inputs.gates if gate.phase]
    assert {gate.verdict for gate in judged} == {"INSUFFICIENT DATA"}
    falls = [gate for gate in inputs.shown_gates if gate.metric == "max_drawdown"]
    priced = [point for one in inputs.sensitivity.costs.phases for point in one.points]
    for fall in (*falls, *(point.gates["max_drawdown"] for point in priced)):
        assert fall.low is fall.high is None
    few = [one for one in inputs.claims if one.phase and 0 < one.n <= len(results)]
    assert len(few) > 8
    assert [claim for claim in few if claim.verdict != "insufficient data"] == []
    own = inputs.claim("3.sharpe")
    assert own is not None
    assert "phase 2 has" not in own.reason
    with unpainted():
        printed = {one.folder: print_chapter(inputs, one) for one in registry.chapters(inputs)}
    assert len(printed) > 25
    assert find_impossible(printed) == []
