"""Proofs of an admitted ledger: each holds on a sound one and breaks on its own fault."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.foundation.panel import as_times
from dipmaster.foundation.periods import BAR_MS, DAY_MS
from dipmaster.params.confidence import Thresholds
from dipmaster.validation.proofs.admission import admission_checks

START_MS = 1_672_531_200_000  # 2023-01-01
THRESHOLDS = Thresholds(low_volatility=0.75, normal_volatility=0.80, high_volatility=0.90)
FITS = {"models": 10, "stack": 12, "layer": 12, "calibrator": 15, "reference": 10}
NAMES = (
    "every trade stands for one candidate",
    "every candidate traded was admitted",
    "the ledger's confidence is the score",
    "every score traded was made by models",
    "no model was fitted on more labels",
)


def fold(level: str, day: int, rows: int = 5, reason: str = "") -> dict[str, object]:
    time = as_times(np.array([START_MS + day * DAY_MS]))[0].strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"level": level, "fitted_at": time, "rows": rows, "wins": 2, "reason": reason}


@pytest.fixture
def sound() -> dict[str, object]:
    """Forty candidates, one a day; days 20, 25 and 30 are traded."""
    n, traded = 40, np.array([20, 25, 30])
    open_time = as_times(START_MS + np.arange(n) * DAY_MS)
    regime = np.arange(n) % 4 - 1
    scores = pd.DataFrame(
        {
            "candidate_id": np.arange(n),
            "open_time": open_time,
            "label": np.int8(1),
            "exit_time": as_times(START_MS + np.arange(n) * DAY_MS + 3 * BAR_MS),
            "confidence": np.where(np.arange(n) >= 15, 0.95, np.nan),
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
        "admission": pd.DataFrame({"admitted": np.isin(np.arange(n), traded).astype(np.int8)}),
        "thresholds": THRESHOLDS,
        "folds": [fold(level, day) for level, day in FITS.items()],
    }


def broken(case: dict[str, object]) -> list[str]:
    return [check.name for check in admission_checks(**case) if not check.holds]


def named(place: int, found: list[str]) -> bool:
    return len(found) == 1 and found[0].startswith(NAMES[place])


def test_a_sound_ledger(sound) -> None:
    checks = admission_checks(**sound)
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
    admission = sound["admission"].copy()
    admission.loc[25, "admitted"] = 0
    assert named(1, broken({**sound, "admission": admission}))


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


@pytest.mark.parametrize("level", ["models", "layer", "calibrator"])
def test_a_score_from_before_its_first_fit(sound, level: str) -> None:
    folds = [one for one in sound["folds"] if one["level"] != level]
    assert named(3, broken({**sound, "folds": folds}))
    assert named(3, broken({**sound, "folds": [*folds, fold(level, 21)]}))
    unfit = [*folds, fold(level, 10, reason="too few"), fold(level, 21)]
    assert named(3, broken({**sound, "folds": unfit}))
    assert broken({**sound, "folds": [*folds, fold(level, 20)]}) == []


def test_labels_from_the_future(sound) -> None:
    """By midnight of day 10 ten trades have been closed, one a day."""
    rest = sound["folds"]
    assert broken({**sound, "folds": [*rest, fold("models", 10, rows=10)]}) == []
    assert named(4, broken({**sound, "folds": [*rest, fold("models", 10, rows=11)]}))
    unlabelled = sound["scores"].assign(label=np.where(np.arange(40) == 3, -1, 1))
    assert named(
        4, broken({**sound, "scores": unlabelled, "folds": [*rest, fold("stack", 10, 10)]})
    )
