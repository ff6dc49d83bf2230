"""Candidates step by step to trades; shares are of those whose baseline trade took place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """What is left after a step and all before it.

    Attributes
    ----------
    on
        Whether the step is in use; one that is off removes nothing.
    left, labelled, wins
        Candidates; those of them whose baseline trade took place; those that won.
    precision, low, high
        Share of winners with bounds; None where none is left, with the `reason`.
    mean_net_bps
        Of the baseline trades; None where none is left.
    """

    step: str
    on: bool
    left: int
    labelled: int
    wins: int
    precision: float | None
    low: float | None
    high: float | None
    reason: str
    mean_net_bps: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAlone:
    """A step applied to all candidates out of sample, on or off.

    Attributes
    ----------
    passes, of
        Candidates that pass, of so many.
    precision, precision_of_rest
        Share of winners among those that pass and those that do not; None without any.
    recall
        Share of the winners that pass; None without a winner.
    """

    step: str
    passes: int
    of: int
    precision: float | None
    precision_of_rest: float | None
    recall: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAlone:
    """One check of the filter, as `StepAlone`; all figures None where it is not applicable.

    Attributes
    ----------
    implied
        Every candidate passes it by construction.
    reason
        Why it is not applicable, implied or not implied.
    """

    check: str
    applicable: bool
    implied: bool
    reason: str
    passes: int | None
    of: int | None
    precision: float | None
    precision_of_rest: float | None
    recall: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationSign:
    """One confirmation signal, as `StepAlone`; it passes where its grade is 1.

    Attributes
    ----------
    timeframe
        Of time, e.g. 15m.
    mean
        Mean grade; None without candidates.
    """

    timeframe: str
    signal: str
    mean: float | None
    passes: int
    of: int
    precision: float | None
    precision_of_rest: float | None
    recall: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeAdmission:
    """Candidates of one regime.

    Attributes
    ----------
    threshold
        Confidence it demands; None without candidates.
    scored, reached, admitted
        With a score; at or above the threshold; past every step.
    win_rate, mean_p
        Of the admitted; None without any.
    """

    regime: str
    threshold: float | None
    candidates: int
    scored: int
    reached: int
    admitted: int
    win_rate: float | None
    mean_p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Section `funnel`: out of sample and over the whole period; each part alone."""

    out_of_sample: tuple[FunnelStep, ...]
    burn_in_included: tuple[FunnelStep, ...]
    single_steps: tuple[StepAlone, ...]
    checks: tuple[CheckAlone, ...]
    confirmation_signals: tuple[ConfirmationSign, ...]
    by_regime: tuple[RegimeAdmission, ...]
