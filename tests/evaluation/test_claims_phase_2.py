"""Phase 2's promises against made-up measurements, and the lines of what is not built."""

import copy
import json

import pytest

from dipmaster.core.store import plain
from dipmaster.evaluation.claims import all_claims
from dipmaster.evaluation.phases.exits.claims import measure_claims

FEW = "insufficient in phase 2: 12 of 100 trades"


def at(value, low, high, **more):
    return {"value": value, "low": low, "high": high, "reason": "", **more}


def measured() -> dict[str, dict]:
    """Everything the roadmap promises, and comfortably."""
    factor = at(0.69, 0.64, 0.74, reason="the whole interval lies on the better side of zero")
    factor["ratio"] = {"value": 2.0, "low": 1.9, "high": 2.1}
    after = {"mean_minutes": at(80.0, 70.0, 95.0, n=400), "in_band_frac": at(0.6, 0.5, 0.7, n=400)}
    ratio = at(1.6, 1.45, 1.75)
    return {
        "difference": {"profit_factor": factor},
        "exits": {
            "holding": {"traded": {"after": after}},
            "capture": {
                "horizon_bars": 36,
                "traded": {"n": 390, "before": 0.25, "after": 0.4, "ratio": ratio},
            },
        },
    }


@pytest.fixture
def told():
    def run(case: dict[str, dict], too_small: str = "") -> dict[str, dict]:
        rows = measure_claims(**case, trades=405, too_small=too_small)
        json.dumps(plain(rows), allow_nan=False)
        assert all(row["phase"] == 2 and row["reason"] for row in rows)
        return {row["id"]: row for row in rows}

    return run


def test_all_kept(told) -> None:
    rows = told(measured())
    assert list(rows) == ["2.profit_factor", "2.holding", "2.capture"]
    assert {row["verdict"] for row in rows.values()} == {"KEPT"}
    factor, held, captured = rows.values()
    assert [factor[name] for name in ("value", "low", "high")] == pytest.approx([1.0, 0.9, 1.1])
    assert (factor["target"], factor["n"]) == (0.80, 405)
    assert (held["target"], held["value"], held["n"]) == ([45.0, 120.0], 80.0, 400)
    assert "60 % of the trades lie in it" in held["reason"]
    assert [captured[name] for name in ("value", "low", "high")] == pytest.approx([0.6, 0.45, 0.75])
    assert captured["n"] == 390
    assert "within 36 bars: 25.0 % under phase 1's exits, 40.0 %" in captured["reason"]


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(1.81, 2.0, "KEPT"), (1.7, 1.9, "NOT SHOWN"), (1.1, 1.79, "NOT KEPT"), (0.5, 0.9, "NOT KEPT")],
)
def test_profit_factor_is_measured_as_a_fraction_more(told, low, high, verdict) -> None:
    case = measured()
    case["difference"]["profit_factor"]["ratio"] = {"value": 1.75, "low": low, "high": high}
    assert told(case)["2.profit_factor"]["verdict"] == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(45.0, 120.0, "KEPT"), (44.0, 60.0, "NOT SHOWN"), (20.0, 44.0, "NOT KEPT"),
     (121.0, 150.0, "NOT KEPT"), (100.0, 121.0, "NOT SHOWN")],
)  # fmt: skip
def test_the_mean_has_to_lie_in_the_band(told, low, high, verdict) -> None:
    case = measured()
    case["exits"]["holding"]["traded"]["after"]["mean_minutes"] = at(50.0, low, high, n=400)
    assert told(case)["2.holding"]["verdict"] == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(1.41, 1.6, "KEPT"), (1.2, 1.6, "NOT SHOWN"), (0.6, 1.39, "NOT KEPT")],
)
def test_capture_is_measured_as_a_fraction_more(told, low, high, verdict) -> None:
    case = measured()
    case["exits"]["capture"]["traded"]["ratio"] = at(1.3, low, high)
    assert told(case)["2.capture"]["verdict"] == verdict


def test_too_little_data_concludes_nothing(told) -> None:
    rows = told(measured(), FEW)
    for row in rows.values():
        assert (row["verdict"], row["reason"][: len(FEW)]) == ("NOT SHOWN", FEW)
        assert row["value"] is not None


def test_too_few_common_entries_conclude_nothing_of_capture(told) -> None:
    """Each phase has trades enough, but not the same."""
    case = measured()
    reason = "insufficient under phase 2: 60 of 100 trades"
    case["exits"]["capture"]["traded"]["ratio"]["reason"] = reason
    row = told(case)["2.capture"]
    assert (row["verdict"], row["reason"][: len(reason)]) == ("NOT SHOWN", reason)


def test_what_cannot_be_computed_says_why(told) -> None:
    case = copy.deepcopy(measured())
    nothing = {"value": None, "low": None, "high": None}
    why = "phase 2 lost nothing"
    case["difference"]["profit_factor"] = {**nothing, "reason": why, "ratio": nothing}
    traded = case["exits"]["capture"]["traded"]
    traded["ratio"] = {**nothing, "reason": "the exits of phase 1 took no gross profit"}
    traded["before"] = -0.02
    after = case["exits"]["holding"]["traded"]["after"]
    after["mean_minutes"] = {**nothing, "n": 0, "reason": "no trade"}
    after["in_band_frac"] = {**nothing, "n": 0, "reason": "no trade"}
    rows = told(case)
    assert {row["verdict"] for row in rows.values()} == {"NOT SHOWN"}
    assert rows["2.profit_factor"]["reason"] == why
    assert rows["2.holding"]["reason"] == "no trade"
    captured = rows["2.capture"]["reason"]
    assert captured.startswith("the exits of phase 1 took no gross profit; gross profit over")
    assert "-2.0 % under phase 1's exits" in captured


def test_the_rest_is_not_built() -> None:
    later = {row["id"]: row for row in all_claims([], [0, 1, 2])}
    assert list(later) == [
        "3.sharpe", "3.targeting", "3.risk_adjusted", "4.win_rate", "4.precision",
        "4.false_signals", "plan.weeks", "plan.resources",
    ]  # fmt: skip
    assert {row["verdict"] for row in later.values()} == {"NOT BUILT"}
    assert all(row["value"] is None and row["reason"] for row in later.values())
    assert later["3.sharpe"]["reason"] == "phase 3 is not built"


def test_a_phase_that_measures_a_line_replaces_it() -> None:
    """What a built phase leaves unmeasured is listed as that."""
    measured = {"id": "3.sharpe", "verdict": "KEPT"}
    rows = all_claims([measured], [0, 1, 2, 3])
    assert rows[0] is measured
    others = {row["id"]: row["reason"] for row in rows[1:]}
    assert "3.sharpe" not in others
    assert others["3.targeting"] == "phase 3 does not measure it"
    assert others["4.precision"] == "phase 4 is not built"
