"""Section `stress`: which shocks, how often, and how long the account is watched."""

from dipmaster.core.params.base import Section, number


class Stress(Section):
    """Scenarios of the stage `stress-test`."""

    seed: int = number("root of the streams that draw dates and paths", ge=0, le=2**32 - 1)
    dates: int = number("random dates of each of the roadmap's scenarios", ge=1, le=10_000)
    other_dates: int = number("random dates of every other scenario", ge=1, le=10_000)
    window_days: int = number("days from the shock that the account is watched", ge=1, le=60)
