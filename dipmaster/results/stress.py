"""How the account fared when the bars were re-made: all of stress.json."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StressResults:
    """How the account fared when the bars were re-made: all of stress.json."""

    phases: tuple[int, ...]
