"""Parts of every phase, and every phase without parts of it: a line a part, a column a phase."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import widths
from dipmaster.report.kit.table import Column, Table, stacked, table
from dipmaster.results.sensitivity import PhaseSubsets, Removal, SubsetRow

Row = TypeVar("Row")
Named = Mapping[str, Row]


def by_group(phases: Sequence[PhaseSubsets]) -> Table:
    """Coins, years and regimes: trades, net, win rate, profit factor."""
    return _tabulate("Part", {one.phase: _rows(one) for one in phases}, _show_row)


def without(phases: Sequence[PhaseSubsets]) -> Table:
    """Without each coin, and without the best day and month of each phase."""
    return _tabulate("Without", {one.phase: _removals(one) for one in phases}, _show_removal)


def _rows(one: PhaseSubsets) -> Named[SubsetRow]:
    regimes = {f"Regime {row.name}": row for row in one.by_regime}
    return {row.name: row for row in (*one.by_coin, *one.by_year)} | regimes


def _removals(one: PhaseSubsets) -> Named[Removal]:
    return {
        removal.name if removal.kind == "coin" else f"Best {removal.kind}": removal
        for removal in one.without
    }


def _show_row(row: SubsetRow) -> str:
    net = f"{numbers.money(row.net_pnl, signed=True)} ({numbers.count(row.trades)})"
    win_rate = numbers.bare(numbers.percent(row.win_rate.value, 0), "percent")
    return stacked(net, f"{win_rate} / {numbers.ratio(row.profit_factor.value)}")


def _show_removal(one: Removal) -> str:
    figures = one.performance
    net = numbers.bare(numbers.percent(figures.net_return_frac, 2), "percent")
    ratios = f"{numbers.ratio(figures.profit_factor)} / {numbers.ratio(figures.sharpe)}"
    return stacked(net, ratios)


def _tabulate(heading: str, phases: Mapping[int, Named[Row]], show: Callable[[Row], str]) -> Table:
    """A line a name, a column a phase; a dash where the phase has none."""
    name_width, width = widths(len(phases), least=12.0, most=26.0)

    def phase(number: int) -> Column[str]:
        def cell(name: str) -> str:
            row = phases[number].get(name)
            return numbers.MISSING if row is None else show(row)

        return Column(f"Phase{numbers.NBSP}{number}", cell, "", width)

    names = dict.fromkeys(name for rows in phases.values() for name in rows)
    first: Column[str] = Column(heading, lambda name: name, "l", name_width)
    return table([first, *map(phase, phases)], names, "data phases crossed")
