"""What each refit learned from, whether rules may act on its scores, and what acting earned."""

from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitModelFold:
    """One refit of the three exit models, or of the calibrator.

    Attributes
    ----------
    fitted_at
        UTC.
    positions, rows
        It could learn from.
    subsampled_to
        Rows it did learn from.
    reason
        Why there is no model; empty where there is one.
    """

    layer: Literal["exit_models", "calibrator"]
    fitted_at: str
    positions: int
    rows: int
    subsampled_to: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitLicence:
    """Whether the rules may act on the scores of one refit, and what that rests on.

    Left-out rows are training rows scored by models and a calibrator that had not seen
    their position.

    Attributes
    ----------
    fitted_at
        UTC.
    rows, positions
        Left out, with a score.
    sold
        Positions that acting at the thresholds would have sold, whole or in part.
    blocks
        Calendar blocks in which they were bought.
    earned_bps, low_bps
        Net return of acting less that of holding, mean over the positions sold, and its
        one-sided lower bound; None where not computable.
    licensed
        The bound lies above 0, and enough was sold.
    reason
        Why not; empty where licensed.
    """

    fitted_at: str
    rows: int
    positions: int
    sold: int
    blocks: int
    earned_bps: float | None
    low_bps: float | None
    licensed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitActing:
    """What acting on the scores earned out of sample, by standalone trades.

    Attributes
    ----------
    positions
        With a score.
    sold
        Sold at the thresholds before their end, whole or in part.
    earned_bps
        Net return of acting less that of holding, mean over those sold.
    """

    positions: int
    sold: int
    earned_bps: Interval
