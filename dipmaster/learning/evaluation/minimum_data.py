"""Whether there is enough data for a verdict, and in one wording what lacks."""

import re

_PLURAL = re.compile(r"(ie)?s\b")

Count = tuple[int, int, str]
"""How many there are of a kind, how many a verdict needs, and of what (in the plural)."""


def describe_shortage(*counts: Count) -> str:
    """What lacks, e.g. "sample too small (3 blocks, minimum 6)"; empty where nothing does."""
    lacking = [
        f"{count_of(have, what)}, minimum {need:,}" for have, need, what in counts if have < need
    ]
    return f"sample too small ({'; '.join(lacking)})" if lacking else ""


def count_of(have: int, what: str) -> str:
    """The number and the noun; of one the first plural of the words is made singular.

    Parameters
    ----------
    what
        In the plural: "trades", "blocks with trades", "exit probabilities".
    """
    words = _PLURAL.sub(lambda end: "y" if end[1] else "", what, count=1) if have == 1 else what
    return f"{have:,} {words}"
