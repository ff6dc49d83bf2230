"""The four checks of the roadmap's DynamicSignalFilter.

A check whose column the market's source does not have is not applicable; a value
missing at a bar of a source that has the column fails.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from dipmaster.core.kernels import Bools, Ints
from dipmaster.core.params import Filter
from dipmaster.signal_filter.inputs import NEWS, Inputs

CHECKS: Final = ("volume", "rsi", "news", "liquidity")
SOURCES: Final = {
    "volume": "bars_since_volume_spike",
    "rsi": "rsi14",
    "news": NEWS,
    "liquidity": "liquidity_score",
}
ROUNDING = 1e-9  # .75 x 4 must demand 3, whatever binary fractions make of it


@dataclass(frozen=True)
class Checks:
    """Which checks apply to this market, and which of them each candidate passes.

    Attributes
    ----------
    applicable
        Names, in the order of `CHECKS`.
    passed
        Check to shape (candidates,), applicable ones only.
    """

    applicable: tuple[str, ...]
    passed: dict[str, Bools]

    def count(self, candidates: int) -> Ints:
        """How many checks each candidate passes."""
        total = np.zeros(candidates, dtype=np.int64)
        for name in self.applicable:
            total = total + self.passed[name]
        return total


def applicable_checks(inputs: Inputs) -> tuple[str, ...]:
    """Checks whose source the market has."""
    return tuple(name for name in CHECKS if inputs.has(SOURCES[name]))


def run_checks(inputs: Inputs, rule: str, rsi_min_v4: float, params: Filter) -> Checks:
    """Apply every check that applies.

    Parameters
    ----------
    rule, rsi_min_v4
        Of section `signal`: only the rule `dipmaster_v4` has a lower limit of RSI.
    """
    results = {
        "volume": inputs.spiked(params.volume_within_bars),
        "rsi": _rsi(inputs, rule, rsi_min_v4, params.rsi_max),
        "news": inputs.below(NEWS, params.news_max),
        "liquidity": inputs.above("liquidity_score", params.liquidity_min),
    }
    applicable = applicable_checks(inputs)
    return Checks(applicable, {name: results[name] for name in applicable})


def needed(applicable: int, share_frac: float) -> int:
    """How many of the applicable checks must pass; none of none."""
    return math.ceil(share_frac * applicable - ROUNDING)


def _rsi(inputs: Inputs, rule: str, rsi_min_v4: float, rsi_max: float) -> Bools:
    passes = inputs.at_most("rsi14", rsi_max)
    return passes & inputs.at_least("rsi14", rsi_min_v4) if rule == "dipmaster_v4" else passes
