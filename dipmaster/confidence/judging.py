"""Out-of-sample rows to figures with intervals from calendar blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dipmaster.confidence.events import Events
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params.confidence import ConfidenceJudging
from dipmaster.core.params.roadmap import ECE_MAX, SLOPES
from dipmaster.core.time_units import DAY_MS
from dipmaster.learning.evaluation import (
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

Record = dict[str, Any]


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
    brier = some.interval(brier_statistic(said, some.won))
    few = _too_few(int(said.size), int(np.unique(some.block).size), some.params)
    verdict, reason = ("INCONCLUSIVE", few) if few else _gate(ece, slope)
    return {
        "n": int(said.size),
        "brier": brier["value"],
        "brier_interval": brier,
        "ece": ece,
        "slope": slope,
        "gate": verdict,
        "reason": reason,
    }


def _too_few(candidates: int, blocks: int, params: ConfidenceJudging) -> str:
    """Why there can be no verdict, "" where there can."""
    if candidates >= params.min_candidates and blocks >= params.min_blocks:
        return ""
    return (
        f"insufficient: {candidates} candidates in {blocks} blocks, {params.min_candidates} in "
        f"{params.min_blocks} needed"
    )


def _gate(ece: Record, slope: Record) -> tuple[str, str]:
    """Verdict, and what is to be said of each limit: the missed one first, then the undecided."""
    if ece["low"] is None or slope["low"] is None:
        return "INCONCLUSIVE", str(ece.get("reason") or slope.get("reason"))
    told = sorted([_of_slope(slope), _of_ece(ece)], key=lambda limit: _WORST_FIRST[limit[0]])
    return told[0][0], "; ".join(words for _, words in told)


_WORST_FIRST = {"FAIL": 0, "INCONCLUSIVE": 1, "PASS": 2}


def _of_slope(slope: Record) -> tuple[str, str]:
    least, most = SLOPES
    found = f"slope {slope['value']:.2f} [{slope['low']:.2f}, {slope['high']:.2f}]"
    if slope["high"] < least or slope["low"] > most:
        return "FAIL", f"{found} lies outside {least:g} to {most:g}"
    if least <= slope["low"] and slope["high"] <= most:
        return "PASS", f"{found} holds"
    return "INCONCLUSIVE", f"{found} is not surely within {least:g} to {most:g}"


def _of_ece(ece: Record) -> tuple[str, str]:
    if ece["low"] > ECE_MAX:
        return "FAIL", f"ECE at least {ece['low']:.3f} lies above {ECE_MAX:g}"
    if ece["high"] <= ECE_MAX:
        return "PASS", f"ECE at most {ece['high']:.3f} holds"
    found = f"ECE {ece['value']:.3f} [{ece['low']:.3f}, {ece['high']:.3f}]"
    return "INCONCLUSIVE", f"{found} is not surely at most {ECE_MAX:g}"
