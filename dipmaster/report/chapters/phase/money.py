"""Gross to net, and what random entries would have made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    GREY,
    NAVY,
    PALE,
    count_ticks,
    gain_or_loss,
    inline_svg,
    list_rows,
    new_figure,
)
from dipmaster.results.common import Band
from dipmaster.results.evaluation.phase import MoneyFigures


def waterfall(account: MoneyFigures) -> Markup:
    """Where the money goes: gross result, fees, slippage, funding if there is any, net result."""
    after_fills = account.gross_pnl - account.fees - account.slippage
    steps = [
        ("gross, before costs", account.gross_pnl, 0.0),
        ("fees", -account.fees, account.gross_pnl),
        ("spread and slippage", -account.slippage, account.gross_pnl - account.fees),
        *([("funding", -account.funding, after_fills)] if account.funding else []),
        ("net result", account.net_pnl, 0.0),
    ]
    figure = new_figure(38)
    axes = figure.subplots()
    for place, (_, amount, start) in enumerate(steps):
        axes.barh(place, amount, left=start, height=0.6, **gain_or_loss(amount < 0))
    axes.axvline(0, color=GREY, linewidth=0.8)
    names = [f"{name}   {numbers.money(amount, signed=True)}" for name, amount, _ in steps]
    axes.use_sticky_edges = False
    axes.margins(x=0.06)
    count_ticks(axes.xaxis)
    axes.set_xlabel("quote currency")
    list_rows(axes, names)
    return inline_svg(figure, "From gross to net: " + "; ".join(names) + ".")


@dataclass(frozen=True)
class BesideBand:
    """One figure of the strategy beside that of random entries; None is not drawn."""

    title: str
    value: float | None
    band: Band


def random_entry(figures: Sequence[BesideBand]) -> Markup:
    """Measured against portfolios of random entries with the same exits, a scale each."""
    figure = new_figure(25)
    for axes, one in zip(figure.subplots(1, len(figures)), figures, strict=True):
        _against_band(axes, one)
    listed = "; ".join(
        f"{one.title}: measured {numbers.plain(one.value, 1)}, random "
        f"{numbers.plain(one.band.mean, 1)}"
        for one in figures
    )
    return inline_svg(figure, f"Measured values beside the band of random entries: {listed}")


def in_percent(band: Band) -> Band:
    """A band of fractions."""
    low, mean, high = (
        None if value is None else 100.0 * value for value in (band.low, band.mean, band.high)
    )
    return Band(mean=mean, low=low, high=high)


def _against_band(axes: Axes, one: BesideBand) -> None:
    low, mean, high = one.band.low, one.band.mean, one.band.high
    axes.set_title(one.title)
    if low is not None and high is not None:
        bar = axes.barh(1, high - low, left=low, height=0.5, color=PALE, edgecolor=GREY)
        bar[0].set(hatch="\\\\", linewidth=0.6)
    if mean is not None:
        axes.plot([mean, mean], [0.75, 1.25], color=GREY, linewidth=1.4)
    if one.value is not None:
        axes.plot(one.value, 0, marker="o", color=NAVY, markersize=5.5, linestyle="none")
    axes.margins(x=0.12)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.grid(axis="x")
    list_rows(axes, ["measured", "random"])
