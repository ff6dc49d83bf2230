"""Verdicts that rest on two samples ask both whether there is enough of them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dipmaster.evaluation.phases.exits import ExitsPhase
from dipmaster.evaluation.phases.exits import phase as exits_phase
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.phases.selection import phase as selection_phase
from dipmaster.evaluation.standalone import StandalonePair
from tests.evaluation.exits.conftest import make_standalone

FEW = {"trades": 60, "losing_trades": 30, "blocks_with_trades": 7}
MANY = {"trades": 600, "losing_trades": 300, "blocks_with_trades": 7}


def judged(number: int, counts: dict[str, int]) -> Any:
    """A phase as far as its minimum data goes."""
    sample = SimpleNamespace(**counts)
    evaluation = SimpleNamespace(phase=number, broken=[], abstained="", sample=sample)
    return SimpleNamespace(evaluation=evaluation, traded=np.zeros(0, np.bool_))


@pytest.fixture
def asked(monkeypatch) -> list[tuple[Any, ...]]:
    """What either phase holds its claims against."""
    calls: list[tuple[Any, ...]] = []
    for module, measured in (
        (selection_phase, ("measure_signal_quality", "_funnel")),
        (exits_phase, ("measure_exits",)),
    ):
        monkeypatch.setattr(module, "measure_claims", lambda *given: calls.append(given) or ())
        for name in measured:
            monkeypatch.setattr(module, name, lambda *given: None)
    return calls


@pytest.fixture
def context(gates) -> Any:
    inputs = SimpleNamespace(
        volatility=SimpleNamespace(regimes=None), scores=None, truth=None, panel=None,
        confidence=SimpleNamespace(calibration_by_regime={}),
    )  # fmt: skip
    params = SimpleNamespace(gates=gates, exits=None)
    period = SimpleNamespace(blocks=18)
    return SimpleNamespace(inputs=inputs, params=params, filter_results=None, period=period)


@pytest.mark.parametrize(
    ("before", "this", "lacks"),
    [
        (FEW, MANY, "sample too small in phase 0 (60 trades, minimum 100)"),
        (MANY, FEW, "sample too small in phase 1 (60 trades, minimum 100)"),
        (MANY, MANY, ""),
    ],
)
def test_phase_1s_claims_need_the_data_of_phase_0_too(asked, context, before, this, lacks) -> None:
    SelectionPhase().own_results(context, [judged(0, before), judged(1, this)], {1: None})
    assert asked[0][4] == lacks


@pytest.mark.parametrize(("common", "lacks"), [(60, "(60 trades, minimum 100)"), (120, "")])
def test_phase_2s_claims_need_enough_entries_that_both_opened(
    asked, context, monkeypatch, common, lacks
) -> None:
    """Both phases traded 600 times."""
    net = np.where(np.arange(200) % 2, 1.0, -1.0)
    pair = StandalonePair(make_standalone(net), make_standalone(net, "phase 1"))
    evidence = SimpleNamespace(pair=pair, paired=np.arange(200) < common)
    monkeypatch.setattr(ExitsPhase, "_evidence", lambda *given: evidence)
    phases = [judged(number, MANY) for number in range(3)]
    ExitsPhase(None).own_results(context, phases, {2: None})
    *_, too_small, unpaired = asked[0]
    assert too_small == ""
    assert unpaired == (f"sample too small under phase 2 {lacks}" if lacks else "")
