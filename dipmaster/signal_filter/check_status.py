"""Status of a check before any candidate is seen: applicable, implied by the rule."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from dipmaster.core.params import Filter, Signal
from dipmaster.signal_filter.checks import CHECKS, list_applicable_checks
from dipmaster.signal_filter.inputs import CandidateInputs

# Of volume_spike_20 in table FEATURES: volume > 1.5 x its mean over 20 bars, itself included.
SPIKE_MULTIPLE: Final = 1.5
SPIKE_BARS: Final = 20

_NO_SOURCE: Final = {
    "volume": "no coin's source has volume",
    "rsi": "the source has no closing prices to take RSI14 from",
    "news": "there is no source of news before the alternative-data phase",
    "liquidity": "no coin's source has volume",
}


@dataclass(frozen=True)
class CheckStatus:
    """One check on this market under this rule.

    Attributes
    ----------
    implied
        Every candidate of the rule passes it by construction, so it decides nothing.
    reason
        Why it is not applicable, implied or not implied.
    """

    check: str
    applicable: bool
    implied: bool
    reason: str


def assess_checks(
    signal: Signal,
    filter: Filter,
    inputs: pd.DataFrame,
    absent: frozenset[str] = frozenset(),
) -> tuple[CheckStatus, ...]:
    """Status of every check, in the order of `CHECKS`.

    Parameters
    ----------
    inputs, absent
        As for `filter_signals`.
    """
    applicable = list_applicable_checks(CandidateInputs(inputs, absent))
    assessments = {
        "volume": _assess_volume(signal),
        "rsi": _assess_rsi(signal, filter),
        "news": (False, "the rule does not look at news"),
        "liquidity": (False, "the rule does not look at liquidity"),
    }
    return tuple(
        CheckStatus(name, True, *assessments[name])
        if name in applicable
        else CheckStatus(name, False, False, _NO_SOURCE[name])
        for name in CHECKS
    )


def _assess_volume(signal: Signal) -> tuple[bool, str]:
    """The rule holds volume v to the mean of the 20 bars BEFORE, the spike to its own 20.

    v > 1.5 (s + v) / 20 with s the 19 bars before is v > 1.5 / 18.5 s; the rule gives
    v >= m (s + one bar more) / 20. So the rule implies a spike where m > 1.5 x 20 / 18.5.
    """
    if signal.rule == "capitulation":
        return False, "the rule asks for no volume"
    implied_multiple = SPIKE_MULTIPLE * SPIKE_BARS / (SPIKE_BARS - SPIKE_MULTIPLE)
    comparison = f"{signal.volume_multiple:g} times, {implied_multiple:.2f} needed"
    if signal.volume_multiple > implied_multiple:
        return True, f"implied by the rule: multiple of the usual volume {comparison}"
    return False, (
        "almost implied by the rule: the check's average includes the current bar, so a bar just "
        f"above the rule's multiple of the usual volume can fail ({comparison})"
    )


def _assess_rsi(signal: Signal, params: Filter) -> tuple[bool, str]:
    if signal.rule == "capitulation":
        return False, "the rule asks for no RSI"
    comparison = f"RSI at most {signal.rsi_max:g} in the rule, {params.rsi_max:g} in the check"
    if signal.rsi_max <= params.rsi_max:
        return True, f"implied by the rule: {comparison}"
    return False, f"the filter is stricter than the rule: {comparison}"
