"""Whether an order is filled and how large: what the account and its limits allow."""

from typing import NamedTuple

from dipmaster.backtest.costs import Costs, buy_cost
from dipmaster.core.kernels import kernel
from dipmaster.core.params import Execution

FILLED, RUINED, NO_NEXT_BAR, ZERO_VOLUME, IN_POSITION, MAX_POSITIONS = range(6)
EXPOSURE, CASH, TOO_SMALL = range(6, 9)
NO_CAP, POSITION_CAP, EXPOSURE_CAP, CASH_CAP = range(4)


class Limits(NamedTuple):
    """Capital and limits of section `execution`."""

    capital: float
    max_positions: int
    max_position_frac: float
    max_exposure_frac: float
    min_notional: float


def build_limits(execution: Execution) -> Limits:
    """The limits of section `execution`."""
    return Limits(
        execution.capital,
        execution.max_positions,
        execution.max_position_frac,
        execution.max_exposure_frac,
        execution.min_notional,
    )


@kernel
def rejection_reason(
    exists: bool, u: int, ruined: bool, free_from: int, positions: int, limits: Limits
) -> int:
    """Why an order cannot be filled at the open of bar `u` whatever its size."""
    if ruined:
        return RUINED
    if not exists:
        return NO_NEXT_BAR
    if free_from > u:
        return IN_POSITION
    if positions >= limits.max_positions:
        return MAX_POSITIONS
    return FILLED


@kernel
def cap_notional(
    requested: float, equity: float, exposure: float, affordable: float, limits: Limits
) -> tuple[float, int]:
    """Reference notional after the caps, and the cap that cut it last."""
    notional, cap = requested, NO_CAP
    if notional > limits.max_position_frac * equity:
        notional, cap = limits.max_position_frac * equity, POSITION_CAP
    if notional > limits.max_exposure_frac * equity - exposure:
        notional, cap = limits.max_exposure_frac * equity - exposure, EXPOSURE_CAP
    if notional > affordable:
        notional, cap = affordable, CASH_CAP
    return notional, cap


@kernel
def size_rejection_reason(notional: float, cap: int, limits: Limits) -> int:
    """Why an order of this size is not sent, by the cap that cut it last."""
    if notional > 0.0 and notional >= limits.min_notional:
        return FILLED
    if cap == EXPOSURE_CAP:
        return EXPOSURE
    return CASH if cap == CASH_CAP else TOO_SMALL


@kernel
def size_order(
    size_frac: float,
    equity: float,
    exposure: float,
    cash: float,
    reference: float,
    half_spread: float,
    limits: Limits,
    costs: Costs,
) -> tuple[int, int, float, float]:
    """Outcome of an order that may be filled, the cap that cut it last, its notional, cost of one.

    The cost is cash for one unit of reference notional; the half-spread is a fraction.
    """
    unit_cost = buy_cost(reference, half_spread, costs) / reference
    notional, cap = cap_notional(size_frac * equity, equity, exposure, cash / unit_cost, limits)
    return size_rejection_reason(notional, cap, limits), cap, notional, unit_cost
