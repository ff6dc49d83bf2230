"""Bars of a looser rule behind the candidates: which, in what order, known when."""

import numpy as np
import pandas as pd
import pytest

from dipmaster import features
from dipmaster.core.params import Signal
from dipmaster.core.params.confidence import TrainingRule
from tests.features.test_candidates import DIP, QUIET, START, frame

SHALLOW = DIP | {"dip_z": 0.6, "volume_ratio": 1.1}
RULE = TrainingRule(rule="dip", z_min=0.5, volume_multiple=1.0, cooldown_bars=11)


@pytest.fixture
def bars() -> dict[str, pd.DataFrame]:
    """Candidates at 10 and 90 of A and at 30 of B; shallow dips around them."""
    return {
        "AAAUSDT": frame(120, b10=DIP, b15=SHALLOW, b40=SHALLOW, b51=SHALLOW, b52=SHALLOW, b90=DIP),
        "BBBUSDT": frame(120, b10=SHALLOW, b30=DIP, b115=SHALLOW),
    }


def find(bars: dict[str, pd.DataFrame], signal: Signal, rule: TrainingRule | None) -> pd.DataFrame:
    return features.add_training_bars(features.find_candidates(bars, signal), bars, signal, rule)


def places(table: pd.DataFrame) -> list[tuple[str, int]]:
    bar = (table["open_time"] - START) // pd.Timedelta("5min")
    return list(zip(table["symbol"].str[0], bar.tolist(), strict=True))


def test_candidates_come_first_then_bars_that_are_none(bars, signal_params) -> None:
    """Of A: 15 lies within the cooldown of 10, 51 within that of 40, and 52 does not."""
    found = find(bars, signal_params, RULE)
    assert places(found) == [
        ("A", 10), ("B", 30), ("A", 90),
        ("B", 10), ("A", 40), ("A", 52), ("B", 115),
    ]  # fmt: skip
    assert found["candidate_id"].tolist() == list(range(7))


def test_without_a_rule_there_are_only_candidates(bars, signal_params) -> None:
    candidates = features.find_candidates(bars, signal_params)
    pd.testing.assert_frame_equal(find(bars, signal_params, None), candidates)


def test_a_rare_rule_has_bars_of_the_dip_all_the_same(bars, signal_params) -> None:
    rare = signal_params.model_copy(update={"rule": "capitulation"})
    found = find(bars, rare, RULE)
    assert len(features.find_candidates(bars, rare)) == 0
    assert places(found)[:3] == [("A", 10), ("B", 10), ("B", 30)]


def test_later_bars_change_nothing_before_them(bars, signal_params) -> None:
    before = find(bars, signal_params, RULE)
    rng = np.random.default_rng(1)
    for last in (20, 45, 60):
        other = {symbol: table.copy() for symbol, table in bars.items()}
        for table in other.values():
            later = table.index > last
            deep = rng.random(later.sum()) < 0.3
            for name in QUIET:
                table.loc[later, name] = np.where(deep, {**QUIET, **DIP}[name], QUIET[name])
        after = find(other, signal_params, RULE)
        until = [{p for p in places(table) if p[1] <= last} for table in (before, after)]
        assert until[0] == until[1]
