"""Candidates, their inputs and scores to table FILTER_RESULTS."""

import numpy as np
import pandas as pd

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params import Confirmation, Filter
from dipmaster.core.params.confidence import ConfidenceThresholds
from dipmaster.core.tables import FILTER_RESULTS, I8
from dipmaster.signal_filter.checks import CHECKS, required_passes, run_checks
from dipmaster.signal_filter.confirmation import (
    compute_confirmation_signals,
    is_confirmed,
    score_confirmation,
    score_timeframes,
)
from dipmaster.signal_filter.inputs import CandidateInputs

NOT_APPLICABLE = -1
FLAGS = [column.name for column in FILTER_RESULTS.columns if column.dtype == I8]


def filter_signals(
    candidates: pd.DataFrame,
    inputs: pd.DataFrame,
    scores: pd.DataFrame,
    rule: str,
    rsi_min_v4: float,
    thresholds: ConfidenceThresholds,
    filter: Filter,
    confirmation: Confirmation,
    absent: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Which steps every candidate passes, and whether it is admitted.

    A candidate without a score is never admitted, even where the threshold is
    switched off: phases from 1 on do not trade where there was too little to
    learn from.

    Parameters
    ----------
    candidates, scores
        Tables CANDIDATES and SCORES, row by row the same candidates. Regime and
        volatility limit are those of `scores`; a regime that is not known
        demands the strictest threshold and fails its signal, a volatility that is
        not known does not pass.
    inputs
        Columns `INPUT_COLUMNS` of FEATURES at each candidate's own bar, aligned by row;
        and `NEWS_COLUMN` where there is a source of news. Take them at `open_time` of
        the candidate: at the bar after it they would look ahead.
    rule, rsi_min_v4
        Of section `signal`.
    absent
        Columns of FEATURES which the market's source does not have at all: checks
        on them are not applicable, signals on them fail.

    Returns
    -------
    DataFrame
        Table FILTER_RESULTS. The columns of a step are filled even when it is off.

    Raises
    ------
    DataError
        Where the three frames do not hold the same candidates, or a column lacks.
    """
    _require_same_candidates(candidates, inputs, scores)
    steps = apply_steps(
        CandidateInputs(inputs, absent),
        scores["confidence"].to_numpy(dtype=np.float64),
        scores["regime"].to_numpy(dtype=np.int64),
        scores["no_new_trades"].to_numpy(dtype=np.int64),
        rule,
        rsi_min_v4,
        thresholds,
        filter,
        confirmation,
    )
    table = pd.DataFrame({"candidate_id": candidates["candidate_id"].to_numpy(), **steps})
    return FILTER_RESULTS.check(table.astype(dict.fromkeys(FLAGS, "int8")), "filter_results")


def apply_steps(
    inputs: CandidateInputs,
    confidence: Floats,
    regime: Ints,
    no_new_trades: Ints,
    rule: str,
    rsi_min_v4: float,
    thresholds: ConfidenceThresholds,
    filter: Filter,
    confirmation: Confirmation,
) -> dict[str, Floats | Ints | Bools]:
    """Columns of table FILTER_RESULTS but for the ids, by name; shape (candidates,) each.

    Parameters
    ----------
    confidence, regime, no_new_trades
        Shape (candidates,), as in table SCORES. The others are those of `filter_signals`.
    """
    steps: dict[str, Floats | Ints | Bools] = {
        **_apply_threshold(confidence, regime, thresholds),
        **_apply_checks(inputs, rule, rsi_min_v4, filter),
        "passes_volatility": no_new_trades == 0,
        **_apply_confirmation(inputs, regime, confirmation),
    }
    admitted = ~np.isnan(confidence)
    for name, enabled in list_step_switches(filter, confirmation).items():
        admitted = admitted & (np.asarray(steps[name], dtype=np.bool_) | (not enabled))
    return steps | {"admitted": admitted}


def list_step_switches(
    filter: Filter,
    confirmation: Confirmation,
) -> dict[str, bool]:
    """Column of each step that can be switched off, in order, and whether it is on."""
    return {
        "passes_threshold": filter.threshold,
        "passes_checks": filter.checks,
        "passes_volatility": filter.no_new_trades,
        "passes_confirmation": confirmation.enabled,
    }


def threshold_of(regime: Ints, thresholds: ConfidenceThresholds) -> Floats:
    """What each regime demands; the strictest of the three where it is not known."""
    known_regimes = (
        thresholds.low_volatility,
        thresholds.normal_volatility,
        thresholds.high_volatility,
    )
    return np.array([*known_regimes, max(known_regimes)])[regime]  # -1 takes the last


def _apply_threshold(
    confidence: Floats, regime: Ints, thresholds: ConfidenceThresholds
) -> dict[str, Floats | Bools]:
    threshold = threshold_of(regime, thresholds)
    return {
        "confidence": confidence,
        "threshold": threshold,
        "passes_threshold": confidence >= threshold,
    }


def _apply_checks(
    inputs: CandidateInputs, rule: str, rsi_min_v4: float, params: Filter
) -> dict[str, Ints | Bools]:
    checks = run_checks(inputs, rule, rsi_min_v4, params)
    not_applicable = np.full(len(inputs), NOT_APPLICABLE)
    required = required_passes(len(checks.applicable), params.share_of_checks_frac)
    return {
        **{f"check_{name}": checks.passed.get(name, not_applicable) for name in CHECKS},
        "passes_checks": checks.count(len(inputs)) >= required,
    }


def _apply_confirmation(
    inputs: CandidateInputs, regime: Ints, params: Confirmation
) -> dict[str, Floats | Bools]:
    timeframe_scores = score_timeframes(compute_confirmation_signals(inputs, regime, params))
    score = score_confirmation(timeframe_scores, params)
    return {
        **{f"score_{timeframe}": values for timeframe, values in timeframe_scores.items()},
        "confirmation_score": score,
        "passes_confirmation": is_confirmed(score, params),
    }


def _require_same_candidates(
    candidates: pd.DataFrame, inputs: pd.DataFrame, scores: pd.DataFrame
) -> None:
    ids = candidates["candidate_id"].to_numpy()
    if len(inputs) == ids.size and np.array_equal(ids, scores["candidate_id"].to_numpy()):
        return
    raise data_error(
        "filter_results",
        f"inputs and scores of the same {ids.size} candidates, row by row",
        f"{len(inputs)} rows of inputs and {len(scores)} of scores, or another order",
        "run the stages from `features` on again",
    )
