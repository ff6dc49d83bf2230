"""Section `outcomes`: what the work on each phase costs, and how differences are resampled."""

from dipmaster.core.params.base import Section, number


class Outcomes(Section):
    """Costs that results are held against, and the bootstrap of the phases' contributions."""

    seed: int = number("root of the bootstrap's stream", ge=0, le=2**32 - 1)
