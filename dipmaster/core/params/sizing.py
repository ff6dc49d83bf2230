"""Section `sizing`: how large a position is, from phase 3 on."""

from typing import Literal

from pydantic import Field, model_validator

from dipmaster.core.params.base import Section, frac, number
from dipmaster.core.params.confidence import MinTrainingSet


class Sizing(Section):
    """Kelly fraction x volatility scalar x factors, before the caps of section `execution`."""

    rule: Literal["kelly", "inverse_volatility", "fixed"] = Field(
        description="what the volatility scalar multiplies; fixed: execution.size_frac alone"
    )
    kelly_share_frac: float = frac("share of the full Kelly fraction", ge=0.01)
    min_outcomes: MinTrainingSet
    prior_outcomes: float = number(
        "weight of the pooled mean win and loss in a regime's own, in outcomes", ge=0, le=1e6
    )
    target_annual_frac: float = frac("annual volatility aimed at", ge=0.001)
    min_scalar: float = number("volatility scalar, at least", ge=0.01, le=1)
    max_scalar: float = number("volatility scalar, at most", ge=1, le=100)
    unknown_factor: float = frac("in place of a factor that is not known at the signal", ge=0.01)
    equivalence_alpha: float = frac(
        "level of each of the two one-sided tests of volatility targeting", ge=0.0001, le=0.2
    )

    @model_validator(mode="after")
    def _check_order(self) -> "Sizing":
        if self.min_scalar > self.max_scalar:
            raise ValueError("min_scalar must not exceed max_scalar")
        return self
