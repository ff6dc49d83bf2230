"""What the roadmap claims, line by line, and what was measured."""

from dataclasses import dataclass, field
from typing import Literal

from dipmaster.results.common import ClaimVerdict
from dipmaster.results.fields import OMITTED

ClaimUnit = Literal["points", "frac", "ratio", "minutes", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapClaim:
    """One line of the roadmap.

    Attributes
    ----------
    phase
        0 for lines that speak of the whole plan.
    claim
        Its words.
    target
        A number to reach, or a range; None where the line has none.
    unit
        Of target, value and bounds; points are fractions that are shown as points.
    value, low, high
        None where nothing was measured.
    n
        Observations; 0 where nothing was measured.
    n_bars
        Bars behind them; None, and no key, where they are not counted in bars.
    """

    id: str
    phase: int
    section: str
    claim: str
    target: float | tuple[float, float] | None
    unit: ClaimUnit
    value: float | None
    low: float | None
    high: float | None
    n: int
    verdict: ClaimVerdict
    reason: str
    n_bars: int | None = field(default=None, metadata=OMITTED)
