"""Whether there is enough data: for any verdict."""

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics.sample import TradeSample


def describe_missing_data(sample: TradeSample, gates: Gates) -> str:
    """Why the sample is too small for any verdict; empty where it is not."""
    minimums = (
        (sample.trades, gates.min_trades, "trades"),
        (sample.losing_trades, gates.min_losing_trades, "losing trades"),
        (sample.blocks_with_trades, gates.min_blocks, "blocks with trades"),
    )
    lacking = [f"{have} of {need} {what}" for have, need, what in minimums if have < need]
    return "insufficient: " + ", ".join(lacking) if lacking else ""
