"""Section `sensitivity`: what is changed about the costs, thresholds and size of a run."""

from itertools import pairwise
from typing import Any

from pydantic import Field, field_validator, model_validator

from dipmaster.core.params.base import Section, frac, number

_LISTS = ("fees_bps", "slippages_bps", "capitals")


class Sensitivity(Section):
    """Other settings that the phases are traded under again."""

    fees_bps: tuple[float, ...] = Field(
        description="fee a side of each run, bps of notional", min_length=1, max_length=20
    )
    slippages_bps: tuple[float, ...] = Field(
        description="slippage a side of each run, bps", min_length=1, max_length=10
    )
    change_frac: float = frac("of each threshold, down and up", ge=0.01, le=0.9)
    capitals: tuple[float, ...] = Field(
        description="starting cash of each run, quote currency", min_length=1, max_length=20
    )
    impact_coefficient: float = number(
        "market impact over daily volatility, for an order as large as a day's volume", ge=0, le=10
    )
    volume_days: int = number("days before the signal: daily volume and volatility", ge=1, le=365)

    @field_validator(*_LISTS, mode="before")
    @classmethod
    def _read_list(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _check_lists(self) -> "Sensitivity":
        limits = {"fees_bps": (0.0, 500.0), "slippages_bps": (0.0, 500.0), "capitals": (1.0, 1e12)}
        for name, (low, high) in limits.items():
            values = getattr(self, name)
            if any(after <= before for before, after in pairwise(values)):
                raise ValueError(f"{name} must rise")
            if values[0] < low or values[-1] > high:
                raise ValueError(f"{name} must lie between {low:g} and {high:g}")
        return self
