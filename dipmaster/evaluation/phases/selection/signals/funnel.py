"""Candidates step by step to trades: how many each step leaves, and what they are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.backtest import REGIMES
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params import Confirmation, Filter, Gates
from dipmaster.evaluation.figures.breakdowns import mean_or_none
from dipmaster.evaluation.phases.selection.signals.outcomes import (
    LabelledCandidates,
    is_out_of_sample,
    label_candidates,
)
from dipmaster.evaluation.phases.selection.signals.rates import BoundsLevel, estimate_rate
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.evaluation.funnel import (
    CheckAlone,
    ConfirmationSign,
    Funnel,
    FunnelStep,
    RegimeAdmission,
    StepAlone,
)
from dipmaster.signal_filter import TIMEFRAMES, CheckStatus, list_step_switches

# Column of FILTER_RESULTS that decides a step, in the order of the funnel.
STEPS: Mapping[str, str] = {
    "threshold": "passes_threshold",
    "checks": "passes_checks",
    "volatility": "passes_volatility",
    "confirmation": "passes_confirmation",
}


def build_funnel(
    scores: pd.DataFrame,
    filter_results: pd.DataFrame,
    traded: Bools,
    period: Period,
    filter: Filter,
    confirmation: Confirmation,
    gates: Gates,
    statuses: Sequence[CheckStatus],
    signals: Mapping[str, Floats] | None = None,
) -> Funnel:
    """Follow the candidates through every step, out of sample and over the whole period.

    Parameters
    ----------
    scores, filter_results
        Tables SCORES and FILTER_RESULTS, row by row the same candidates, burn-in included.
    traded
        Shape (candidates,), whether the phase opened a position on the candidate.
    filter, confirmation
        The sections that the candidates were filtered with: they say which steps are on.
    statuses
        Of `signal_filter.assess_checks`.
    signals
        Of `signal_filter.compute_confirmation_signals`, for their table; None leaves it out.

    Returns
    -------
    Funnel
        `left` counts candidates, `precision` is the share of profitable ones among
        those whose baseline trade took place (`labelled`), `mean_net_bps` what those
        trades netted.
    """
    level = BoundsLevel(gates.alpha, gates.few_losing_trades)
    late = is_out_of_sample(scores, period)
    whole = label_candidates(scores, filter_results, traded, period)
    on = _switches(filter, confirmation)
    passes = _passes(filter_results, whole)
    steps = _left_after(passes, on)
    late_steps = {name: left[late] for name, left in steps.items()}
    fresh = whole.only(late)
    return Funnel(
        out_of_sample=_funnel_steps(fresh, late_steps, on, level),
        burn_in_included=_funnel_steps(whole, steps, on, level),
        single_steps=_steps_alone(fresh, {name: passed[late] for name, passed in passes.items()}),
        checks=_checks(fresh, filter_results[late], statuses),
        confirmation_signals=()
        if signals is None
        else _signals(fresh, {k: v[late] for k, v in signals.items()}),
        by_regime=_by_regime(fresh, filter_results[late]),
    )


def _switches(filter: Filter, confirmation: Confirmation) -> dict[str, bool]:
    """Every step of the funnel after the candidates; having a score cannot be switched off."""
    switched = list_step_switches(filter, confirmation)
    steps = {name: switched[column] for name, column in STEPS.items()}
    return {"scored": True, **steps, "traded": True}


def _passes(filter_results: pd.DataFrame, candidates: LabelledCandidates) -> dict[str, Bools]:
    """Which candidates each step alone lets through."""
    steps = {name: filter_results[column].to_numpy() == 1 for name, column in STEPS.items()}
    return {"scored": ~np.isnan(candidates.confidence), **steps, "traded": candidates.traded}


def _left_after(passes: Mapping[str, Bools], on: Mapping[str, bool]) -> dict[str, Bools]:
    """Which candidates are left after each step in turn; a step that is off removes none."""
    left: Bools = np.ones(passes["scored"].size, dtype=np.bool_)
    after = {"candidates": left}
    for name, passed in passes.items():
        left = left & passed if on[name] else left
        after[name] = left
    return after


def _funnel_steps(
    candidates: LabelledCandidates,
    steps: Mapping[str, Bools],
    on: Mapping[str, bool],
    level: BoundsLevel,
) -> tuple[FunnelStep, ...]:
    return tuple(
        _funnel_step(name, on.get(name, True), candidates, left, level)
        for name, left in steps.items()
    )


def _funnel_step(
    name: str, on: bool, candidates: LabelledCandidates, left: Bools, level: BoundsLevel
) -> FunnelStep:
    known = left & candidates.known
    rate = estimate_rate(candidates.won, known, candidates, level, "no candidate is left")
    return FunnelStep(
        step=name,
        on=on,
        left=int(left.sum()),
        labelled=rate.n,
        wins=int(candidates.won[known].sum()),
        precision=rate.value,
        low=rate.low,
        high=rate.high,
        reason=rate.reason,
        mean_net_bps=mean_or_none(1e4 * candidates.net_frac[known]),
    )


def _steps_alone(
    candidates: LabelledCandidates, passes: Mapping[str, Bools]
) -> tuple[StepAlone, ...]:
    """Each step applied to all candidates, whether it is on or off."""
    return tuple(
        StepAlone(step=name, **_shares(candidates, passed)) for name, passed in passes.items()
    )


def _shares(candidates: LabelledCandidates, passed: Bools) -> dict[str, Any]:
    """What steps, checks and signals applied alone have in common."""
    return {
        "passes": int(passed.sum()),
        "of": candidates.size,
        "precision": mean_or_none(_won(candidates, passed)),
        "precision_of_rest": mean_or_none(_won(candidates, ~passed)),
        "recall": mean_or_none(passed[candidates.won].astype(np.float64)),
    }


def _won(candidates: LabelledCandidates, among: Bools) -> Floats:
    return candidates.won[among & candidates.known].astype(np.float64)


def _checks(
    candidates: LabelledCandidates, filter_results: pd.DataFrame, statuses: Sequence[CheckStatus]
) -> tuple[CheckAlone, ...]:
    rows = []
    for status in statuses:
        shares = _shares(candidates, filter_results[f"check_{status.check}"].to_numpy() == 1)
        known = shares if status.applicable else dict.fromkeys(shares)
        rows.append(CheckAlone(**asdict(status), **known))
    return tuple(rows)


def _signals(
    candidates: LabelledCandidates, signals: Mapping[str, Floats]
) -> tuple[ConfirmationSign, ...]:
    """A sign counts as passed where it is whole; `mean` is its mean grade."""
    return tuple(
        ConfirmationSign(
            timeframe=frame,
            signal=name,
            mean=mean_or_none(signals[name]),
            **_shares(candidates, signals[name] == 1.0),
        )
        for frame, names in TIMEFRAMES.items()
        for name in names
    )


def _by_regime(
    candidates: LabelledCandidates, filter_results: pd.DataFrame
) -> tuple[RegimeAdmission, ...]:
    """A row a regime; the unknown one only where it occurs."""
    threshold = filter_results["threshold"].to_numpy(dtype=np.float64)
    reached = filter_results["passes_threshold"].to_numpy() == 1
    admitted = filter_results["admitted"].to_numpy() == 1
    rows = []
    for code in (0, 1, 2, -1):
        inside = candidates.regime == code
        if not inside.any() and code < 0:
            continue
        chosen = inside & admitted
        rows.append(
            RegimeAdmission(
                regime=REGIMES[code],
                threshold=float(threshold[inside][0]) if inside.any() else None,
                candidates=int(inside.sum()),
                scored=int((inside & ~np.isnan(candidates.confidence)).sum()),
                reached=int((inside & reached).sum()),
                admitted=int(chosen.sum()),
                win_rate=mean_or_none(_won(candidates, chosen)),
                mean_p=mean_or_none(candidates.confidence[chosen]),
            )
        )
    return tuple(rows)
