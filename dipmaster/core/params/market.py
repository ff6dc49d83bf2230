"""Section `ingest`: where bars come from and what counts as a bad row."""

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import Field, field_validator, model_validator

from dipmaster.core.params.base import Section, frac, number


class Informativeness(Section):
    """How far a channel separates liquidity drops from news (d'; 0 = useless)."""

    bars: float = number("d' of volume at jumps", ge=0, le=6)
    order_book: float = number("d' of order-book imbalance", ge=0, le=6)
    on_chain: float = number("d' of exchange flows", ge=0, le=6)
    sentiment: float = number("d' of sentiment", ge=0, le=6)


class SimulatorParams(Section):
    """The seeded market; see docs/simulator.md."""

    seed: int = number("root of every random stream", ge=0, le=2**32 - 1)
    coins: int = number("number of coins", ge=1, le=64)
    days: int = number("length in days", ge=2, le=3650)
    start: str = Field(description="first open time, UTC date YYYY-MM-DD")
    edge: float = frac("share of a liquidity jump that reverts")
    reversion_rate: float = frac("share of the remaining reversion that returns each bar", ge=0.001)
    jumps_per_day: float = number("jumps a coin a day", ge=0, le=10)
    informativeness: Informativeness

    @field_validator("start")
    @classmethod
    def _check_date(cls, value: str) -> str:
        datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
        return value


class RawSource(Section):
    """Bars from files under data/raw."""

    half_spread_bps: float = number("half-spread where a source has none", ge=0, le=500)
    trim_to_common_end: bool = Field(description="cut all coins at the earliest last closed bar")
    ended_after_days: int = number("a coin that ends earlier cuts nobody (delisted)", ge=1, le=3650)


class Ingest(Section):
    """Source of bars and the treatment of bad rows."""

    source: Literal["simulated", "raw"] = Field(description="simulated market or files in data/raw")
    max_time: str = Field(description="stamps at or after this UTC date are bad rows")
    on_bad_row: Literal["error", "drop"] = Field(description="stop, or drop and count")
    max_jump_factor: float = number("price from a bar to the next changes less", ge=1.01, le=1e9)
    simulated: SimulatorParams
    raw: RawSource

    @field_validator("max_time")
    @classmethod
    def _check_date(cls, value: str) -> str:
        datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
        return value

    @model_validator(mode="after")
    def _check_simulated_end(self) -> "Ingest":
        available = date.fromisoformat(self.max_time) - date.fromisoformat(self.simulated.start)
        if self.simulated.days > available.days:
            raise ValueError("simulated.start + simulated.days must not lie beyond max_time")
        return self
