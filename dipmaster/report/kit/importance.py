"""Permutation importance: how much AUC is lost when one feature is permuted."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    BRICK,
    GREY,
    gain_or_loss,
    inline_svg,
    list_rows,
    new_figure,
)
from dipmaster.report.kit.feature_names import name_feature
from dipmaster.results.common import PermutationImportance

SHOWN = 15
WHISKER: dict[str, Any] = {
    "ecolor": BRICK,
    "elinewidth": 1.3,
    "capsize": 2.2,
    "capthick": 1.1,
    "fmt": "none",
}


def bars(rows: Sequence[PermutationImportance], row_mm: float = 4.3) -> Markup | str:
    """The most important features, with one standard deviation; none without a row.

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
        axes.errorbar(loss, place, xerr=sd, **WHISKER)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_xlabel("loss of AUC when the feature is permuted, points; hatched: no loss")
    list_rows(axes, [name_feature(row.feature) for row in top])
    listed = "; ".join(
        f"{name_feature(row.feature)} {numbers.plain(100 * row.auc_loss, 2)}" for row in top
    )
    return inline_svg(figure, f"Permutation importance: {listed}")
