"""Sentences of phase 0's chapter that say what a figure is and how sure."""

from collections.abc import Callable

import pytest

from dipmaster.report.chapters.phase import sentences
from dipmaster.report.inputs import Inputs

States = dict[str, Callable[[], Inputs]]
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def losing(states: States) -> Inputs:
    return states["losing"]()


def test_random_entries_say_where_p_comes_from(losing) -> None:
    said = sentences.random_words(losing.phase(0)).replace(NBSP, " ")
    assert "By the noise in that interval, chance alone would do as well with p 0.041." in said
    assert "may hold the signal’s own" in said


def test_no_p_no_sentence(losing) -> None:
    phase = losing.phase(0)
    without = {**phase, "random_entry": {**phase["random_entry"], "p_value": None}}
    assert "chance alone" not in sentences.random_words(without)


def test_drawdown_tells_the_whole_period_from_the_horizon(losing) -> None:
    said = sentences.drawdown_words(losing.phase(0)).replace(NBSP, " ")
    assert "Deepest fall from a peak out of sample: 56.1 %" in said
    assert "within any 365 days, which is what the gate looks at, 49.8 %." in said


def test_n_effective_is_told_as_it_is_computed(losing) -> None:
    facts = sentences.facts(losing.gates_of(0), losing.phase(0), losing.validate["period"])
    words = [fact["words"] for fact in facts]
    assert "n effective: independent trades, or days with trades if fewer" in words
