"""A phase that bought nothing: not tried, held back, or not good enough."""

import pytest

from dipmaster.report.abstention import abstention


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("", "No trade was good enough."),
        ("0 of 9 candidates reached the threshold", "No trade was good enough: 0 of 9"),
        ("3 of 9 candidates reached the threshold, none of them was admitted", "every step: 3"),
        ("0 of 9 candidates have a score: too few candidates: 40", "No trade could be judged: 0"),
        ("0 of 0 candidates have a score", "There was no candidate to judge."),
    ],
)
def test_each_reason_has_its_own_words(why: str, said: str) -> None:
    assert said in abstention(why)
