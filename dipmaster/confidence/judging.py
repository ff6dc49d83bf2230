"""Out-of-sample rows to figures with intervals from calendar blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dipmaster.confidence.events import Events
from dipmaster.foundation.numerics import Bools, Floats, Ints
from dipmaster.foundation.periods import DAY_MS
from dipmaster.learning.judging import (
    Statistic,
    auc_statistic,
    block_interval,
    brier_skill_statistic,
    brier_statistic,
    ece_statistic,
    intercept_statistic,
    mean_statistic,
    rank_correlation_statistic,
    slope_statistic,
)
from dipmaster.params import Split
from dipmaster.params.confidence import ConfidenceJudging

Record = dict[str, Any]
ECE_MAX = 0.05  # the calibration gate: upper bound of the ECE ...
SLOPES = (0.8, 1.2)  # ... and the whole interval of the slope
MIN_JUDGED, MIN_BLOCKS = 100, 6  # as the gates: fewer give no verdict


@dataclass(frozen=True)
class Sample:
    """Candidates that are judged: out of sample and with a label.

    Attributes
    ----------
    rows
        Their places among all candidates.
    won
        1.0 and 0.0.
    block
        Calendar block of each, all coins together.
    """

    rows: Ints
    won: Floats
    net_frac: Floats
    block: Ints
    params: ConfidenceJudging

    def of(self, p: Floats, keep: Bools | None = None) -> "tuple[Floats, Sample]":
        """Those for which `p` (over all candidates) says something, and their p."""
        known = np.isfinite(p[self.rows])
        if keep is not None:
            known &= keep[self.rows]
        some = Sample(
            self.rows[known], self.won[known], self.net_frac[known], self.block[known], self.params
        )
        return p[some.rows], some

    def interval(self, statistic: Statistic) -> Record:
        """Value and bounds. Every figure sees the same resamples, so figures compare."""
        seed = np.random.SeedSequence(self.params.seed, spawn_key=(0,))
        found = block_interval(
            statistic, self.block, self.params.bootstrap_reps, seed, self.params.alpha
        )
        return found.record()


def boundary_ms(first_ms: int, split: Split) -> int:
    """First UTC midnight at least the burn-in after the first bar."""
    return -(-(first_ms + split.burn_in_days * DAY_MS) // DAY_MS) * DAY_MS


def sample_of(events: Events, boundary: int, last_ms: int, params: ConfidenceJudging) -> Sample:
    """Labelled candidates from the boundary on; a rest below half a block joins the last one."""
    rows = np.flatnonzero((events.signal_ms >= boundary) & (events.label >= 0))
    days = max((last_ms - boundary) // DAY_MS + 1, 1)
    blocks = max(1, (2 * days + params.block_days) // (2 * params.block_days))
    day = (events.signal_ms[rows] - boundary) // DAY_MS
    block = np.minimum(day // params.block_days, blocks - 1)
    return Sample(rows, events.won[rows], events.net_frac[rows], block, params)


_OF_PROBABILITY: dict[str, Callable[[Floats, Floats], Statistic]] = {
    "auc": auc_statistic,
    "brier": brier_statistic,
    "brier_skill": brier_skill_statistic,
    "slope": slope_statistic,
    "intercept": intercept_statistic,
}


def model_record(p: Floats, sample: Sample) -> Record:
    """How one model's probabilities did, with bounds."""
    said, some = sample.of(p)
    figures = {name: some.interval(of(said, some.won)) for name, of in _OF_PROBABILITY.items()}
    return {
        "n": int(said.size),
        **figures,
        "ece": some.interval(ece_statistic(said, some.won, some.params.bins)),
        "return_rank_correlation": some.interval(rank_correlation_statistic(said, some.net_frac)),
    }


def family_record(p_ensemble: Floats, sample: Sample) -> Record:
    """What a family's ensemble knew: of winning, and of the net return."""
    said, some = sample.of(p_ensemble)
    # The first tenth in order of p; which rows tie at its end does not depend on results.
    best = np.argsort(-said, kind="stable")[: said.size // 10]
    top = Sample(
        some.rows[best], some.won[best], some.net_frac[best], some.block[best], some.params
    )
    return {
        "n": int(said.size),
        "auc": some.interval(auc_statistic(said, some.won)),
        "brier_skill": some.interval(brier_skill_statistic(said, some.won)),
        "return_rank_correlation": some.interval(rank_correlation_statistic(said, some.net_frac)),
        "mean_net_bps_top_decile": top.interval(mean_statistic(1e4 * top.net_frac)),
        "mean_net_bps": some.interval(mean_statistic(1e4 * some.net_frac)),
    }


def calibration_record(p: Floats, sample: Sample, keep: Bools) -> Record:
    """The calibration gate on some of the rows."""
    said, some = sample.of(p, keep)
    ece = some.interval(ece_statistic(said, some.won, some.params.bins))
    slope = some.interval(slope_statistic(said, some.won))
    brier = brier_statistic(said, some.won).value()
    verdict, reason = _gate(ece, slope, int(said.size), int(np.unique(some.block).size))
    return {
        "n": int(said.size),
        "brier": brier,
        "ece": ece,
        "slope": slope,
        "gate": verdict,
        "reason": reason,
    }


def _gate(ece: Record, slope: Record, n: int, blocks: int) -> tuple[str, str]:
    if n < MIN_JUDGED or blocks < MIN_BLOCKS:
        return "INCONCLUSIVE", (
            f"insufficient: {n} candidates in {blocks} blocks, {MIN_JUDGED} in {MIN_BLOCKS} needed"
        )
    if ece["low"] is None or slope["low"] is None:
        return "INCONCLUSIVE", str(ece.get("reason") or slope.get("reason"))
    if ece["low"] > ECE_MAX:
        return "FAIL", f"even the lower bound of the ECE is above {ECE_MAX:g}"
    if slope["high"] < SLOPES[0] or slope["low"] > SLOPES[1]:
        return "FAIL", f"the slope's interval lies outside {SLOPES[0]:g} to {SLOPES[1]:g}"
    if ece["high"] <= ECE_MAX and SLOPES[0] <= slope["low"] and slope["high"] <= SLOPES[1]:
        return "PASS", "upper bound of the ECE and interval of the slope within their limits"
    return "INCONCLUSIVE", "the limits lie within the intervals"
