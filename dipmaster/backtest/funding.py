"""Funding of perpetual futures, paid at fixed times by whoever holds a position then.

A position bought at the open of a bar pays nothing at that open; one sold at an open or
inside a bar has paid at that open. The amounts are those of `Panel.cumulative_funding`.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dipmaster.backtest.layouts import NEVER, Order
from dipmaster.core.kernels import Floats, Ints, borrowing_kernel
from dipmaster.core.panel import Panel


class FundingAccount(NamedTuple):
    """Funding for kernels.

    `cumulative` is `Panel.cumulative_funding`, shape (symbols, bars); `paid`, shape
    (bars,), is filled with what the whole account pays at the open of each bar.
    """

    cumulative: Floats
    paid: Floats


def build_funding_account(panel: Panel) -> FundingAccount | None:
    """Funding of the panel's symbols, nothing paid yet; None where none is charged."""
    cumulative = panel.traded.cumulative_funding
    return None if cumulative is None else FundingAccount(cumulative, np.zeros(panel.bars))


@borrowing_kernel
def charge_funding(
    funding: FundingAccount,
    cash_at_open: Floats,
    order: Order,
    trip: Any,
    quantity: float,
    partial_frac: float,
) -> None:
    """Charge a position at every open after that of its entry, its exit's included.

    Parameters
    ----------
    cash_at_open
        Cash that comes in at the open of each bar, shape (bars,); payments are deducted.
    partial_frac
        Share that a partial exit sells: it pays at that open and no longer.
    """
    cumulative = funding.cumulative[order.symbol]
    for bar in range(trip.entry_bar + 1, trip.exit_bar + 1):
        if bar - 1 == trip.partial_bar:
            quantity -= quantity * partial_frac
        payment = quantity * (cumulative[bar] - cumulative[bar - 1])
        cash_at_open[bar] -= payment
        funding.paid[bar] += payment


def compute_unit_funding(
    panel: Panel, symbol_index: Ints, trips: npt.NDArray[Any], partial_frac: float
) -> Floats:
    """Funding paid for each unit bought, in quote currency, shape (trips,).

    0 where nothing was bought or no symbol is charged.

    Parameters
    ----------
    symbol_index
        Row of the panel of each trip.
    trips
        Records of `ROUND_TRIP`.
    partial_frac
        Share of the quantity that a partial exit sold: it pays no longer.
    """
    cumulative = panel.traded.cumulative_funding
    if cumulative is None:
        return np.zeros(trips.size)
    is_filled = trips["entry_bar"] != NEVER
    entry, last = (np.where(is_filled, trips[name], 0) for name in ("entry_bar", "exit_bar"))
    has_partial = is_filled & (trips["partial_bar"] != NEVER)
    partial = np.where(has_partial, trips["partial_bar"], last)
    remaining_share = np.where(has_partial, 1.0 - partial_frac, 1.0)
    at_entry, at_partial, at_exit = (
        cumulative[symbol_index, bar] for bar in (entry, partial, last)
    )
    return sum_unit_funding(at_entry, at_partial, at_exit, remaining_share)


def sum_unit_funding(
    at_entry: Floats, at_partial: Floats, at_exit: Floats, remaining_share: Floats
) -> Floats:
    """Funding paid for each unit bought, from `Panel.cumulative_funding` at its three bars.

    Parameters
    ----------
    at_partial
        That of the exit where nothing was sold before it; the share is then 1.
    """
    return at_partial - at_entry + remaining_share * (at_exit - at_partial)
