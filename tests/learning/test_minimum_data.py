"""Numbers and nouns: of one the noun is singular."""

import pytest

from dipmaster.learning.evaluation.minimum_data import count_of


@pytest.mark.parametrize(
    ("have", "what", "said"),
    [
        (0, "trades", "0 trades"),
        (1, "trades", "1 trade"),
        (1, "losing trades", "1 losing trade"),
        (1, "blocks with trades", "1 block with trades"),
        (1, "days out of sample", "1 day out of sample"),
        (1, "exit probabilities", "1 exit probability"),
        (1234, "trades", "1,234 trades"),
    ],
)
def test_of_one_the_first_plural_is_made_singular(have: int, what: str, said: str) -> None:
    assert count_of(have, what) == said
