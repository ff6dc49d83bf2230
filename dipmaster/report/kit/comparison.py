"""What changed between two sets of trades, paired: figures, their table and sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.numbers import Estimated
from dipmaster.report.kit.table import Column
from dipmaster.results.common import Comparison, FactorComparison
from dipmaster.results.metrics import (
    MAX_DRAWDOWN,
    METRICS,
    NET_RETURN,
    SHARPE,
    Metric,
    MetricChange,
)

IN_HUNDREDTHS = (MAX_DRAWDOWN.key, NET_RETURN.key)
"""Of an account that is hardly invested: to a tenth of a per cent phases would look alike."""
UNSETTLED = ("inconclusive", "insufficient data")
PLAIN = "the confidence interval contains zero"
"""The reason that needs no words."""


@dataclass(frozen=True)
class Change:
    """One figure under both, and the difference.

    Attributes
    ----------
    before, after
        The figure in print.
    """

    metric: Metric
    before: str
    after: str
    comparison: Comparison

    @property
    def shown(self) -> MetricChange:
        """How the difference is shown."""
        assert self.metric.change is not None
        return self.metric.change

    @property
    def estimate(self) -> Estimated:
        """Value and bounds as they are printed; a profit factor's is a ratio of the two."""
        comparison = self.comparison
        return comparison.ratio if isinstance(comparison, FactorComparison) else comparison

    @property
    def difference(self) -> str:
        """The difference in print."""
        return numbers.show(self.estimate.value, self._number_format)

    @property
    def bounds(self) -> str:
        """Its bounds in print."""
        return numbers.bounds(self.estimate, self._number_format)

    @property
    def _number_format(self) -> str:
        return refine(self.metric, self.shown.number_format)

    @property
    def verdict(self) -> str:
        """More of something that is neither better nor worse has none."""
        return self.comparison.verdict if self.metric.direction else "for information"

    @property
    def reason(self) -> str:
        """Why it is neither better nor worse, where it is judged at all."""
        return self.comparison.reason if self.verdict in UNSETTLED else ""

    @property
    def name(self) -> str:
        """Within a sentence."""
        return in_sentence(self.metric)


def changes(
    found: Mapping[str, Comparison], before: Mapping[str, str], after: Mapping[str, str]
) -> list[Change]:
    """A change a metric, in the order of `found`; all three are by the metric's key."""
    return [
        Change(METRICS[key], before[key], after[key], comparison)
        for key, comparison in found.items()
    ]


def refine(metric: Metric, number_format: str) -> str:
    """The format of a figure, or of its change, where two phases are compared."""
    return f"{number_format}_2" if metric.key in IN_HUNDREDTHS else number_format


def in_sentence(metric: Metric) -> str:
    """A metric's name within a sentence."""
    return metric.title if metric is SHARPE else metric.title.lower()


def columns(heading: str, before: str, after: str) -> tuple[Column[Change], ...]:
    """Columns of a table of changes, headed by what is compared."""
    return (
        Column(heading, lambda row: row.metric.title, "l"),
        Column(before, lambda row: row.before, "n"),
        Column(after, lambda row: row.after, "n"),
        Column("Difference", lambda row: table.bold(row.difference), "n"),
        Column("Interval", lambda row: row.bounds, "n"),
        Column("Verdict", verdict_of, "l n"),
    )


def verdict_of(row: Change) -> Markup:
    """The verdict with its mark."""
    return table.verdict(_in_print(row.verdict))


def _in_print(verdict: str) -> str:
    """Too little data is no verdict and is printed as gates print it."""
    return verdict.upper() if verdict == "insufficient data" else verdict


@dataclass(frozen=True)
class Contribution:
    """What a phase changed against the one before.

    Attributes
    ----------
    traded
        Whether it opened anything.
    changes
        All figures, in print order.
    """

    number: int
    baseline_phase: int
    traded: bool
    changes: Sequence[Change]

    @property
    def is_one_reason(self) -> bool:
        """Whether no figure is better or worse, all for one reason."""
        judged = [row for row in self.changes if row.metric.direction]
        return [len(names) for names in self.names_by_reason.values()] == [len(judged)]

    @property
    def heading_by_reason(self) -> dict[str, str]:
        """Each reason with the verdict that it explains."""
        return {
            row.reason: _in_print(row.verdict).capitalize() for row in self.changes if row.reason
        }

    @property
    def names_by_reason(self) -> dict[str, list[str]]:
        """Why differences are neither better nor worse, each reason once with its figures."""
        names: dict[str, list[str]] = {}
        for row in self.changes:
            if row.reason:
                names.setdefault(row.reason, []).append(row.name)
        return names
