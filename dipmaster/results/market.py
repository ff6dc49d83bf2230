"""market.json: which bars all stages work on, and what their source has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from dipmaster.results.common import RawSelection
from dipmaster.results.fields import OMITTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """All of data/ingest/market.json.

    Attributes
    ----------
    symbols
        Sorted.
    first_open_time, last_open_time
        Of any coin, UTC, as ``2023-01-01T00:00:00Z``.
    days
        From the first to the last bar.
    columns
        Symbol to its columns beside time and prices.
    columns_left_out
        Columns that no coin has.
    fallback_half_spread_bps
        Charged where the source has no half-spread.
    funding
        Symbol to whether funding is charged.
    selection
        None, and no key, on simulated bars.
    """

    source: Literal["simulated", "raw"]
    symbols: Annotated[tuple[str, ...], Field(min_length=1)]
    first_open_time: str
    last_open_time: str
    days: float
    columns: Mapping[str, tuple[str, ...]]
    columns_left_out: tuple[str, ...]
    fallback_half_spread_bps: float
    funding: Mapping[str, bool]
    selection: RawSelection | None = field(default=None, metadata=OMITTED)
