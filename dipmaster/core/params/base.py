"""What all sections of params.yaml have in common: frozen, no unknown keys."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


class Section(BaseModel):
    """A section of params.yaml. Unknown keys are refused and nothing can be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


def _write_date(value: Any) -> Any:
    """YAML reads 2023-01-01 without quotes as a date: it means the same."""
    return value.isoformat() if isinstance(value, date) else value


def _check_date(value: str) -> str:
    if date.fromisoformat(value).isoformat() != value:
        raise ValueError("must be a date written YYYY-MM-DD")
    return value


UtcDate = Annotated[str, BeforeValidator(_write_date), AfterValidator(_check_date)]
"""A UTC date YYYY-MM-DD."""


def frac(description: str, *, ge: float = 0.0, le: float = 1.0) -> Any:
    """A required fraction (0.01 = 1 %) between two bounds, both included."""
    return Field(description=description, ge=ge, le=le)


def number(description: str, *, ge: float, le: float) -> Any:
    """A required number between two bounds, both included."""
    return Field(description=description, ge=ge, le=le)
