"""Every phase at every starting capital: lines of a table with the phases as columns."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import Line
from dipmaster.report.kit.table import stacked
from dipmaster.results.sensitivity import PhaseCapacity


def lines(phases: Sequence[PhaseCapacity]) -> Sequence[Line[PhaseCapacity]]:
    """Net return, Sharpe and impact at each capital, then where nothing is left."""
    capitals = [point.capital for point in phases[0].points]
    return [
        *(_at(place, capital) for place, capital in enumerate(capitals)),
        ("Capital at zero net profit", lambda one: numbers.money(one.zero_capital)),
    ]


def _at(place: int, capital: float) -> Line[PhaseCapacity]:
    def show(one: PhaseCapacity) -> str:
        point = one.points[place]
        net = numbers.bare(numbers.percent(point.performance.net_return_frac, 2), "percent")
        impact = numbers.plain(point.mean_impact_bps, 1)
        return stacked(net, f"{numbers.ratio(point.performance.sharpe)} / {impact}")

    return numbers.money(capital), show


def list_reasons(phases: Sequence[PhaseCapacity]) -> list[str]:
    """Why a phase has no such capital or no figures."""
    return [f"phase {one.phase}: {one.reason}" for one in phases if one.reason]
