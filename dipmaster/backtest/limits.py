"""Whether an order is filled and how large: what the account and its limits allow."""

from typing import NamedTuple

from dipmaster.core.kernels import kernel
from dipmaster.core.params import Execution

FILLED, RUINED, NO_NEXT_BAR, ZERO_VOLUME, IN_POSITION, MAX_POSITIONS = range(6)
EXPOSURE, CASH, TOO_SMALL = range(6, 9)
UNCUT, BY_POSITION, BY_EXPOSURE, BY_CASH = range(4)


class Limits(NamedTuple):
    """Capital and limits of section `execution`."""

    capital: float
    max_positions: int
    max_position_frac: float
    max_exposure_frac: float
    min_notional: float


def limits_of(execution: Execution) -> Limits:
    """The limits of section `execution`."""
    return Limits(
        execution.capital,
        execution.max_positions,
        execution.max_position_frac,
        execution.max_exposure_frac,
        execution.min_notional,
    )


@kernel
def hindrance(
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
def sized(
    wished: float, equity: float, exposure: float, affordable: float, limits: Limits
) -> tuple[float, int]:
    """Reference notional after the caps, and the cap that cut it last."""
    notional, cap = wished, UNCUT
    if notional > limits.max_position_frac * equity:
        notional, cap = limits.max_position_frac * equity, BY_POSITION
    if notional > limits.max_exposure_frac * equity - exposure:
        notional, cap = limits.max_exposure_frac * equity - exposure, BY_EXPOSURE
    if notional > affordable:
        notional, cap = affordable, BY_CASH
    return notional, cap


@kernel
def too_small(notional: float, cap: int, limits: Limits) -> int:
    """Why an order of this size is not sent, by the cap that cut it last."""
    if notional > 0.0 and notional >= limits.min_notional:
        return FILLED
    if cap == BY_EXPOSURE:
        return EXPOSURE
    return CASH if cap == BY_CASH else TOO_SMALL
