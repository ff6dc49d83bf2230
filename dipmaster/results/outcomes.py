"""What each phase contributed, cost and promised: all of outcomes.json."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import Comparison, Interval, Verdict
from dipmaster.results.evaluation.claims import RoadmapClaim

ContradictionUnit = Literal["percent", "fine_percent", "change", "fine", "hours", "weeks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedChange:
    """One metric with a phase less the same without it, corrected for the number of phases.

    Attributes
    ----------
    comparison
        Its verdict holds after Holm's correction; its bounds are not corrected.
    p_value, p_holm
        Two-sided, alone and after Holm's correction; None where the minimum data lack.
    """

    comparison: Comparison
    p_value: float | None
    p_holm: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseContribution:
    """What a phase changed, accounts paired by day and trades by candidate.

    Attributes
    ----------
    trades, trades_without
        Out of sample, with the phase and without it.
    net_return
        As a fraction of the capital over all days out of sample.
    sharpe
        Annual.
    """

    phase: int
    trades: int
    trades_without: int
    mean_net_bps: AdjustedChange
    net_return: AdjustedChange
    sharpe: AdjustedChange


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLeftOut:
    """A phase that nothing can be traded without, and why."""

    phase: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnOnInvestment:
    """Yearly gain over the cost of the work.

    Attributes
    ----------
    phase
        0: the last phase against an account that never trades, and the cost of all phases.
    cost
        Money.
    gain
        Money a year on the capital of the run, as measured in this one history.
    roi
        Gain over cost; its bounds are those of the gain.
    stated_roi
        The roadmap's; of all phases the mean, weighted by cost.
    capital_for_stated
        Capital at which the measured contribution would give `stated_roi`; None where none would.
    reason
        Why no verdict rests on it, or why there is no such capital; empty where neither holds.
    """

    phase: int
    weeks: float
    cost: float
    gain: Interval
    roi: Interval
    stated_roi: float
    capital_for_stated: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedVerdicts:
    """Verdicts of one simulated market: by number of the phase as text, and overall."""

    phases: Mapping[str, Verdict]
    overall: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictStudy:
    """Verdicts of a study of many markets.

    Attributes
    ----------
    command, commit
        What made the records, and of which code.
    params
        Section of params.yaml to its digest, of `core.params.digest`.
    seeds
        Seed of the market as text to its verdicts.
    """

    command: str
    commit: str
    params: Mapping[str, str]
    seeds: Mapping[str, SeedVerdicts]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessShare:
    """How often a phase passed on markets of the study.

    Attributes
    ----------
    phase
        0: all phases, by the overall verdict.
    stated_frac
        The roadmap's probability.
    share
        With exact (Clopper-Pearson) bounds, each one-sided at the level of the gates.
    """

    phase: int
    stated_frac: float
    passed: int
    markets: int
    share: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessProbability:
    """Stated and observed probabilities of success.

    Attributes
    ----------
    product_frac
        Of the four stated probabilities: if all must succeed and are independent.
    by_phase
        Phases 1 to 4.
    """

    by_phase: tuple[SuccessShare, ...]
    overall: SuccessShare
    product_frac: float
    command: str
    commit: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A statement of the roadmap, and what the roadmap's own numbers make of it.

    Attributes
    ----------
    section
        Where the statement stands.
    stated, implied
        In `unit`; the second follows from other numbers of the roadmap.
    arithmetic
        How.
    reading
        What is done instead.
    """

    id: str
    section: str
    statement: str
    stated: float
    implied: float
    unit: ContradictionUnit
    arithmetic: str
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesResults:
    """What each phase contributed, cost and promised: all of outcomes.json.

    Attributes
    ----------
    capital, days
        Money that the accounts began with, and days from the out-of-sample start to the last bar.
    final_phase
        The last phase that was traded: what the ablation leaves phases out of.
    added
        Each phase against the one before it.
    left_out
        The final phase against itself without one of the phases.
    not_left_out
        Phases that cannot be left out.
    roi
        Phases 1 to the last; empty where only phase 0 was traded.
    programme
        All phases together; None where only phase 0 was traded.
    """

    capital: float
    days: float
    final_phase: int
    added: tuple[PhaseContribution, ...]
    left_out: tuple[PhaseContribution, ...]
    not_left_out: tuple[NotLeftOut, ...]
    roi: tuple[ReturnOnInvestment, ...]
    programme: ReturnOnInvestment | None
    success: SuccessProbability
    contradictions: tuple[Contradiction, ...]
    claims: tuple[RoadmapClaim, ...]
