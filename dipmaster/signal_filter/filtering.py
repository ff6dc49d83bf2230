"""Candidates, their inputs and scores to table ADMISSION."""

import numpy as np
import pandas as pd

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params import Confirmation, Filter
from dipmaster.core.params.confidence import Thresholds
from dipmaster.core.tables import ADMISSION, I8
from dipmaster.signal_filter.checks import CHECKS, needed, run_checks
from dipmaster.signal_filter.confirmation import (
    confirmation_score,
    confirmation_signs,
    confirmed,
    frame_scores,
)
from dipmaster.signal_filter.inputs import Inputs

NOT_APPLICABLE = -1
FLAGS = [column.name for column in ADMISSION.columns if column.dtype == I8]


def admit(
    candidates: pd.DataFrame,
    inputs: pd.DataFrame,
    scores: pd.DataFrame,
    rule: str,
    rsi_min_v4: float,
    thresholds: Thresholds,
    filter: Filter,
    confirmation: Confirmation,
    absent: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Say of every candidate which steps it passes, and whether it is admitted.

    A candidate without a score is never admitted, even where the threshold is
    switched off: phases from 1 on do not trade where there was too little to
    learn from.

    Parameters
    ----------
    candidates, scores
        Tables CANDIDATES and SCORES, row by row the same candidates. Regime and
        volatility limit are those of `scores`; a regime that is not known
        demands the strictest threshold and fails its sign, a volatility that is
        not known is not calm.
    inputs
        Columns `INPUTS` of FEATURES at each candidate's own bar, aligned by row;
        and `NEWS` where there is a source of news. Take them at `open_time` of
        the candidate: at the bar after it they would look ahead.
    rule, rsi_min_v4
        Of section `signal`.
    absent
        Columns of FEATURES which the market's source does not have at all: checks
        on them are not applicable, signs on them fail.

    Returns
    -------
    DataFrame
        Table ADMISSION. The columns of a step are filled even when it is off.

    Raises
    ------
    DataError
        Where the three frames do not hold the same candidates, or a column lacks.
    """
    _demand_same(candidates, inputs, scores)
    seen, regime = Inputs(inputs, absent), scores["regime"].to_numpy(dtype=np.int64)
    steps = {
        **_threshold_step(scores, regime, thresholds),
        **_checks_step(seen, rule, rsi_min_v4, filter),
        "calm": scores["no_new_trades"].to_numpy(dtype=np.int64) == 0,
        **_confirmation_step(seen, regime, confirmation),
    }
    admitted = ~np.isnan(steps["confidence"])
    for name, on in demanded(filter, confirmation).items():
        admitted = admitted & (np.asarray(steps[name], dtype=np.bool_) | (not on))
    table = pd.DataFrame({"candidate_id": candidates["candidate_id"].to_numpy(), **steps})
    table["admitted"] = admitted
    return ADMISSION.check(table.astype(dict.fromkeys(FLAGS, "int8")), "admission")


def demanded(
    filter: Filter,
    confirmation: Confirmation,
) -> dict[str, bool]:
    """Column of each step that can be switched off, in order, and whether it is on."""
    return {
        "passes_threshold": filter.threshold,
        "passes_checks": filter.checks,
        "calm": filter.no_new_trades,
        "passes_confirmation": confirmation.enabled,
    }


def threshold_of(regime: Ints, thresholds: Thresholds) -> Floats:
    """What each regime demands; the strictest of the three where it is not known."""
    three = (
        thresholds.low_volatility,
        thresholds.normal_volatility,
        thresholds.high_volatility,
    )
    return np.array([*three, max(three)])[regime]  # -1 takes the last


def _threshold_step(
    scores: pd.DataFrame, regime: Ints, thresholds: Thresholds
) -> dict[str, Floats | Bools]:
    confidence = scores["confidence"].to_numpy(dtype=np.float64)
    threshold = threshold_of(regime, thresholds)
    return {
        "confidence": confidence,
        "threshold": threshold,
        "passes_threshold": confidence >= threshold,
    }


def _checks_step(
    inputs: Inputs, rule: str, rsi_min_v4: float, params: Filter
) -> dict[str, Ints | Bools]:
    checks = run_checks(inputs, rule, rsi_min_v4, params)
    nothing = np.full(len(inputs), NOT_APPLICABLE)
    demand = needed(len(checks.applicable), params.share_of_checks_frac)
    return {
        **{f"check_{name}": checks.passed.get(name, nothing) for name in CHECKS},
        "passes_checks": checks.count(len(inputs)) >= demand,
    }


def _confirmation_step(
    inputs: Inputs, regime: Ints, params: Confirmation
) -> dict[str, Floats | Bools]:
    frames = frame_scores(confirmation_signs(inputs, regime, params))
    score = confirmation_score(frames, params)
    return {
        **{f"score_{frame}": values for frame, values in frames.items()},
        "confirmation_score": score,
        "passes_confirmation": confirmed(score, params),
    }


def _demand_same(candidates: pd.DataFrame, inputs: pd.DataFrame, scores: pd.DataFrame) -> None:
    ids = candidates["candidate_id"].to_numpy()
    if len(inputs) == ids.size and np.array_equal(ids, scores["candidate_id"].to_numpy()):
        return
    raise data_error(
        "admission",
        f"inputs and scores of the same {ids.size} candidates, row by row",
        f"{len(inputs)} rows of inputs and {len(scores)} of scores, or another order",
        "run the stages from `features` on again",
    )
