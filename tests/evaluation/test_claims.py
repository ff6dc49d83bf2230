"""Promises held against made-up measurements: kept, broken, not shown, each for its reason."""

import copy
import json

import pytest

from dipmaster.core.store import plain
from dipmaster.evaluation.phases.selection.claims import measure_claims

KEYS = {
    "id", "phase", "section", "promise", "target", "unit", "value", "low", "high", "n", "verdict",
    "reason",
}  # fmt: skip
FEW = "insufficient in phase 1: 12 of 100 trades"


def at(value, half=0.01, **more):
    bounds = {"low": None, "high": None} if value is None else {
        "low": value - half, "high": value + half
    }  # fmt: skip
    return {"value": value, **bounds, "reason": "", **more}


def measured() -> dict[str, dict]:
    """Everything the roadmap promises, and comfortably."""
    accuracy = {"accuracy": at(0.95), "bars": 1000}
    regimes = ("low", "normal", "high")
    return {
        "differences": {"win_rate": at(0.06), "trades_frac": at(-0.27)},
        "quality": {
            "n_traded": 4000,
            "n_positive": 3500,
            "precision": at(0.88),
            "recall": at(0.80),
            "f1": at(0.84),
            "consistency": at(0.95, folds=[{"fold": "2023-07", "n": 200}, {"fold": "x", "n": 0}]),
            "paired": {"precision_change": at(0.06)},
            "false_positive_rate": at(0.3),
            "planted_recall": at(0.7, n=600),
            "heterogeneity": {"p": 0.6, "verdict": "NO DIFFERENCE FOUND", "reason": ""},
            "win_rate_by_regime": [
                {"regime": name, "n": 1300, "win_rate": 0.88, "low": 0.86, "high": 0.90}
                for name in regimes
            ],
        },
        "regimes": {
            "used": "market",
            "episodes": 123,
            "market": {"proxy": accuracy, "coin_truth": accuracy, "market_truth": accuracy},
        },
        "calibration": {
            name: {"n": 100, "ece": at(0.02), "slope": at(1.0), "gate": "PASS", "reason": "within"}
            for name in (*regimes, "all")
        },
    }


@pytest.fixture
def told(gates):
    def run(case: dict[str, dict], too_small: str = "", blocks: int = 18) -> dict[str, dict]:
        rows = measure_claims(**case, too_small=too_small, blocks=blocks, gates=gates)
        json.dumps(plain(rows), allow_nan=False)
        assert all(
            set(row) - {"n_bars"} == KEYS and row["reason"] and row["promise"] for row in rows
        )
        assert len({row["id"] for row in rows}) == len(rows)
        return {row["id"]: row for row in rows}

    return run


def changed(**places) -> dict[str, dict]:
    """The comfortable case with some values replaced, ``differences__win_rate=...``."""
    case = copy.deepcopy(measured())
    for path, value in places.items():
        *way, last = path.split("__")
        room = case
        for step in way:
            room = room[step]
        room[last] = value
    return case


def test_all_kept(told) -> None:
    rows = told(measured())
    assert {row["verdict"] for row in rows.values()} == {"KEPT"}
    assert {row["phase"] for row in rows.values()} == {1}
    assert rows["1.1.trades"]["target"] == [-0.30, -0.25]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(0.041, "KEPT"), (0.035, "NOT SHOWN"), (0.019, "NOT KEPT"), (None, "NOT SHOWN")],
)
def test_the_near_end_of_a_range_is_the_promise(told, change, verdict) -> None:
    assert told(changed(differences__win_rate=at(change)))["1.1.win_rate"]["verdict"] == verdict


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (-0.275, "KEPT"),
        (-0.295, "NOT SHOWN"),
        (-0.32, "NOT KEPT"),
        (-0.20, "NOT KEPT"),
        (-0.97, "NOT KEPT"),
    ],
)
def test_fewer_trades_means_between_the_two(told, change, verdict) -> None:
    rows = told(changed(differences__trades_frac=at(change)))
    assert rows["1.1.trades"]["verdict"] == verdict
    assert f"with {-100 * change:.0f} % fewer trades" in rows["1.1.win_rate"]["reason"]


def test_fewer_false_signals_is_precision_turned_round(told) -> None:
    row = told(changed(quality__paired__precision_change=at(0.005)))["1.1.false_signals"]
    assert (row["value"], row["low"], row["high"]) == pytest.approx((-0.005, -0.015, 0.005))
    assert row["verdict"] == "NOT SHOWN"
    assert "the same figure as the change of precision" in row["reason"]
    assert "30.0 % of all losers are traded" in row["reason"]
    worse = told(changed(quality__paired__precision_change=at(-0.05)))
    assert worse["1.1.false_signals"]["verdict"] == "NOT KEPT"


def test_too_little_data_concludes_nothing_of_trades(told) -> None:
    rows = told(measured(), FEW)
    for name in ("1.1.win_rate", "1.1.precision", "validator.precision", "1.3.stable"):
        assert rows[name]["verdict"] == "NOT SHOWN"
        assert rows[name]["reason"].startswith(FEW)
        assert rows[name]["value"] is not None
    assert rows["validator.recall"]["verdict"] == "KEPT"  # it rests on candidates


def test_too_short_a_period_concludes_nothing(told) -> None:
    rows = told(measured(), blocks=5)
    for name in ("1.1.trades", "1.3.accuracy", "validator.recall", "validator.f1"):
        assert rows[name]["verdict"] == "NOT SHOWN"
        assert rows[name]["reason"].startswith("insufficient: 5 blocks out of sample")


def test_recall_needs_profitable_candidates(told) -> None:
    row = told(changed(quality__n_positive=30))["validator.recall"]
    assert (row["verdict"], row["reason"][:36]) == (
        "NOT SHOWN",
        "insufficient: 30 profitable candidat",
    )


def test_the_validators_targets_contradict_each_other(told) -> None:
    f1 = 2 * 0.85 * 0.75 / (0.85 + 0.75)
    assert f1 == pytest.approx(0.797, abs=5e-4)
    assert "F1 = .797, below its .80" in told(measured())["validator.f1"]["reason"]
    assert "of the planted drops 70.0 %" in told(measured())["validator.recall"]["reason"]
    assert (
        "planted" not in told(changed(quality__planted_recall=None))["validator.recall"]["reason"]
    )


def test_a_proxy_is_never_accuracy(told) -> None:
    case = changed(regimes__market={"proxy": {"accuracy": at(0.97), "bars": 10}})
    row = told(case)["1.3.accuracy"]
    assert (row["verdict"], row["value"]) == ("NOT SHOWN", None)
    assert "proxy accuracy 97.0 %" in row["reason"]
    assert "not accuracy" in row["reason"]
    short = told({**measured(), "regimes": {"reason": "less than a day out of sample"}})
    assert short["1.3.accuracy"]["reason"] == "less than a day out of sample"


def test_regime_accuracy_is_that_of_the_coins(told) -> None:
    case = changed(regimes__market__coin_truth={"accuracy": at(0.76), "bars": 10})
    row = told(case)["1.3.accuracy"]
    assert (row["value"], row["verdict"]) == (0.76, "NOT KEPT")
    assert "against the market's state 95.0 %" in row["reason"]
    assert (row["n"], row["n_bars"]) == (123, 10)  # bars of one spell are no new evidence


def calibration(**rows) -> dict[str, dict]:
    """The comfortable case with some regimes replaced."""
    return {**measured(), "calibration": {**measured()["calibration"], **rows}}


def regime(gate: str, ece: tuple[float, float], slope: tuple[float, float]) -> dict:
    figures = {
        name: {"value": (low + high) / 2, "low": low, "high": high}
        for name, (low, high) in (("ece", ece), ("slope", slope))
    }
    return {"n": 70, "gate": gate, "reason": "so it is", **figures}


def test_calibration_kept_shows_what_came_closest_to_its_limit(told) -> None:
    close = regime("PASS", (0.01, 0.048), (0.9, 1.1))
    row = told(calibration(normal=close))["1.3.calibration"]
    assert (row["verdict"], row["target"], row["high"], row["n"]) == ("KEPT", 0.05, 0.048, 70)
    assert row["reason"].startswith("decided by the calibration error in the regime normal: so it")


def test_calibration_not_shown_shows_the_limit_that_is_missed(told) -> None:
    """An error within its limit decides nothing where a slope is not."""
    flat = regime("INCONCLUSIVE", (0.003, 0.041), (-0.11, 0.84))
    near = regime("INCONCLUSIVE", (0.003, 0.058), (0.80, 1.19))
    row = told(calibration(high=flat, low=near))["1.3.calibration"]
    assert (row["verdict"], row["target"], row["unit"]) == ("NOT SHOWN", [0.8, 1.2], "ratio")
    assert (row["low"], row["high"]) == (-0.11, 0.84)
    assert row["reason"].startswith("decided by the calibration slope in the regime high: so it is")
    assert "low INCONCLUSIVE, normal PASS, high INCONCLUSIVE" in row["reason"]
    assert "all regimes together: calibration error 2.0 % [1.0 %, 3.0 %]" in row["reason"]


def test_calibration_not_kept_shows_an_interval_wholly_beyond(told) -> None:
    """The wide one sticks out farther, but only the other is beyond its limit as a whole."""
    broken = regime("FAIL", (0.06, 0.09), (0.0, 1.5))
    wide = regime("INCONCLUSIVE", (0.0, 0.2), (-1.0, 2.0))
    row = told(calibration(low=broken, high=wide))["1.3.calibration"]
    assert (row["verdict"], row["target"]) == ("NOT KEPT", 0.05)
    assert (row["low"], row["high"]) == (0.06, 0.09)
    steep = regime("FAIL", (0.01, 0.09), (1.3, 1.9))
    row = told(calibration(low=steep))["1.3.calibration"]
    assert (row["verdict"], row["low"]) == ("NOT KEPT", 1.3)


def test_calibration_of_nothing_is_told_as_that(told) -> None:
    empty = {**regime("INCONCLUSIVE", (0.0, 0.1), (0.5, 1.5)), "n": 0}
    row = told(calibration(**dict.fromkeys(("low", "normal", "high", "all"), empty)))
    reason = row["1.3.calibration"]["reason"]
    assert reason == "no candidate out of sample has a score"


def test_calibration_without_bounds_says_why(told) -> None:
    nothing = {"value": None, "low": None, "high": None}
    few = {"n": 8, "ece": nothing, "slope": nothing, "gate": "INCONCLUSIVE", "reason": "8 of 100"}
    row = told(calibration(low=few))["1.3.calibration"]
    assert (row["verdict"], row["value"], row["n"]) == ("NOT SHOWN", None, 8)
    assert "8 of 100" in row["reason"]
    none = told({**measured(), "calibration": {}})["1.3.calibration"]
    assert none["verdict"] == "NOT SHOWN"


def test_stable_needs_a_test_that_could_have_found_something(told) -> None:
    """No significant difference and wide intervals prove nothing."""
    assert told(measured())["1.3.stable"]["high"] == pytest.approx(0.02 * 2**0.5)
    wide = [
        {"regime": name, "n": 40, "win_rate": rate, "low": rate - 0.1, "high": rate + 0.08}
        for name, rate in (("low", 0.88), ("high", 0.85))
    ]
    row = told(changed(quality__win_rate_by_regime=wide))["1.3.stable"]
    assert row["verdict"] == "NOT SHOWN"
    assert row["value"] == pytest.approx(0.03)
    assert "could miss one" in row["reason"]
    assert "p = 0.6" in row["reason"]
    unstable = {"p": 0.0001, "verdict": "DIFFER", "reason": ""}
    row = told(changed(quality__heterogeneity=unstable))["1.3.stable"]
    assert (row["verdict"], row["reason"]) == (
        "NOT KEPT",
        "win rates differ between regimes, p = 0.0001",
    )
    untested = {"p": None, "verdict": None, "reason": "trades in 3 blocks only"}
    row = told(changed(quality__heterogeneity=untested))["1.3.stable"]
    assert (row["verdict"], row["reason"]) == ("NOT SHOWN", "trades in 3 blocks only")
    one = told(changed(quality__win_rate_by_regime=wide[:1]))["1.3.stable"]
    assert one["reason"] == "fewer than two regimes were traded"
