"""Classes behind the dynamic target: how entries fall into them, with their multipliers."""

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.chapters.exits.targets import Class
from dipmaster.report.kit.drawing import NAVY, inline_svg, new_figure, quiet


def classes(groups: Mapping[str, Sequence[Class]]) -> Markup:
    """A panel a multiplier: share of all candidates (filled) and of what was traded (open)."""
    figure = new_figure(44)
    ratios = [len(rows) + 1 for rows in groups.values()]
    grid = figure.subplots(1, len(groups), squeeze=False, width_ratios=ratios)[0]
    for axes, (title, rows) in zip(grid, groups.items(), strict=True):
        _panel(axes, title, rows)
    grid[0].set_ylabel("per cent of entries")
    if grid[0].patches:
        grid[0].legend(loc="upper left", fontsize=7)
    listed = ". ".join(
        f"{title}: {', '.join(map(_described, rows))}" for title, rows in groups.items()
    )
    return inline_svg(figure, f"Classes of the dynamic target: {listed}.")


def _described(row: Class) -> str:
    return (
        f"{row.name} (x {row.multiplier}) {100 * row.all_frac:.0f} per cent of candidates, "
        f"{100 * row.traded_frac:.0f} of trades"
    )


def _panel(axes: Axes, title: str, rows: Sequence[Class]) -> None:
    axes.set_title(title)
    places = np.arange(len(rows))
    every, traded = ([100 * row.all_frac for row in rows], [100 * row.traded_frac for row in rows])
    for shift, shares, face, words in (
        (-0.2, every, NAVY, "candidates"),
        (0.2, traded, "white", "traded"),
    ):
        if any(shares):
            bars = axes.bar(places + shift, shares, width=0.36, label=words, edgecolor=NAVY)
            for bar in bars:
                bar.set(facecolor=face, linewidth=0.8)
    axes.set_xticks(places, _labels(rows))
    axes.set_ylim(0, 100)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.grid(axis="y")
    axes.tick_params(axis="x", length=0)
    quiet(axes)


def _labels(rows: Sequence[Class]) -> list[str]:
    """Class over multiplier; names of two words stand one over the other."""
    tall = any(" " in row.name for row in rows)
    names = [
        row.name.replace(" ", "\n") if " " in row.name else row.name + "\n" * tall for row in rows
    ]
    return [f"{name}\n× {row.multiplier}" for name, row in zip(names, rows, strict=True)]
