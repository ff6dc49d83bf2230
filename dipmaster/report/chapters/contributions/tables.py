"""Contributions to tables: a row a phase and metric, and a row a phase for capital."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column, bold, verdict
from dipmaster.results.metrics import MEAN_NET_BPS, NET_RETURN, SHARPE, Metric
from dipmaster.results.outcomes import AdjustedChange, PhaseContribution, ReturnOnInvestment

METRICS = (MEAN_NET_BPS, NET_RETURN, SHARPE)


@dataclass(frozen=True)
class ContributionLine:
    """One metric of one phase."""

    contribution: PhaseContribution
    metric: Metric

    @property
    def change(self) -> AdjustedChange:
        """Of the metric."""
        change: AdjustedChange = getattr(self.contribution, self.metric.key)
        return change

    @property
    def kind(self) -> str:
        """Its number format."""
        assert self.metric.change is not None
        return self.metric.change.number_format

    @property
    def is_first(self) -> bool:
        """Whether it begins a phase."""
        return self.metric is METRICS[0]


def list_lines(contributions: Sequence[PhaseContribution]) -> list[ContributionLine]:
    """Metrics of every phase, in order."""
    return [ContributionLine(one, metric) for one in contributions for metric in METRICS]


def is_computable(contribution: PhaseContribution) -> bool:
    """Whether there is a difference in any metric; none without a trade."""
    lines = list_lines([contribution])
    return any(line.change.comparison.value is not None for line in lines)


def _phase(line: ContributionLine) -> str:
    return str(line.contribution.phase) if line.is_first else ""


def _trades(line: ContributionLine) -> str:
    if not line.is_first:
        return ""
    one = line.contribution
    return f"{numbers.count(one.trades)} / {numbers.count(one.trades_without)}"


LINES: tuple[Column[ContributionLine], ...] = (
    Column("Phase", _phase, "l"),
    Column("Trades with / without", _trades, "n"),
    Column("Metric", lambda line: line.metric.title, "l"),
    Column("Difference", lambda line: bold(numbers.show(line.change.comparison.value, line.kind)),
           "n"),
    Column("Interval", lambda line: numbers.bounds(line.change.comparison, line.kind), "n"),
    Column("p", lambda line: numbers.p_value(line.change.p_value), "n"),
    Column("p, Holm", lambda line: numbers.p_value(line.change.p_holm), "n"),
    Column("Verdict", lambda line: verdict(line.change.comparison.verdict), "l n"),
)  # fmt: skip


def list_reasons(contributions: Sequence[PhaseContribution]) -> list[str]:
    """Why nothing is concluded, each reason once."""
    reasons = [
        line.change.comparison.reason
        for line in list_lines(contributions)
        if line.change.comparison.verdict == "insufficient data"
    ]
    return list(dict.fromkeys(reasons))


def _title(one: ReturnOnInvestment) -> str:
    return f"Phase {one.phase}" if one.phase else "All phases"


def _capital(one: ReturnOnInvestment) -> str:
    known = one.capital_for_stated
    return "not reachable" if known is None else numbers.money(float(f"{known:.3g}"))


CAPITAL: tuple[Column[ReturnOnInvestment], ...] = (
    Column("", _title, "l"),
    Column("Weeks", lambda one: numbers.plain(one.weeks, 1), "n"),
    Column("Cost", lambda one: numbers.money(one.cost), "n"),
    Column("Net profit per year", lambda one: numbers.money(one.gain.value, signed=True), "n"),
    Column("Interval", lambda one: numbers.bounds(one.gain, "money"), "n"),
    Column("Stated ROI", lambda one: f"{one.stated_roi:g}:1", "n"),
    Column("Capital for the stated ROI", _capital, "n"),
)
