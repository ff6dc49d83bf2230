"""Parts of every phase, and every phase without parts of it."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import crossed
from dipmaster.report.kit.table import Column, Table
from dipmaster.results.sensitivity import PhaseSubsets, Removal, SubsetRow

ROW_COLUMNS: Sequence[Column[SubsetRow]] = (
    Column("trades", lambda row: numbers.count(row.trades)),
    Column("net", lambda row: numbers.money(row.net_pnl, signed=True)),
    Column("win rate", lambda row: numbers.estimate(row.win_rate, "percent")),
    Column("profit factor", lambda row: numbers.estimate(row.profit_factor, "ratio")),
)
REMOVAL_COLUMNS: Sequence[Column[Removal]] = (
    Column("net return", lambda one: numbers.percent(one.performance.net_return_frac, 2)),
    Column("profit factor", lambda one: numbers.ratio(one.performance.profit_factor)),
    Column("Sharpe", lambda one: numbers.ratio(one.performance.sharpe)),
)


def by_group(phases: Sequence[PhaseSubsets]) -> Table:
    """Coins, years and regimes, a line each."""
    return crossed("Part", ROW_COLUMNS, {one.phase: _rows(one) for one in phases})


def without(phases: Sequence[PhaseSubsets]) -> Table:
    """Without each coin, and without the best day and month of each phase."""
    return crossed("Without", REMOVAL_COLUMNS, {one.phase: _removals(one) for one in phases})


def _rows(one: PhaseSubsets) -> dict[str, SubsetRow]:
    named = {f"Regime {row.name}": row for row in one.by_regime}
    return {row.name: row for row in (*one.by_coin, *one.by_year)} | named


def _removals(one: PhaseSubsets) -> dict[str, Removal]:
    return {
        removal.name if removal.kind == "coin" else f"Best {removal.kind}": removal
        for removal in one.without
    }
