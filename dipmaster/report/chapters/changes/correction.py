"""Changes of a phase after Holm's correction over the phases, for the figures that have one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from markupsafe import Markup

from dipmaster.report.kit import numbers
from dipmaster.report.kit.comparison import Change, Contribution, verdict_of
from dipmaster.report.kit.table import stacked
from dipmaster.results.metrics import MEAN_NET_BPS, NET_RETURN, SHARPE
from dipmaster.results.outcomes import AdjustedChange, PhaseContribution

Adjusted = Mapping[str, AdjustedChange]
CORRECTED = (MEAN_NET_BPS, NET_RETURN, SHARPE)


def find_adjusted(added: Sequence[PhaseContribution], number: int) -> Adjusted:
    """Corrected changes of a phase by the key of the metric; empty where it was not compared."""
    of_phase = (one for one in added if one.phase == number)
    return {metric.key: getattr(one, metric.key) for one in of_phase for metric in CORRECTED}


def correct(contribution: Contribution, adjusted: Adjusted) -> Contribution:
    """Better and worse only where they are so after the correction; figures stay."""
    return replace(contribution, changes=[_correct(row, adjusted) for row in contribution.changes])


def _correct(row: Change, adjusted: Adjusted) -> Change:
    if row.metric.key not in adjusted or row.verdict not in ("better", "worse"):
        return row
    after = adjusted[row.metric.key].comparison
    if after.verdict != "inconclusive":
        return row
    return replace(
        row, comparison=replace(row.comparison, verdict=after.verdict, reason=after.reason)
    )


def show_verdict(row: Change, adjusted: Adjusted) -> Markup:
    """The verdict, and below it p alone and after the correction where there is a test."""
    change = adjusted.get(row.metric.key)
    if change is None or change.p_value is None:
        return verdict_of(row)
    p, holm = (numbers.p_value(one) for one in (change.p_value, change.p_holm))
    return stacked(verdict_of(row), f"p {p}, Holm {holm}")
