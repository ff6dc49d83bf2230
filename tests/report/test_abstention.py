"""A phase that bought nothing: not tried, held back, or not good enough."""

import pytest

from dipmaster.report.kit.abstention import abstention


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (None, ""),
        ("threshold", "No trade was good enough: 0 of 9."),
        ("steps", "No trade passed every step: 0 of 9."),
        ("score", "No trade could be judged: 0 of 9."),
        ("candidates", "There was no candidate to judge."),
    ],
)
def test_each_place_has_its_own_words(at: str | None, said: str) -> None:
    assert abstention({"abstained": "0 of 9", "abstained_at": at}) == said


def test_a_phase_without_the_key_did_not_abstain() -> None:
    assert abstention({}) == ""
