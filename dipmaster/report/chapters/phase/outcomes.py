"""How trades end, how long they last, and what each month left."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
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
    note,
)
from dipmaster.report.kit.exit_types import name_exit_type
from dipmaster.results.evaluation.breakdowns import ExitTypeRow, HoldingBin, HoldingTime, MonthRow


def exits(rows: Sequence[ExitTypeRow]) -> Markup:
    """How trades end: a bar an exit type, its share and what it leaves."""
    figure = new_figure(14 + 7 * len(rows))
    axes = figure.subplots()
    names = [name_exit_type(row.exit_type) for row in rows]
    shares = [100.0 * row.share_frac for row in rows]
    printed = [numbers.percent(row.share_frac) for row in rows]
    for place, row in enumerate(rows):
        axes.barh(place, shares[place], height=0.6, **gain_or_loss(row.net_pnl < 0))
        words = f"{printed[place]} of trades, mean {numbers.bps(row.mean_net_bps)}"
        note(axes, words, (shares[place], place), (4, 0), va="center")
    axes.set_xlim(0, max(shares) * 2.2)
    ticks = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(0, max(shares))
    axes.set_xticks([tick for tick in ticks if tick <= 100])
    axes.set_xlabel("per cent of trades; filled: left a gain in all, hatched: left a loss in all")
    list_rows(axes, names)
    listed = "; ".join(map(" ".join, zip(names, printed, strict=True)))
    return inline_svg(figure, f"Share of trades by the way they ended: {listed}")


def holding(times: HoldingTime, height_mm: float = 48) -> Markup:
    """Histogram of holding times against the roadmap's band."""
    bins, (low, high) = times.histogram, HOLDING_BAND_MINUTES
    figure = new_figure(height_mm)
    axes = figure.subplots()
    words, top = f"dark: the roadmap’s {low} to {high} min", ((low + high) / 2, 1.0)
    note(axes, words, top, (0, 2), ha="center", xycoords=("data", "axes fraction"))
    axes.bar(
        [row.from_minutes for row in bins],
        [row.trades for row in bins],
        width=[row.to_minutes - row.from_minutes for row in bins],
        align="edge",
        color=[NAVY if _is_inside(row) else PALE for row in bins],
        edgecolor=NAVY,
        linewidth=0.6,
    )
    axes.set_ylim(0, 1.08 * max(*(row.trades for row in bins), 1))
    axes.set_xlim(bins[0].from_minutes, bins[-1].to_minutes)
    axes.xaxis.set_major_locator(MaxNLocator(10, steps=[1, 1.5, 3, 6, 10]))
    count_ticks(axes.yaxis)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("minutes from entry to exit")
    axes.set_ylabel("trades")
    return inline_svg(
        figure,
        f"Histogram of holding times: median {numbers.minutes(times.median_minutes)}, "
        f"{numbers.percent(times.in_band_frac)} within {low} to {high} minutes.",
    )


def _is_inside(row: HoldingBin) -> bool:
    low, high = HOLDING_BAND_MINUTES
    return low <= row.from_minutes and row.to_minutes <= high


def months(rows: Sequence[MonthRow]) -> Markup:
    """Net result of each month as a share of equity."""
    figure = new_figure(44)
    axes = figure.subplots()
    returns = [100.0 * row.return_frac for row in rows]
    for place, value in enumerate(returns):
        axes.bar(place, value, width=0.66, **gain_or_loss(value < 0))
    axes.axhline(0, color=GREY, linewidth=0.8)
    step = max(1, -(-len(rows) // 12))
    axes.set_xticks(range(0, len(rows), step), [row.month for row in rows[::step]])
    axes.set_ylabel("net return, per cent")
    axes.grid(axis="y")
    axes.set_xlim(-0.6, len(rows) - 0.4)
    lost = sum(value < 0 for value in returns)
    return inline_svg(figure, f"Net return by month: {lost} of {len(rows)} months lost money.")
