"""Ablation: the phase with one component of the size replaced."""

from collections.abc import Sequence

from dipmaster.report.chapters.sizing.components import name
from dipmaster.report.kit import numbers
from dipmaster.report.kit.comparison import PLAIN, UNSETTLED
from dipmaster.report.kit.table import Column, figure, verdict
from dipmaster.results.common import Comparison
from dipmaster.results.evaluation.sizing import SizingAblation

EFFECTS = {"better": "harmful", "worse": "beneficial"} | {one: one for one in UNSETTLED}
NO_EFFECT = "no effect"


def effect_of(row: SizingAblation) -> str:
    """Of the component itself, by the Sharpe ratio: the opposite of what replacing it does."""
    change = row.change.sharpe
    if change.value is None:
        return numbers.MISSING
    if not any((change.value, change.low, change.high)):
        return NO_EFFECT
    return EFFECTS[change.verdict]


def judged(rows: Sequence[SizingAblation]) -> list[SizingAblation]:
    """Those of which something can be computed."""
    return [row for row in rows if row.change.sharpe.value is not None]


def reasons(rows: Sequence[SizingAblation]) -> list[str]:
    """Why effects are inconclusive or missing, each reason once; the plain one needs no words."""
    every = [
        row.change.sharpe.reason for row in rows if effect_of(row) in (*UNSETTLED, numbers.MISSING)
    ]
    return [why for why in dict.fromkeys(every) if why not in ("", PLAIN)]


def _change(found: Comparison, kind: str) -> str:
    return figure(found.value, found, kind)


COLUMNS: tuple[Column[SizingAblation], ...] = (
    Column("Component", lambda row: name(row.component), "l"),
    Column("Replaced by", lambda row: row.replaced_by, "l"),
    Column("Trades", lambda row: numbers.count(row.trades)),
    Column("Mean size", lambda row: numbers.percent(row.mean_weight_frac, 2), "n"),
    Column("Sharpe", lambda row: numbers.ratio(row.sharpe), "n"),
    Column("Change of Sharpe", lambda row: _change(row.change.sharpe, "signed"), "n"),
    Column("Net return", lambda row: numbers.percent(row.net_return, 2, signed=True), "n"),
    Column("Max drawdown", lambda row: numbers.percent(row.max_drawdown, 2), "n"),
    Column("Effect", lambda row: verdict(effect_of(row)), "l n"),
)
