"""Section `ingest`: where bars come from and what counts as a bad row."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dipmaster.core.params.base import Section, UtcDate, frac, number

SetName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*$", max_length=100)]
Symbol = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,20}$")]
Source = Literal["simulated", "raw"]
Symbols = Annotated[tuple[Symbol, ...], Field(min_length=1, strict=False)]  # YAML has lists


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
    start: UtcDate = Field(description="first open time, UTC date YYYY-MM-DD")
    edge: float = frac("share of a liquidity jump that reverts")
    reversion_rate: float = frac("share of the remaining reversion that returns each bar", ge=0.001)
    jumps_per_day: float = number("jumps a coin a day", ge=0, le=10)
    informativeness: Informativeness


class RawSource(Section):
    """Bars from files under data/raw, and which of them."""

    set: SetName | None = Field(description="folder under data/raw; null: all of them")
    symbols: Symbols | None = Field(description="coins, such as BTCUSDT; null: all there are")
    start: UtcDate | None = Field(description="first UTC date of bars; null: from the first bar on")
    end: UtcDate | None = Field(description="UTC date before which bars open; null: to the last")
    half_spread_bps: float = number("half-spread where a source has none", ge=0, le=500)
    trim_to_common_end: bool = Field(description="cut all coins at the earliest last closed bar")
    ended_after_days: int = number(
        "a coin that ends earlier cuts no other (delisted)", ge=1, le=3650
    )

    @model_validator(mode="after")
    def _check_order(self) -> "RawSource":
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError("start must lie before end: bars from start on, before end, are read")
        return self


class Ingest(Section):
    """Source of bars and the treatment of bad rows."""

    source: Source = Field(description="simulated market or files in data/raw")
    max_time: UtcDate = Field(description="stamps at or after this UTC date are bad rows")
    on_bad_row: Literal["error", "drop"] = Field(description="stop, or drop and count")
    max_jump_factor: float = number("price from a bar to the next changes less", ge=1.01, le=1e9)
    simulated: SimulatorParams
    raw: RawSource

    @model_validator(mode="after")
    def _check_simulated_end(self) -> "Ingest":
        available = date.fromisoformat(self.max_time) - date.fromisoformat(self.simulated.start)
        if self.simulated.days > available.days:
            raise ValueError("simulated.start + simulated.days must not lie beyond max_time")
        return self

    @model_validator(mode="after")
    def _check_raw_period(self) -> "Ingest":
        for name, value in (("start", self.raw.start), ("end", self.raw.end)):
            if value is not None and value > self.max_time:
                raise ValueError(f"raw.{name} must not lie beyond max_time")
        return self
