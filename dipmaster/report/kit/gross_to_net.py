"""Gross to net in print: parts that add up after rounding."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.results.evaluation.money import MoneyFigures, PerTradeFigures


@dataclass(frozen=True)
class GrossToNet:
    """Rounded so that gross less the four costs is net, and the costs are their sum."""

    gross: float
    fees: float
    half_spread: float
    slippage: float
    funding: float
    net: float

    @property
    def costs(self) -> float:
        """Of all four."""
        return self.gross - self.net


def per_trade(trade: PerTradeFigures) -> GrossToNet | None:
    """Means per trade in tenths of a basis point; None without a trade."""
    gross, net = trade.mean_gross_bps, trade.mean_net_bps
    costs = (
        trade.mean_fees_bps,
        trade.mean_half_spread_bps,
        trade.mean_slippage_bps,
        trade.mean_funding_bps,
    )
    if gross is None or net is None:
        return None
    return _rounded(gross, [cost or 0.0 for cost in costs], net, 1)


def in_money(money: MoneyFigures) -> GrossToNet:
    """Totals of all trades in whole units of the quote currency."""
    costs = (money.fees, money.half_spread_cost, money.slippage_cost, money.funding)
    return _rounded(money.gross_pnl, costs, money.net_pnl, 0)


def _rounded(gross: float, costs: Sequence[float], net: float, digits: int) -> GrossToNet:
    whole_gross, whole_net = round(gross, digits), round(net, digits)
    fees, half_spread, slippage, funding = apportion(costs, whole_gross - whole_net, digits)
    return GrossToNet(whole_gross, fees, half_spread, slippage, funding, whole_net)


def apportion(parts: Sequence[float], total: float, digits: int) -> list[float]:
    """Round parts so that their sum is a total that is rounded already.

    What rounding each of them down leaves goes to those that lose most by it (largest remainder
    method), at most one unit of the last digit each where the total is that of the parts to
    rounding.

    Parameters
    ----------
    parts, total
        In one unit; ``total`` within a few units of the last digit of the sum of ``parts``.
    digits
        Decimals that are printed.
    """
    scale = 10**digits
    floors = [int(part * scale // 1) for part in parts]
    missing = round(total * scale) - sum(floors)
    order = sorted(range(len(parts)), key=lambda k: floors[k] - parts[k] * scale)
    for k in range(abs(missing)):
        place = order[k % len(order)] if missing > 0 else order[-1 - k % len(order)]
        floors[place] += 1 if missing > 0 else -1
    return [whole / scale for whole in floors]
