"""How the line of a phase looks where several share one chart: told apart in grey print too."""

from collections.abc import Mapping
from typing import Any

from dipmaster.report.kit.drawing import AGREEMENT, BRICK, DASHED, GREY, NAVY, STEEL

_LOOKS: tuple[Mapping[str, Any], ...] = (
    {"color": GREY, "linestyle": "-", "marker": "o"},
    {"color": STEEL, "linestyle": DASHED, "marker": "s"},
    {"color": BRICK, "linestyle": AGREEMENT, "marker": "^"},
    {"color": STEEL, "linestyle": "-", "marker": "D"},
    {"color": NAVY, "linestyle": "-", "marker": "v"},
)


def phase_line(number: int) -> dict[str, Any]:
    """Style and label of a phase's line, the same in every chart."""
    look = _LOOKS[number % len(_LOOKS)]
    return {**look, "label": f"phase {number}", "linewidth": 1.1, "markersize": 3}
