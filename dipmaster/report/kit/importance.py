"""Permutation importance: how much AUC is lost when one feature is shuffled."""

from collections.abc import Sequence

from markupsafe import Markup

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import GREY, NAVY, gain_or_loss, inline_svg, list_rows, new_figure
from dipmaster.results.common import PermutationImportance

SHOWN = 15
UNITS = ("_daily_frac", "_frac")


def bars(rows: Sequence[PermutationImportance], row_mm: float = 4.3) -> Markup | str:
    """The features whose shuffling costs most, with one standard deviation; none without a row.

    Parameters
    ----------
    row_mm
        Height that a feature takes.
    """
    top = rows[:SHOWN]
    if not top:
        return ""
    figure = new_figure(10 + row_mm * len(top))
    axes = figure.subplots()
    for place, row in enumerate(top):
        loss, sd = 100 * row.auc_loss, 100 * row.auc_loss_sd
        axes.barh(place, loss, height=0.6, **gain_or_loss(loss < 0))
        colour = GREY if loss >= 0 else NAVY
        axes.plot([loss - sd, loss + sd], [place, place], color=colour, linewidth=1.1)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_xlabel("points of AUC lost when the feature is shuffled; hatched: none is lost")
    list_rows(axes, [_named(row.feature) for row in top])
    listed = "; ".join(f"{row.feature} {numbers.plain(100 * row.auc_loss, 2)}" for row in top)
    return inline_svg(figure, f"Permutation importance: {listed}")


def _named(feature: str) -> str:
    """The column's name without its unit."""
    for unit in UNITS:
        feature = feature.removesuffix(unit)
    return numbers.spaced(feature)
