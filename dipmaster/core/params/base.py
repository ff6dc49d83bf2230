"""What all sections of params.yaml have in common: frozen, no unknown keys."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A section of params.yaml. Unknown keys are refused and nothing can be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


def frac(description: str, *, ge: float = 0.0, le: float = 1.0) -> Any:
    """A required fraction (0.01 = 1 %) between two bounds, both included."""
    return Field(description=description, ge=ge, le=le)


def number(description: str, *, ge: float, le: float) -> Any:
    """A required number between two bounds, both included."""
    return Field(description=description, ge=ge, le=le)
