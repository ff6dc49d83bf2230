"""Checks of an admitted ledger: each holds on a sound one and breaks on its own fault."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import to_timestamps
from dipmaster.core.params.confidence import ConfidenceThresholds
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.phases.selection.integrity import check_admission
from dipmaster.results.confidence.record import ScoreFold, ScoreLevel

START_MS = 1_672_531_200_000  # 2023-01-01
THRESHOLDS = ConfidenceThresholds(low_volatility=0.75, normal_volatility=0.80, high_volatility=0.90)
FITS = {"models": 10, "calibrator": 15, "reference": 10}
NAMES = (
    "every trade belongs to one candidate",
    "every candidate traded had passed the filter",
    "the confidence of each trade is the stored score",
    "each score traded comes from models",
    "no model was fitted on more candidates",
)


def fold(level: ScoreLevel, day: int, candidates: int = 5, reason: str = "") -> ScoreFold:
    """A fit on ten times as many rows as candidates: bars of the wider rule count for nothing."""
    time = to_timestamps(np.array([START_MS + day * DAY_MS]))[0].strftime("%Y-%m-%dT%H:%M:%SZ")
    return ScoreFold(
        layer=level, fitted_at=time, rows=10 * candidates, candidates=candidates, wins=2,
        reason=reason,
    )  # fmt: skip


def at(day: np.ndarray) -> pd.DatetimeIndex:
    """Midnights of days, missing below 0."""
    return to_timestamps(START_MS + day * DAY_MS).where(day >= 0)


@pytest.fixture
def sound() -> dict[str, object]:
    """Forty candidates, one a day; days 20, 25 and 30 are traded."""
    n, traded = 40, np.array([20, 25, 30])
    open_time = to_timestamps(START_MS + np.arange(n) * DAY_MS)
    regime = np.arange(n) % 4 - 1
    scores = pd.DataFrame(
        {
            "candidate_id": np.arange(n),
            "open_time": open_time,
            "label": np.int8(1),
            "exit_time": to_timestamps(START_MS + np.arange(n) * DAY_MS + 3 * BAR_MS),
            "confidence": np.where(np.arange(n) >= 15, 0.95, np.nan),
            **{
                f"{level}_fitted": at(np.where(np.arange(n) >= day, day, -1))
                for level, day in FITS.items()
                if level != "reference"
            },
        }
    )
    names = np.array(["low", "normal", "high", "unknown"])
    return {
        "trades": pd.DataFrame(
            {
                "candidate_id": traded,
                "symbol": "A",
                "signal_time": open_time[traded],
                "confidence": 0.95,
                "regime": names[regime[traded]],
            }
        ),
        "candidates": pd.DataFrame(
            {"candidate_id": np.arange(n), "symbol": "A", "open_time": open_time}
        ),
        "scores": scores,
        "filter_results": pd.DataFrame({"admitted": np.isin(np.arange(n), traded).astype(np.int8)}),
        "thresholds": THRESHOLDS,
        "folds": [fold(level, day) for level, day in FITS.items()],
    }


def broken(case: dict[str, object]) -> list[str]:
    return [check.name for check in check_admission(**case) if not check.passed]


def named(place: int, found: list[str]) -> bool:
    return len(found) == 1 and found[0].startswith(NAMES[place])


def test_a_sound_ledger(sound) -> None:
    checks = check_admission(**sound)
    assert [check.name[:20] for check in checks] == [name[:20] for name in NAMES]
    assert broken(sound) == []
    assert all(check.detail for check in checks)


def test_nothing_traded(sound) -> None:
    assert broken({**sound, "trades": sound["trades"].iloc[:0]}) == []
    assert broken({**sound, "trades": sound["trades"].iloc[:0], "folds": []}) == []


def test_a_trade_of_no_candidate(sound) -> None:
    trades = sound["trades"].copy()
    trades.loc[0, "candidate_id"] = 99
    assert named(0, broken({**sound, "trades": trades}))
    late = sound["trades"].assign(signal_time=sound["trades"]["signal_time"] + pd.Timedelta("5min"))
    assert named(0, broken({**sound, "trades": late}))


def test_a_candidate_traded_twice(sound) -> None:
    twice = pd.concat([sound["trades"], sound["trades"].iloc[:1]], ignore_index=True)
    assert named(0, broken({**sound, "trades": twice}))


def test_a_candidate_that_was_not_admitted(sound) -> None:
    filter_results = sound["filter_results"].copy()
    filter_results.loc[25, "admitted"] = 0
    assert named(1, broken({**sound, "filter_results": filter_results}))


@pytest.mark.parametrize(
    ("regime", "least"), [("low", 0.75), ("normal", 0.80), ("high", 0.90), ("unknown", 0.90)]
)
def test_confidence_below_the_threshold_of_its_regime(sound, regime: str, least: float) -> None:
    for confidence, holds in ((least, True), (least - 1e-9, False)):
        scores, trades = sound["scores"].copy(), sound["trades"].copy()
        scores.loc[20, "confidence"] = confidence
        trades.loc[0, ["confidence", "regime"]] = [confidence, regime]
        case = {**sound, "scores": scores, "trades": trades}
        assert (broken(case) == []) is holds
        assert broken({**case, "thresholds": None}) == []  # switched off


def test_another_confidence_than_the_score(sound) -> None:
    trades = sound["trades"].copy()
    trades.loc[1, "confidence"] = 0.97
    assert named(2, broken({**sound, "trades": trades}))
    assert named(2, broken({**sound, "trades": trades, "thresholds": None}))


def with_fit(sound: dict[str, object], layer: str, day: int) -> dict[str, object]:
    """The candidate of day 25 scored by a fit of some day, on record; -1: by none."""
    scores = sound["scores"].copy()
    scores.loc[25, f"{layer}_fitted"] = at(np.array([day]))[0]
    fits = [fold(layer, day)] if day >= 0 else []
    return {**sound, "scores": scores, "folds": [*sound["folds"], *fits]}


@pytest.mark.parametrize("layer", ["models", "calibrator"])
def test_each_row_names_a_fit_no_later_than_the_close_of_its_bar(sound, layer: str) -> None:
    assert broken(with_fit(sound, layer, 25)) == []  # at the open of its bar
    assert named(3, broken(with_fit(sound, layer, 26)))  # though earlier fits are on record
    assert named(3, broken(with_fit(sound, layer, -1)))


@pytest.mark.parametrize("layer", ["models", "calibrator"])
def test_a_fit_that_is_not_on_record(sound, layer: str) -> None:
    folds = [one for one in sound["folds"] if one.layer != layer]
    assert named(3, broken({**sound, "folds": folds}))
    assert named(3, broken({**sound, "folds": [*folds, fold(layer, 21)]}))
    unfit = [*folds, fold(layer, FITS[layer], reason="too few")]
    assert named(3, broken({**sound, "folds": unfit}))
    detail = next(c.detail for c in check_admission(**{**sound, "folds": unfit}) if not c.passed)
    assert detail == f"3 trades, 3 without such a fit ({layer})"


def test_rows_that_are_not_traded_need_no_fit(sound) -> None:
    scores = sound["scores"].copy()
    scores.loc[24, "models_fitted"] = at(np.array([39]))[0]
    assert broken({**sound, "scores": scores}) == []


def test_labels_from_the_future(sound) -> None:
    """By midnight of day 10 ten trades have been closed, one a day."""
    rest = sound["folds"]
    assert broken({**sound, "folds": [*rest, fold("models", 10, candidates=10)]}) == []
    assert named(4, broken({**sound, "folds": [*rest, fold("models", 10, candidates=11)]}))
    unlabelled = sound["scores"].assign(label=np.where(np.arange(40) == 3, -1, 1))
    assert named(
        4, broken({**sound, "scores": unlabelled, "folds": [*rest, fold("calibrator", 10, 10)]})
    )
