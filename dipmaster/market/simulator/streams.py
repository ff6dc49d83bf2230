"""Names to random generators: one stream a purpose and symbol, never shared.

A stream's key is (place of its name in `STREAMS`, symbol), so the path of one
never depends on how many numbers another has used: turning a dial, adding a
coin or adding days leaves all other draws as they were.
"""

from typing import Final

import numpy as np

MARKET: Final = 0  # symbol key of what all coins share; coins count from 1

# The order is part of the seed: append, never insert.
STREAMS: Final = (
    "regime",
    "market_logvol",
    "episodes",
    "factor",
    "factor_tail",
    "common_jumps",
    "character",
    "spells",
    "slow_logvol",
    "fast_logvol",
    "flicker",
    "innovations",
    "tail",
    "jumps",
    "volume",
    "volume_memory",
    "trades",
    "taker",
    "order_book",
    "depth",
    "on_chain",
    "whales",
    "publication",
    "sentiment",
    "mentions",
)


def random_stream(seed: int, name: str, symbol: int = MARKET) -> np.random.Generator:
    """Generator of one named stream of one symbol.

    Parameters
    ----------
    seed
        Root of all streams.
    name
        One of `STREAMS`.
    symbol
        0 for the market, 1, 2 ... for the coins.
    """
    key = (STREAMS.index(name), symbol)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
