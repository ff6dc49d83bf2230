"""Account paths over the window, with risk controls and without, a panel a scenario."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import BRICK, DASHED, GREY, NAVY, STEEL, inline_svg, new_figure
from dipmaster.report.kit.scenario_names import name_scenario
from dipmaster.results.stress import StressFan

HEIGHT_MM = 42


def draw(fans: Sequence[StressFan]) -> Markup:
    """Band, median and worst path with risk controls, worst path without.

    Parameters
    ----------
    fans
        At least one scenario, each with and without risk controls.
    """
    scenarios = list(dict.fromkeys(fan.scenario for fan in fans))
    figure = new_figure(HEIGHT_MM)
    panels = figure.subplots(1, len(scenarios), squeeze=False)[0]
    for axes, scenario in zip(panels, scenarios, strict=True):
        _panel(axes, [fan for fan in fans if fan.scenario == scenario])
        axes.set_title(name_scenario(scenario), fontsize=7.5, pad=3)
        axes.set_xlabel("hours from the shock")
    panels[0].set_ylabel("per cent of equity")
    shown = panels[0].get_legend_handles_labels()
    figure.legend(*shown, loc="outside lower center", ncols=4, fontsize=6.4, frameon=False)
    return inline_svg(figure, f"Equity after the shock. {'; '.join(map(_describe, fans))}.")


def _panel(axes: Axes, fans: Sequence[StressFan]) -> None:
    for fan in fans:
        hours, worst = np.array(fan.hours), 100.0 * np.array(fan.worst)
        if fan.controls:
            low, median, high = (100.0 * np.array(one) for one in (fan.low, fan.median, fan.high))
            axes.fill_between(
                hours, low, high, color=STEEL, alpha=0.5, linewidth=0, label="5 to 95 %"
            )
            axes.plot(hours, median, color=NAVY, linewidth=1.1, label="median")
            axes.plot(hours, worst, color=NAVY, linewidth=0.8, linestyle=DASHED, label="worst")
        else:
            label = "worst, without controls"
            axes.plot(hours, worst, color=BRICK, linewidth=0.8, linestyle=DASHED, label=label)
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_locator(MaxNLocator(5))


def _describe(fan: StressFan) -> str:
    controls = "with" if fan.controls else "without"
    median, worst = (numbers.percent(path[-1], 2) for path in (fan.median, fan.worst))
    return (
        f"{name_scenario(fan.scenario)} {controls} risk controls, {numbers.count(fan.runs)} "
        f"windows: median {median} at the end, worst {worst}"
    )
