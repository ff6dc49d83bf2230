"""Whether there is enough data: for any verdict, and how long until there is."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics.sample import TradeSample
from dipmaster.learning.evaluation.minimum_data import Count, describe_shortage


def describe_missing_data(sample: TradeSample, gates: Gates) -> str:
    """Why the sample is too small for any verdict; empty where it is not."""
    return describe_shortage(*count_data(sample, gates))


def describe_missing_trades(trades: int, losing_trades: int, blocks: int, gates: Gates) -> str:
    """Why so many trades in so many blocks are too few for any verdict; empty where they are not.

    Parameters
    ----------
    losing_trades, blocks
        How many of the trades lost, and calendar blocks with trades.
    """
    return describe_shortage(*_count_trades(trades, losing_trades, blocks, gates))


def count_data(sample: TradeSample, gates: Gates) -> tuple[Count, ...]:
    """Trades, losing trades and blocks of a sample beside what any verdict needs."""
    return _count_trades(sample.trades, sample.losing_trades, sample.blocks_with_trades, gates)


def _count_trades(trades: int, losing: int, blocks: int, gates: Gates) -> tuple[Count, ...]:
    return (
        (trades, gates.min_trades, "trades"),
        (losing, gates.min_losing_trades, "losing trades"),
        (blocks, gates.blocks_needed, "blocks with trades"),
    )


@dataclass(frozen=True)
class DecisionTime:
    """Calendar days more until a decision; None where they cannot be computed, and why."""

    days: int | None
    reason: str = ""


DECIDED = DecisionTime(0)


def project_count(count: Count, days: int) -> DecisionTime:
    """Days until a count reaches what is needed if it grows as in the `days` so far."""
    have, need, what = count
    if have >= need:
        return DECIDED
    if not have:
        return DecisionTime(None, f"no {what} so far")
    return DecisionTime(math.ceil((need - have) * days / have))


def find_longest(times: Iterable[DecisionTime]) -> DecisionTime:
    """The longest of several; None, with all reasons, where one of them is None."""
    listed = tuple(times)
    reasons = dict.fromkeys(one.reason for one in listed if one.days is None)
    if reasons:
        return DecisionTime(None, "; ".join(reasons))
    return DecisionTime(max((one.days or 0 for one in listed), default=0))
