"""The stream has every phase that is evaluated, and tells them apart in one table."""

import re
from pathlib import Path

from dipmaster import streaming
from dipmaster.evaluation import registry
from dipmaster.streaming.phases import PHASES, list_phases

BY_NUMBER = re.compile(r"\bphase (?:[<>]=?|[!=]=) \d|\bphases\[-?\d*:|\b(?:orders|PHASES)\[\d\]")


def test_every_evaluated_phase_is_streamed() -> None:
    assert list(PHASES) == [phase.number for phase in registry.PHASES]


def test_phases_without_their_input_are_left_out() -> None:
    assert list_phases(has_evidence=True) == tuple(PHASES)
    without = list_phases(has_evidence=False)
    assert [number for number in PHASES if PHASES[number].needs_evidence] == [4]
    assert without == (0, 1, 2, 3)


def test_nothing_else_asks_for_a_number() -> None:
    folder = Path(str(streaming.__file__)).parent
    sources = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    assert [name for name, text in sources.items() if BY_NUMBER.search(text)] == []
