"""Out-of-sample rows to figures with intervals from calendar blocks of their entries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dipmaster.exits.heads import HeadName
from dipmaster.exits.levels import LABELS, Scored
from dipmaster.exits.thinning import thinned
from dipmaster.foundation.numerics import Bools, Floats, Ints
from dipmaster.foundation.parallel import in_threads
from dipmaster.foundation.params.exits import ExitJudging
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

Record = dict[str, Any]
_OF_HEAD: Mapping[str, Callable[[Floats, Floats], Statistic]] = {
    "auc": auc_statistic,
    "brier": brier_statistic,
    "brier_skill": brier_skill_statistic,
}
_OF_PROBABILITY: Mapping[str, Callable[[Floats, Floats], Statistic]] = {
    **_OF_HEAD,
    "slope": slope_statistic,
    "intercept": intercept_statistic,
}
_BPS = 1e4


@dataclass(frozen=True)
class Sample:
    """Rows that are judged.

    Attributes
    ----------
    rows
        Their places among all rows.
    block
        Calendar block of each row's entry, all coins together.
    """

    rows: Ints
    block: Ints
    params: ExitJudging

    def where(self, keep: Bools) -> "Sample":
        """Some of them; `keep` has one value a row of the sample."""
        return Sample(self.rows[keep], self.block[keep], self.params)

    def of(self, *columns: Floats) -> "tuple[Sample, list[Floats]]":
        """Those for which every column (over all rows) is there, and its values."""
        known = np.ones(self.rows.size, dtype=np.bool_)
        for column in columns:
            known &= np.isfinite(column[self.rows])
        some = self.where(known)
        return some, [column[some.rows] for column in columns]

    def interval(self, statistic: Statistic) -> Record:
        """Value and bounds. Every figure sees the same resamples, so figures compare."""
        seed = np.random.SeedSequence(self.params.seed, spawn_key=(0,))
        found = block_interval(
            statistic, self.block, self.params.bootstrap_reps, seed, self.params.alpha
        )
        return found.record()


def whole_sample(scored: Scored, boundary: int, last_ms: int, params: ExitJudging) -> Sample:
    """Labelled rows of positions whose signal is at or after the boundary.

    A rest of days below half a block joins the last one.
    """
    school = scored.school
    signal_ms = school.signal_ms[school.rows.position]
    known = np.isfinite(school.label("exit_is_best"))
    rows = np.flatnonzero((signal_ms >= boundary) & known)
    days = max((last_ms - boundary) // DAY_MS + 1, 1)
    blocks = max(1, (2 * days + params.block_days) // (2 * params.block_days))
    block = (signal_ms[rows] - boundary) // DAY_MS // params.block_days
    return Sample(rows, np.minimum(block, blocks - 1), params)


def thinned_sample(whole: Sample, scored: Scored, max_rows: int) -> Sample:
    """At most so many rows of a sample, by the rule of the fits."""
    rows, ids = scored.school.rows, scored.school.candidate_id
    kept = thinned(whole.rows, rows.held, ids[rows.position], max_rows)
    return whole.where(np.isin(whole.rows, kept, assume_unique=True))


def judged(scored: Scored, sample: Sample) -> Record:
    """Heads and exit probability: every figure of both, side by side."""
    tasks = {
        "profit": lambda: _classifier("profit", scored, sample),
        "risk": lambda: _classifier("risk", scored, sample),
        "timing": lambda: _timing(scored, sample),
        "exit_probability": lambda: _probability(scored, sample),
    }
    names = ("exit_probability", "timing", "profit", "risk")  # the longest first
    made = in_threads(lambda name: tasks[name](), names, "judging exits")
    found = dict(zip(names, made, strict=True))
    return {
        "exit_probability": found["exit_probability"],
        "heads": {name: found[name] for name in ("profit", "risk", "timing")},
    }


def _classifier(name: HeadName, scored: Scored, sample: Sample) -> Record:
    columns = scored.heads[name].predictions, scored.school.label(LABELS[name])
    some, (p, label) = sample.of(*columns)
    return {"base_rate": _mean(label), **_figures(_OF_HEAD, some, p, label)}


def _figures(
    wanted: Mapping[str, Callable[[Floats, Floats], Statistic]],
    some: Sample,
    p: Floats,
    label: Floats,
) -> Record:
    return {name: some.interval(of(p, label)) for name, of in wanted.items()}


def _timing(scored: Scored, sample: Sample) -> Record:
    """Absolute error of the timing head, and of its training rows' mean as forecast."""
    walk = scored.heads["timing"]
    past = [np.nan if refit.model is None else refit.model.train_mean for refit in walk.models]
    naive = np.array([*past, np.nan])[walk.fold]
    columns = walk.predictions, scored.school.label("bars_to_best"), naive
    some, (said, bars, mean) = sample.of(*columns)
    return {
        "mean_bars": _mean(bars),
        "mae_bars": some.interval(mean_statistic(np.abs(said - bars), 0.0)),
        "naive_mae_bars": some.interval(mean_statistic(np.abs(mean - bars), 0.0)),
        "rank_correlation": some.interval(rank_correlation_statistic(said, bars)),
    }


def _probability(scored: Scored, sample: Sample) -> Record:
    label = scored.school.label("exit_is_best")
    some, (p, best) = sample.of(scored.exit_probability, label)
    return {
        "base_rate": _mean(best),
        **_figures(_OF_PROBABILITY, some, p, best),
        "ece": some.interval(ece_statistic(p, best, some.params.bins)),
        "n_rows": int(some.rows.size),
        "n_positions": int(np.unique(scored.school.rows.position[some.rows]).size),
    }


def gain_table(scored: Scored, whole: Sample, bins: int) -> list[Record]:
    """What a sale would have netted over holding, in bps, by exit probability in equal steps.

    Every row counts alone, as if nothing had been decided before it.
    """
    labels = scored.school.labels
    gain_frac = labels.exit_net_frac - labels.hold_net_frac
    some, (p, gain) = whole.of(scored.exit_probability, gain_frac)
    place = np.minimum((p * bins).astype(np.int64), bins - 1)
    edges = np.linspace(0.0, 1.0, bins + 1)
    return [
        _step(float(edges[k]), float(edges[k + 1]), some.where(place == k), p, gain, place == k)
        for k in range(bins)
    ]


def _step(low: float, high: float, some: Sample, p: Floats, gain: Floats, keep: Bools) -> Record:
    found = some.interval(mean_statistic(_BPS * gain[keep]))
    return {
        "low": low,
        "high": high,
        "n": int(some.rows.size),
        "mean_p": _mean(p[keep]),
        "mean_gain_bps": found["value"],
        "gain_low": found["low"],
        "gain_high": found["high"],
    }


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if values.size else None
