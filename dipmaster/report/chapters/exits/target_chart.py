"""Classes behind the dynamic target: how entries fall into them, with their multipliers."""

from collections.abc import Mapping, Sequence

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
    listed = [
        f"{title}: "
        + ", ".join(
            f"{row.name} (x {row.multiplier}) {100 * row.all_frac:.0f} per cent of candidates, "
            f"{100 * row.traded_frac:.0f} of trades"
            for row in rows
        )
        for title, rows in groups.items()
    ]
    return inline_svg(figure, "Classes of the dynamic target. " + ". ".join(listed) + ".")


def _panel(axes: Axes, title: str, rows: Sequence[Class]) -> None:
    axes.set_title(title)
    places = range(len(rows))
    for shift, shares, face, words in (
        (-0.2, [row.all_frac for row in rows], NAVY, "candidates"),
        (0.2, [row.traded_frac for row in rows], "white", "traded"),
    ):
        if not any(shares):
            continue
        axes.bar(
            [place + shift for place in places],
            [100 * share for share in shares],
            width=0.36,
            facecolor=face,
            edgecolor=NAVY,
            linewidth=0.8,
            label=words,
        )
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
