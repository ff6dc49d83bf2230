"""Findings on alternative data: what leads to each of them, and what does not."""

from dataclasses import replace

from dipmaster.report.inputs import ReportInputs
from tests.report.printed_findings import consequences, said
from tests.report.run import run
from tests.report.states import STATES
from tests.report.states_of_evidence import TOO_FEW, with_reach


def test_a_win_rate_that_nobody_can_reach_is_found() -> None:
    base = run(4)
    assert said(base)["win_rate_out_of_reach"] == (
        "The win-rate target of 85 % is out of reach of these exits: candidates at a built-in "
        "reversal, known only to the simulator, win 77.0 % (71.0 to 83.0 %)."
    )
    assert "More data cannot make this gate pass" in consequences(base)["win_rate_out_of_reach"]
    for reach in ("open", "within reach", "not known"):
        assert "win_rate_out_of_reach" not in said(with_reach(0.85, reach))
    assert "win_rate_out_of_reach" not in said(run(3))


def test_no_data_is_found_and_is_not_called_uncredited() -> None:
    none = STATES["phase 4, no data"]()
    assert said(none)["no_alternative_data"] == (
        "There is no alternative data (source: none): phase 4 makes the trades of phase 3."
    )
    others = {"uncredited_evidence", "idle_feeds", "absent_components"}
    assert not others & set(said(none))
    assert "no_alternative_data" not in said(run(4))
    assert not {"no_alternative_data", *others} & set(said(run(3)))


def test_evidence_that_is_not_credited_is_found_with_its_reason() -> None:
    found = said(STATES["phase 4, not credited"]())["uncredited_evidence"]
    assert found.startswith("Alternative data is not credited: the mean log loss is not lower")
    assert "−0.00120 (confidence interval −0.00410 to 0.00180)" in found
    few = said(STATES["phase 4, too little evidence"]())["uncredited_evidence"]
    assert few == f"There is too little alternative data to credit it: {TOO_FEW}."
    assert "uncredited_evidence" not in said(run(4))


def with_p_values(*p_values: float | None) -> ReportInputs:
    """All five phases, with these p-values of the three feeds and of all of them."""
    base = run(4)
    record = base.alternative_data
    changed = tuple(
        replace(one, p_value=p) for one, p in zip(record.permutations, p_values, strict=True)
    )
    return replace(base, alternative_data=replace(record, permutations=changed))


def test_feeds_are_idle_above_the_level_of_the_permutations() -> None:
    assert "idle_feeds" not in said(with_p_values(0.025, 0.025, 0.025, 0.9))
    assert "idle_feeds" not in said(with_p_values(None, None, None, None))
    one = with_p_values(0.025, 0.026, 0.025, 0.01)
    assert said(one)["idle_feeds"] == (
        "Shuffling does not significantly raise the log loss for on-chain data (p = 0.026)."
    )
    assert consequences(one)["idle_feeds"] == "This feed is not shown to add anything."
    two = said(with_p_values(0.3, 0.025, 0.5, 0.01))["idle_feeds"]
    assert two.endswith("for order book (p = 0.300) and sentiment (p = 0.500).")


def test_components_without_data_are_named() -> None:
    base = run(4)
    assert "on-chain analytics: holder distribution" in said(base)["absent_components"]
    data = base.alternative_data.data
    whole = {
        name: replace(one, components=dict.fromkeys(one.components, 0.5))
        for name, one in data.analyzers.items()
    }
    full = replace(base.alternative_data, data=replace(data, analyzers=whole))
    assert "absent_components" not in said(replace(base, alternative_data=full))
