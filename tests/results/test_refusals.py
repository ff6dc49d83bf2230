"""What does not fit its type is refused, by file and by the path of keys."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dipmaster.core import store
from dipmaster.core.errors import DataError, PipelineError
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.gates import GateRows
from dipmaster.results.ingest import IngestResults
from dipmaster.results.serialisation import from_json, read_result, to_json
from dipmaster.results.summary import Summary
from dipmaster.results.volatility.record import VolatilityResults
from tests.made import gates, market, validation, volatility

Change = Callable[[Any], Any]


def refusal(kind: Any, value: Any) -> str:
    with pytest.raises(DataError) as caught:
        from_json(kind, value, "metrics.json")
    return str(caught.value)


def renamed(value: dict[str, Any], old: str, new: str) -> None:
    value[new] = value.pop(old)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: v.pop("trades"), "trades: missing"),
        (lambda v: v.update(sortino=1.0), "sortino: unknown key"),
        (
            lambda v: v.update(trades="many"),
            "trades: Input should be a valid integer, found 'many'",
        ),
        (lambda v: v.update(trades=171.5), "trades: Input should be a valid integer"),
        (lambda v: v.update(trades=True), "trades: Input should be a valid integer"),
        (lambda v: v.update(trades=None), "trades: Input should be a valid integer"),
        (lambda v: v.update(sharpe="1.1"), "sharpe: Input should be a valid number"),
        (lambda v: v.update(sharpe=float("nan")), "sharpe: Input should be a finite number"),
        (lambda v: v.update(verdict="SURE"), "verdict: Input should be 'PASS', 'FAIL'"),
    ],
)
def test_an_unknown_a_missing_and_a_wrong_key_are_named(change: Change, words: str) -> None:
    value = to_json(gates.summary())
    change(value)
    message = refusal(Summary, value)
    assert message.startswith("metrics.json: expected the keys and types that this version writes")
    assert f"found {words}" in message


def test_a_renamed_figure_is_named_by_both_keys_and_its_path() -> None:
    value = to_json(validation.validation())
    renamed(value["phases"]["1"]["money"], "turnover", "turn_over")
    message = refusal(ValidationResults, value)
    assert "phases.1.money.turnover: missing" in message
    assert "phases.1.money.turn_over: unknown key" in message


def test_a_place_in_a_list_is_part_of_the_path() -> None:
    rows = to_json(gates.gates(0, 1))
    rows[7]["n"] = None
    assert "found 7.n: Input should be a valid integer" in refusal(GateRows, rows)


def test_a_key_that_is_no_name_is_reported_as_it_stands_in_the_file() -> None:
    value = to_json(market.ingest(gap_bars=30))
    renamed(value["market"]["gaps_in_all_symbols"]["longest"][0], "from", "from_")
    message = refusal(IngestResults, value)
    assert "market.gaps_in_all_symbols.longest.0.from: missing" in message
    assert "market.gaps_in_all_symbols.longest.0.from_: unknown key" in message


def test_what_is_judged_is_not_taken_for_what_could_not_be() -> None:
    value = to_json(volatility.volatility())
    value["forecasts"]["pooled"].pop("qlike")
    assert "found forecasts.pooled.qlike: missing.\n" in refusal(VolatilityResults, value)
    value = to_json(volatility.too_short())
    value["regimes"]["reason"] = None
    assert "found regimes.reason: Input should be a valid string" in refusal(
        VolatilityResults, value
    )


def test_many_faults_are_counted_and_the_first_are_reported() -> None:
    message = refusal(Summary, {})
    assert message.count("missing") == 5
    assert "; 7 more." in message


def test_something_else_than_a_result_is_refused() -> None:
    assert "found the whole: " in refusal(Summary, [])


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("funnel", "funnel has to be there if and only if phase 1 is built"),
        ("exits", "exits has to be there if and only if phase 2 is built"),
    ],
)
def test_a_section_of_a_phase_that_was_built_may_not_lack(section: str, words: str) -> None:
    value = to_json(validation.validation())
    value.pop(section)
    assert words in refusal(ValidationResults, value)


def test_phases_and_differences_are_those_that_were_built() -> None:
    made = validation.validation()
    with pytest.raises(ValueError, match=r"phases of .* expected"):
        replace(made, phases={"0": made.phases["0"]})
    with pytest.raises(ValueError, match=r"registered has to name .* found none of \['0'"):
        replace(made, registered={})
    with pytest.raises(ValueError, match=r"differences of .* expected"):
        replace(made, differences={})


def test_what_a_phase_alone_has_is_asked_for_only_where_it_was_built() -> None:
    made = validation.validation()
    assert made.selection.funnel is made.funnel
    assert made.adaptive_exits is made.exits
    with pytest.raises(DataError, match="phase 1 was not built"):
        _ = validation.validation(0).selection
    with pytest.raises(DataError, match="phase 2 was not built"):
        _ = validation.validation(1).adaptive_exits


def test_a_file_is_named_where_it_lacks_and_where_it_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    with pytest.raises(PipelineError, match=r"summary\.json is not there"):
        read_result(path, Summary)
    store.write_json({**to_json(gates.summary()), "verdict": "GOOD"}, path)
    with pytest.raises(DataError, match=r"summary\.json: expected .*verdict: "):
        read_result(path, Summary)
