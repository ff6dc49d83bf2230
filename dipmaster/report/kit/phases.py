"""What the phases of the roadmap are called."""

from collections.abc import Mapping

ADAPTIVE_EXITS = 2
NAMES: Mapping[int, str] = {
    0: "baseline strategy",
    1: "signal filter",
    ADAPTIVE_EXITS: "adaptive exits",
    3: "sizing",
    4: "alternative data",
}


def name_phase(number: int) -> str:
    """A phase with its name, as a heading: Phase 1: signal filter."""
    return f"Phase {number}: {NAMES[number]}" if number in NAMES else f"Phase {number}"


def name_addition(number: int) -> str:
    """What a phase adds that can cost money, in the plural."""
    return {ADAPTIVE_EXITS: "exit models"}.get(number, "additions")
