"""features.json: which features there are, what is unknown of them, how often the rule fires."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureLeftOut:
    """A feature that some coins cannot have, why, and which coins."""

    reason: str
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureResults:
    """All of features.json.

    Attributes
    ----------
    rows
        Bars of all coins.
    columns
        Features that at least one coin has.
    left_out
        Feature to why it is left out.
    candidates_per_coin_day
        Over rows in days; None without rows.
    candidates_by_symbol
        Symbol to number.
    missing_frac
        Feature to the share of unknown values in the rows of the coins that have it; None
        without such rows.
    first_usable_time
        Symbol to the open time of the first bar with all that the base signal needs, UTC; None
        where there is none.
    """

    rows: int
    columns: tuple[str, ...]
    left_out: Mapping[str, FeatureLeftOut]
    candidates: int
    candidates_per_coin_day: float | None
    candidates_by_symbol: Mapping[str, int]
    missing_frac: Mapping[str, float | None]
    first_usable_time: Mapping[str, str | None]
