"""Section `sensitivity`: what is changed about the costs, thresholds and size of a run."""

from typing import Any

from pydantic import Field, field_validator

from dipmaster.core.params.base import Section


class Sensitivity(Section):
    """Other settings that the phases are traded under again."""

    costs_bps: tuple[float, ...] = Field(description="fee a side of each run, bps of notional")

    @field_validator("costs_bps", mode="before")
    @classmethod
    def _read_list(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value
