"""How often each exit type was taken, those never taken too."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.exit_types import name_exit_type
from dipmaster.report.kit.table import Column
from dipmaster.results.evaluation.exit_rules import ExitRuleUse


def rows(uses: Sequence[ExitRuleUse]) -> list[ExitRuleUse]:
    """Every rule; data that end are no rule: a row only where that closed a trade."""
    return [row for row in uses if row.fills or row.rule != "end_of_data"]


def name_of(row: ExitRuleUse) -> str:
    """In print."""
    return name_exit_type(row.rule)


COLUMNS: tuple[Column[ExitRuleUse], ...] = (
    Column("Exit type", name_of, "l"),
    Column("Status", lambda row: "on" if row.on else "off", "l"),
    Column("Sales", lambda row: numbers.count(row.fills)),
    Column("Share of trades", lambda row: numbers.percent(row.trades_frac)),
    Column("Win rate", lambda row: numbers.percent(row.win_rate)),
    Column("Net result", lambda row: numbers.money(row.net_pnl, signed=True)),
    Column("Mean net", lambda row: numbers.bps(row.mean_net_bps)),
    Column("Mean exit score", lambda row: numbers.ratio(row.mean_confidence)),
)
