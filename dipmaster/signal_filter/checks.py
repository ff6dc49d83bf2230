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
from dipmaster.signal_filter.inputs import NEWS_COLUMN, CandidateInputs

CHECKS: Final = ("volume", "rsi", "news", "liquidity")
CHECK_COLUMNS: Final = {
    "volume": "bars_since_volume_spike",
    "rsi": "rsi14",
    "news": NEWS_COLUMN,
    "liquidity": "liquidity_score",
}
ROUNDING = 1e-9  # .75 x 4 must demand 3, whatever binary fractions make of it


@dataclass(frozen=True)
class CheckResults:
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


def list_applicable_checks(inputs: CandidateInputs) -> tuple[str, ...]:
    """Checks whose source the market has."""
    return tuple(name for name in CHECKS if inputs.has(CHECK_COLUMNS[name]))


def run_checks(
    inputs: CandidateInputs, rule: str, rsi_min_v4: float, params: Filter
) -> CheckResults:
    """Apply every check that applies.

    Parameters
    ----------
    rule, rsi_min_v4
        Of section `signal`: only the rule `dipmaster_v4` has a lower limit of RSI.
    """
    results = {
        "volume": inputs.has_volume_spike(params.volume_within_bars),
        "rsi": _check_rsi(inputs, rule, rsi_min_v4, params.rsi_max),
        "news": inputs.below(NEWS_COLUMN, params.news_max),
        "liquidity": inputs.above("liquidity_score", params.liquidity_min),
    }
    applicable = list_applicable_checks(inputs)
    return CheckResults(applicable, {name: results[name] for name in applicable})


def required_passes(applicable: int, share_frac: float) -> int:
    """How many of the applicable checks must pass; none of none."""
    return math.ceil(share_frac * applicable - ROUNDING)


def _check_rsi(inputs: CandidateInputs, rule: str, rsi_min_v4: float, rsi_max: float) -> Bools:
    passes = inputs.at_most("rsi14", rsi_max)
    return passes & inputs.at_least("rsi14", rsi_min_v4) if rule == "dipmaster_v4" else passes
