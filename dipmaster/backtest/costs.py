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


def build_costs(execution: Execution) -> Costs:
    """Fee and slippage of section `execution` as fractions."""
    return Costs(execution.taker_fee_bps * BPS, execution.slippage_bps * BPS)


@kernel
def buy_price(reference: float, half_spread: float, costs: Costs) -> float:
    """Price paid for one unit, before the fee."""
    return reference * (1.0 + half_spread + costs.slippage)


@kernel
def sell_price(reference: float, half_spread: float, costs: Costs) -> float:
    """Price received for one unit, before the fee."""
    return reference * (1.0 - half_spread - costs.slippage)


@kernel
def buy_cost(reference: float, half_spread: float, costs: Costs) -> float:
    """Cash that one unit takes, fee included."""
    return buy_price(reference, half_spread, costs) * (1.0 + costs.fee)


@kernel
def sell_proceeds(reference: float, half_spread: float, costs: Costs) -> float:
    """Cash that one unit brings, fee included."""
    return sell_price(reference, half_spread, costs) * (1.0 - costs.fee)


@kernel
def break_even_price(reference: float, half_spread: float, costs: Costs) -> float:
    """Reference price at which a sale brings back what the purchase took.

    The half-spread of the sale is not known yet; that of the entry stands in.
    """
    return buy_cost(reference, half_spread, costs) / sell_proceeds(1.0, half_spread, costs)
