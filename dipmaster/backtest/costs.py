"""What a fill costs: half-spread and slippage move the price, the fee is a share of the value.

All numbers inside kernels are fractions; bps appear only in params and panels.
"""

from typing import NamedTuple

from dipmaster.core.kernels import kernel
from dipmaster.core.params import Execution

BPS = 1e-4


class Costs(NamedTuple):
    """Costs of one side as fractions; the half-spread belongs to the bar of the fill."""

    fee: float
    slippage: float


def costs_of(execution: Execution) -> Costs:
    """Fee and slippage of section `execution` as fractions."""
    return Costs(execution.taker_fee_bps * BPS, execution.slippage_bps * BPS)


@kernel
def bought(reference: float, half_spread: float, costs: Costs) -> float:
    """Price paid for one unit, before the fee."""
    return reference * (1.0 + half_spread + costs.slippage)


@kernel
def sold(reference: float, half_spread: float, costs: Costs) -> float:
    """Price received for one unit, before the fee."""
    return reference * (1.0 - half_spread - costs.slippage)


@kernel
def outlay(reference: float, half_spread: float, costs: Costs) -> float:
    """Cash that one unit takes, fee included."""
    return bought(reference, half_spread, costs) * (1.0 + costs.fee)


@kernel
def proceeds(reference: float, half_spread: float, costs: Costs) -> float:
    """Cash that one unit brings, fee included."""
    return sold(reference, half_spread, costs) * (1.0 - costs.fee)


@kernel
def break_even(reference: float, half_spread: float, costs: Costs) -> float:
    """Reference price at which a sale brings back what the purchase took.

    The half-spread of the sale is not known yet; that of the entry stands in.
    """
    return outlay(reference, half_spread, costs) / proceeds(1.0, half_spread, costs)
