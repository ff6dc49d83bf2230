"""Gross to net, one trade or all, and what random entries would have made of it."""

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dipmaster.report.inputs import Json
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    BRICK,
    GREY,
    NAVY,
    PALE,
    gain_or_loss,
    inline_svg,
    new_figure,
    quiet,
)


def waterfall(measured: Json) -> Markup:
    """Where the money goes: gross result, fees, slippage, net result."""
    steps = [
        ("gross, before costs", measured["gross_pnl"], 0.0),
        ("fees", -measured["fees"], measured["gross_pnl"]),
        ("spread and slippage", -measured["slippage"], measured["gross_pnl"] - measured["fees"]),
        ("net result", measured["net_pnl"], 0.0),
    ]
    figure = new_figure(38)
    axes = figure.subplots()
    for place, (_, amount, start) in enumerate(steps):
        axes.barh(place, amount, left=start, height=0.6, **gain_or_loss(amount < 0))
    axes.axvline(0, color=GREY, linewidth=0.8)
    names = [f"{name}   {numbers.money(amount, signed=True)}" for name, amount, _ in steps]
    axes.set_yticks(range(len(steps)), names)
    axes.set_ylim(len(steps) - 0.4, -0.6)
    axes.use_sticky_edges = False
    axes.margins(x=0.06)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: numbers.money(tick)))
    axes.set_xlabel("quote currency")
    axes.tick_params(axis="y", length=0)
    quiet(axes)
    return inline_svg(figure, "From gross to net: " + "; ".join(names) + ".")


RANDOM_METRICS = (
    ("win_rate", "Win rate (%)", 100.0),
    ("profit_factor", "Profit factor", 1.0),
    ("mean_net_bps", "Net a trade (bp)", 1.0),
)


def random_entry(random: Json, own: Json) -> Markup:
    """Measured against portfolios of random entries with the same exits, three scales.

    Parameters
    ----------
    random
        validate.json's ``random_entry``: mean and band of each metric.
    own
        The strategy's own value of each metric; None is not drawn.
    """
    figure = new_figure(25)
    for axes, (name, title, scale) in zip(figure.subplots(1, 3), RANDOM_METRICS, strict=True):
        _against_band(axes, title, scale, random[name], own[name])
    return inline_svg(
        figure,
        "Measured values beside the band of random entries: "
        + "; ".join(
            f"{title}: measured {numbers.plain(_scaled(own[name], scale), 1)}, random "
            f"{numbers.plain(_scaled(random[name]['mean'], scale), 1)}"
            for name, title, scale in RANDOM_METRICS
        ),
    )


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale


def _against_band(axes: Axes, title: str, scale: float, band: Json, own: float | None) -> None:
    low, mean, high = (_scaled(band[key], scale) for key in ("low", "mean", "high"))
    axes.set_title(title)
    if low is not None and high is not None:
        axes.barh(
            1,
            high - low,
            left=low,
            height=0.5,
            color=PALE,
            edgecolor=GREY,
            hatch="\\\\",
            linewidth=0.6,
        )
    if mean is not None:
        axes.plot([mean, mean], [0.75, 1.25], color=GREY, linewidth=1.4)
    if own is not None:
        axes.plot(own * scale, 0, marker="o", color=NAVY, markersize=5.5, linestyle="none")
    axes.set_yticks([0, 1], ["measured", "random"])
    axes.set_ylim(1.5, -0.5)
    axes.margins(x=0.12)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    quiet(axes)


def glance(
    measured: Json, win_rate: float | None, random_rate: float | None, name: str = ""
) -> Markup:
    """Page one: whether this win rate can pay for itself, and what is left of a trade."""
    trade = measured["per_trade"]
    figure = new_figure(24 if name else 27)
    left, right = figure.subplots(1, 2)
    _break_even(left, win_rate, trade["break_even_win_rate"], random_rate)
    _per_trade(right, trade)
    if name:
        left.set_title(f"{name.capitalize()}: does it win often enough?")
        right.set_title(f"{name.capitalize()}: left of a trade")
    return inline_svg(
        figure,
        f"Win rate {numbers.percent(win_rate)}, needed to break even "
        f"{numbers.percent(trade['break_even_win_rate'])}. A trade brings "
        f"{numbers.bps(trade['mean_gross_bps'])}, costs "
        f"{numbers.bps(trade['mean_cost_bps'], signed=False)}, leaves "
        f"{numbers.bps(trade['mean_net_bps'])}.",
    )


def _break_even(axes: Axes, own: float | None, needed: float | None, random: float | None) -> None:
    rows = [
        ("won", own, "o"),
        ("needed to break even", needed, "|"),
        ("random entries", random, "s"),
    ]
    for place, (_, value, marker) in enumerate(rows):
        axes.barh(place, 100, height=0.34, color=PALE, linewidth=0, zorder=0)
        if value is not None:
            axes.plot(
                100 * value,
                place,
                marker=marker,
                markersize=9 if marker == "|" else 5,
                markeredgewidth=2 if marker == "|" else 1,
                linestyle="none",
                clip_on=False,
                color=BRICK if marker == "|" else NAVY if marker == "o" else GREY,
            )
    names = [f"{name}  {numbers.percent(value)}" for name, value, _ in rows]
    axes.set_title("Does it win often enough?")
    _as_list(axes, names)
    axes.set_xlim(0, 100)
    axes.set_xlabel("per cent of trades")


def _per_trade(axes: Axes, trade: Json) -> None:
    cost = None if trade["mean_cost_bps"] is None else -trade["mean_cost_bps"]
    rows = [
        ("before costs", trade["mean_gross_bps"]),
        ("paid in costs", cost),
        ("left", trade["mean_net_bps"]),
    ]
    for place, (_, value) in enumerate(rows):
        if value is not None:
            axes.barh(place, value, height=0.5, **gain_or_loss(value < 0))
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_title("What is left of a trade?")
    _as_list(axes, [f"{name}  {numbers.bps(value)}" for name, value in rows])
    axes.use_sticky_edges = False
    axes.margins(x=0.08)
    axes.set_xlabel("basis points of the position")


def _as_list(axes: Axes, names: list[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    quiet(axes)
