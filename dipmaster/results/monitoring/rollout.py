"""Steps of the rollout and what they ask for."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that a step asks for.

    Attributes
    ----------
    required, found
        In words.
    is_met
        A figure that is not there is not met.
    """

    name: str
    required: str
    found: str
    is_met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStep:
    """One step of the rollout.

    Attributes
    ----------
    capital
        Most that may be traded, quote currency; None: no money at all.
    roadmap_weeks
        Of the roadmap's calendar.
    is_ready
        Whether all of its criteria and those of the steps before are met.
    """

    name: Literal["paper trading", "capped capital", "full capital"]
    capital: float | None
    roadmap_weeks: str
    criteria: tuple[Criterion, ...]
    is_ready: bool
