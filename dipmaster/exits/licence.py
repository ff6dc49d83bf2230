"""Whether exit models may act until the next refit: where acting had earned on left-out rows."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import format_time
from dipmaster.core.params.exits import ExitDecision, ExitLicenceRule
from dipmaster.core.time_units import DAY_MS
from dipmaster.exits.training_set import ExitTrainingSet
from dipmaster.learning.cross_fitting import CrossFittedModel, LeftOutPredictions
from dipmaster.learning.evaluation.clustered import (
    cluster_variance,
    describe_missing_blocks,
    t_critical,
)
from dipmaster.learning.logistic import Logistic
from dipmaster.learning.refits import Refit
from dipmaster.results.exits.refits import ExitLicence

_BPS = 1e4


@dataclass(frozen=True)
class Sales:
    """Positions that acting on a score would have sold, whole or in part.

    Attributes
    ----------
    row
        Shape (sold,), the row of each at which it was first decided, rising.
    gain_frac
        Shape (sold,), net money of acting less that of holding, over the whole position.
    """

    row: Ints
    gain_frac: Floats


def act_on_scores(
    position: Ints, probability: Floats, gain_frac: Floats, decision: ExitDecision
) -> Sales:
    """Sell as the engine does.

    At the first score above the full threshold all that is left is sold; at the first above the
    partial one, where that comes before, a part.

    Parameters
    ----------
    position, probability, gain_frac
        Shape (rows,), in order of (position, held); `gain_frac` of a sale of the whole.
    """
    full = decision.full_probability if decision.full else np.inf
    partial = decision.partial_probability if decision.partial else np.inf
    acts = np.flatnonzero(probability > min(full, partial))
    sold, first = np.unique(position[acts], return_index=True)
    first_row = acts[first]
    above = np.flatnonzero(probability > full)
    sold_whole, at = np.unique(position[above], return_index=True)
    whole = np.searchsorted(sold, sold_whole)
    part = np.where(probability[first_row] > full, 0.0, decision.partial_frac)
    gain = part * gain_frac[first_row]
    gain[whole] += (1.0 - part[whole]) * gain_frac[above[at]]
    return Sales(first_row, gain)


def grant_licence(
    refit: Refit[CrossFittedModel[Logistic]], training_set: ExitTrainingSet, decision: ExitDecision,
    rule: ExitLicenceRule,
) -> ExitLicence:  # fmt: skip
    """Whether acting on the probabilities left out at a refit earned, beyond doubt.

    Parameters
    ----------
    refit
        Of the calibrator: what it left out is known at the refit, and was said by models
        and a calibrator that had not seen the position.
    """
    left_out = refit.left_out
    position = training_set.rows.position[left_out.rows]
    sales = act_on_scores(
        position, left_out.values, training_set.gain_frac[left_out.rows], decision
    )
    earned_bps, low_bps, blocks = _bound(sales, left_out, training_set, rule)
    reason = refit.reason or _refuse(sales, blocks, low_bps, rule)
    return ExitLicence(
        fitted_at=format_time(refit.refit_ms),
        rows=left_out.rows.size,
        positions=np.unique(position).size,
        sold=sales.row.size,
        blocks=blocks,
        earned_bps=earned_bps,
        low_bps=low_bps,
        licensed=not reason,
        reason=reason,
    )


def _bound(
    sales: Sales, left_out: LeftOutPredictions, training_set: ExitTrainingSet,
    rule: ExitLicenceRule,
) -> tuple[float | None, float | None, int]:  # fmt: skip
    """Mean of what was earned, its lower bound by calendar blocks, and how many these are."""
    signal_ms = training_set.schedule.signal_ms[left_out.rows[sales.row]]
    _, block = np.unique(signal_ms // (rule.block_days * DAY_MS), return_inverse=True)
    blocks, gain_bps = np.unique(block).size, _BPS * sales.gain_frac
    if not gain_bps.size:
        return None, None, 0
    earned_bps = float(gain_bps.mean())
    if describe_missing_blocks(blocks):
        return earned_bps, None, blocks
    variance = cluster_variance((gain_bps - earned_bps) / gain_bps.size, block)
    return earned_bps, earned_bps - t_critical(blocks - 1, rule.alpha) * variance**0.5, blocks


def _refuse(sales: Sales, blocks: int, low_bps: float | None, rule: ExitLicenceRule) -> str:
    """Why there is no licence, "" where there is one."""
    if sales.row.size < rule.min_positions:
        return f"{sales.row.size} of {rule.min_positions} sales required"
    if low_bps is None:
        return describe_missing_blocks(blocks)
    return "" if low_bps > 0.0 else "no significant gain of selling on held-out rows"
