"""What each feed contributes: what shuffling it costs, which trades it gained and lost."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.evidence_names import ALL_FEEDS, name_feed
from dipmaster.report.kit.table import Column
from dipmaster.results.altdata import FeedPermutation
from dipmaster.results.evaluation.alternative_data import FeedTrades, MovedTrades


@dataclass(frozen=True)
class FeedContribution:
    """One feed, or all of them together.

    Attributes
    ----------
    permutation
        None where nothing was shuffled.
    """

    feed: str
    trades: FeedTrades
    permutation: FeedPermutation | None


def contributions(inputs: ReportInputs) -> list[FeedContribution]:
    """Every feed, then all of them."""
    figures = inputs.validation.evidence
    shuffled = {one.feed: one for one in inputs.alternative_data.permutations}
    trades = {**figures.by_feed, ALL_FEEDS: FeedTrades(gained=figures.gained, lost=figures.lost)}
    return [FeedContribution(feed, one, shuffled.get(feed)) for feed, one in trades.items()]


def _candidates(one: FeedContribution) -> str:
    return numbers.count(one.permutation.candidates if one.permutation else None)


def _loss_rise(one: FeedContribution) -> str:
    rise = one.permutation.loss_rise if one.permutation else None
    return numbers.plain(rise, 4, signed=True)


def _p_value(one: FeedContribution) -> str:
    return numbers.p_value(one.permutation.p_value if one.permutation else None)


def _trades(moved: MovedTrades) -> str:
    """Number, and what they returned on average."""
    net = f" ({numbers.bps(moved.mean_net_bps)})" if moved.mean_net_bps is not None else ""
    return f"{numbers.count(moved.n)}{net}"


COLUMNS: Sequence[Column[FeedContribution]] = (
    Column("Feed", lambda one: numbers.capital(name_feed(one.feed)), "l"),
    Column("Candidates with data", _candidates, "n"),
    Column("Rise of log loss if shuffled", _loss_rise, "n"),
    Column("p", _p_value, "n"),
    Column("Trades gained (mean net)", lambda one: _trades(one.trades.gained), "n"),
    Column("Trades lost (mean net)", lambda one: _trades(one.trades.lost), "n"),
)
