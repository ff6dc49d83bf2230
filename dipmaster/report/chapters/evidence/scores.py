"""The confidence of phase 4 against that of phase 1, feed by feed and lag by lag."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.evidence_names import name_feed
from dipmaster.report.kit.table import Column, Table
from dipmaster.results.altdata import FeedPermutation, InformationCoefficient, ScoreComparison
from dipmaster.results.common import Interval
from dipmaster.results.confidence.record import ModelFigures


@dataclass(frozen=True)
class ScoreRow:
    """One figure of either confidence, or of their difference; None where it has none."""

    name: str
    before: Interval | None
    after: Interval | None
    difference: Interval | None = None
    digits: int = 5


def score_rows(found: ScoreComparison, slope_before: Interval | None) -> list[ScoreRow]:
    """Log loss with its improvement, AUC, calibration.

    Parameters
    ----------
    slope_before
        Of phase 1's calibration line on the same candidates; None where it was not computed.
    """
    return [
        ScoreRow("Log loss", found.log_loss_phase_1, found.log_loss, found.improvement),
        ScoreRow("AUC", found.auc_phase_1, found.auc, None, 3),
        ScoreRow("Calibration slope", slope_before, found.slope, None, 2),
    ]


def find_slope_before(found: ScoreComparison, confidence: ModelFigures | None) -> Interval | None:
    """The slope of phase 1, where it was computed on the very candidates compared here."""
    if confidence is None:
        return None
    is_same = confidence.n == found.n and confidence.auc.value == found.auc_phase_1.value
    return confidence.slope if is_same else None


def _cell(found: Interval | None, digits: int, *, signed: bool = False) -> str:
    """A value over its bounds."""
    if found is None:
        return numbers.MISSING
    value = numbers.plain(found.value, digits, signed=signed)
    if found.low is None or found.high is None:
        return table.stacked(value, "")
    low, high = (numbers.plain(one, digits, signed=signed) for one in (found.low, found.high))
    return table.stacked(value, numbers.pair(low, high))


SCORES: Sequence[Column[ScoreRow]] = (
    Column("Figure", lambda one: one.name, "l"),
    Column("Phase 1", lambda one: _cell(one.before, one.digits), "n"),
    Column("Phase 4", lambda one: _cell(one.after, one.digits), "n"),
    Column("Improvement", lambda one: _cell(one.difference, one.digits, signed=True), "n"),
)
PERMUTATIONS: Sequence[Column[FeedPermutation]] = (
    Column("Feed", lambda one: numbers.capital(name_feed(one.feed)), "l"),
    Column("Candidates with data", lambda one: numbers.count(one.candidates), "n"),
    Column("Shuffles", lambda one: numbers.count(one.permutations), "n"),
    Column("Rise of log loss", lambda one: numbers.plain(one.loss_rise, 4, signed=True), "n"),
    Column("p", lambda one: numbers.p_value(one.p_value), "n"),
)


@dataclass(frozen=True)
class LaggedInput:
    """One input with its coefficient at each lag."""

    name: str
    feed: str
    by_lag: Sequence[InformationCoefficient | None]


def tabulate_lags(rows: Sequence[InformationCoefficient]) -> Table | None:
    """A line an input, a column a lag; None without one."""
    if not rows:
        return None
    lags = sorted({one.lag_minutes for one in rows})
    by_input = {(one.input, one.lag_minutes): one for one in rows}
    inputs = [
        LaggedInput(name, feed, [by_input.get((name, lag)) for lag in lags])
        for name, feed in dict.fromkeys((one.input, one.feed) for one in rows)
    ]

    def lag_column(place: int, lag: int) -> Column[LaggedInput]:
        return Column(f"Lag {numbers.minutes(lag)}", lambda row: _coefficient(row, place), "n")

    first: tuple[Column[LaggedInput], ...] = (
        Column("Input", lambda row: numbers.capital(numbers.spaced(row.name)), "l"),
        Column("Feed", lambda row: name_feed(row.feed), "l"),
    )
    return table.table([*first, *(lag_column(*one) for one in enumerate(lags))], inputs)


def _coefficient(row: LaggedInput, place: int) -> str:
    one = row.by_lag[place]
    return _cell(one.coefficient if one else None, 3, signed=True)
