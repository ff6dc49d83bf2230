"""Out-of-sample rows to figures with intervals from calendar blocks of their entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.parallel import in_threads
from dipmaster.core.params.exits import ExitJudging
from dipmaster.core.time_units import DAY_MS
from dipmaster.exits.levels import Scored
from dipmaster.exits.thinning import thinned
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
    """Heads and exit probability: plain figures, and those with intervals side by side."""
    school, heads = scored.school, scored.heads
    best, bars = school.label("exit_is_best"), school.label("bars_to_best")
    stopped = school.label("stopped_first")
    profit = sample.of(heads["profit"].predictions, best)
    risk = sample.of(heads["risk"].predictions, stopped)
    timing = sample.of(heads["timing"].predictions, bars, naive_bars(scored))
    calibrated = sample.of(scored.exit_probability, best)
    figures = _intervals(
        {
            "exit_probability": (
                calibrated[0],
                _of_probability(sample.params.bins, *calibrated[1]),
            ),
            "timing": (timing[0], _of_timing(*timing[1])),
            "profit": (profit[0], _of_classifier(*profit[1])),
            "risk": (risk[0], _of_classifier(*risk[1])),
        }
    )
    counts = {
        "n_rows": int(calibrated[0].rows.size),
        "n_positions": int(np.unique(school.rows.position[calibrated[0].rows]).size),
    }
    probability = {"base_rate": _mean(calibrated[1][1]), **figures["exit_probability"], **counts}
    return {
        "heads": {
            "profit": {"base_rate": _mean(profit[1][1]), **figures["profit"]},
            "risk": {"base_rate": _mean(risk[1][1]), **figures["risk"]},
            "timing": {"mean_bars": _mean(timing[1][1]), **figures["timing"]},
        },
        "exit_probability": probability,
    }


def _intervals(
    wanted: Mapping[str, tuple[Sample, Mapping[str, Statistic]]],
) -> dict[str, dict[str, Record]]:
    """Every statistic on its own rows, spread over threads."""
    places = [(group, name) for group, (_, named) in wanted.items() for name in named]

    def one(place: tuple[str, str]) -> Record:
        some, named = wanted[place[0]]
        return some.interval(named[place[1]])

    made = dict(zip(places, in_threads(one, places, "judging exits"), strict=True))
    return {
        group: {name: made[group, name] for name in named} for group, (_, named) in wanted.items()
    }


def _of_classifier(p: Floats, label: Floats) -> dict[str, Statistic]:
    return {
        "auc": auc_statistic(p, label),
        "brier": brier_statistic(p, label),
        "brier_skill": brier_skill_statistic(p, label),
    }


def _of_probability(bins: int, p: Floats, label: Floats) -> dict[str, Statistic]:
    return {
        "slope": slope_statistic(p, label),  # the slowest first
        "intercept": intercept_statistic(p, label),
        "ece": ece_statistic(p, label, bins),
        **_of_classifier(p, label),
    }


def _of_timing(said: Floats, bars: Floats, naive: Floats) -> dict[str, Statistic]:
    return {
        "rank_correlation": rank_correlation_statistic(said, bars),
        "mae_bars": mean_statistic(np.abs(said - bars), 0.0),
        "naive_mae_bars": mean_statistic(np.abs(naive - bars), 0.0),
    }


def naive_bars(scored: Scored) -> Floats:
    """What the mean of the timing head's own training rows would have said, shape (rows,)."""
    walk = scored.heads["timing"]
    past = [np.nan if refit.model is None else refit.model.train_mean for refit in walk.models]
    return np.array([*past, np.nan])[walk.fold]  # fold -1 is the last entry


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
