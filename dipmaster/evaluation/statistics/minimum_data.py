"""Whether there is enough data: for any verdict."""

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics.sample import TradeSample
from dipmaster.learning.evaluation.minimum_data import describe_shortage


def describe_missing_data(sample: TradeSample, gates: Gates) -> str:
    """Why the sample is too small for any verdict; empty where it is not."""
    return describe_missing_trades(
        sample.trades, sample.losing_trades, sample.blocks_with_trades, gates
    )


def describe_missing_trades(trades: int, losing_trades: int, blocks: int, gates: Gates) -> str:
    """Why so many trades in so many blocks are too few for any verdict; empty where they are not.

    Parameters
    ----------
    losing_trades, blocks
        How many of the trades lost, and calendar blocks with trades.
    """
    return describe_shortage(
        (trades, gates.min_trades, "trades"),
        (losing_trades, gates.min_losing_trades, "losing trades"),
        (blocks, gates.blocks_needed, "blocks with trades"),
    )
