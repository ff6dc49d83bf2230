"""Rows of a toy market: signals, labels that take up to 37 bars, three inputs."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params.confidence import MinTrainingSet
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY
from dipmaster.learning.schedule import CaseWords, TrainingSchedule

DAYS = 190
MONTHS = (59, 90, 120, 151, 181)  # days at which March to July begin
NO_MINIMUM = MinTrainingSet.model_construct(candidates=0, per_class=0)
FIRST_MS = 1_672_531_200_000  # 2023-01-01


@dataclass(frozen=True)
class Rows:
    """What the owner of a walk has: shape (rows,) each, `x` (rows, 3)."""

    symbol: Ints
    signal_bar: Ints
    exit_bar: Ints
    x: Floats
    won: Floats

    @property
    def signal_ms(self) -> Ints:
        return FIRST_MS + self.signal_bar * BAR_MS

    @property
    def known_ms(self) -> Ints:
        return FIRST_MS + (self.exit_bar + 1) * BAR_MS

    def with_another_future(self, t_ms: int, seed: int) -> "Rows":
        """The same up to `t_ms`: later inputs, labels and exits are others."""
        rng = np.random.default_rng(seed)
        unseen: Bools = self.signal_ms + BAR_MS > t_ms
        unknown: Bools = self.known_ms > t_ms
        now_bar = (t_ms - FIRST_MS) // BAR_MS
        exit_bar = np.maximum(self.signal_bar + 1, now_bar) + rng.integers(0, 60, self.won.size)
        return replace(
            self,
            x=np.where(unseen[:, None], 5.0 * rng.standard_normal(self.x.shape), self.x),
            won=np.where(unknown, rng.random(self.won.size) < 0.5, self.won).astype(np.float64),
            exit_bar=np.where(unknown, exit_bar, self.exit_bar),
        )


def made_schedule(
    signal_ms: Ints,
    known_ms: Ints,
    refits_ms: dict[str, Ints],
    purge_ms: int,
    least: MinTrainingSet = NO_MINIMUM,
) -> TrainingSchedule:
    """Each row a case of its own, all with a weight of 1."""
    return TrainingSchedule(
        signal_ms=signal_ms,
        known_ms=known_ms,
        case_id=np.arange(signal_ms.size),
        refits_ms=refits_ms,
        purge_ms=purge_ms,
        min_train=least,
        words=CaseWords("candidates", "won", "did not"),
        weight=np.ones(signal_ms.size),
    )


def made_rows(rows: int) -> Rows:
    """Rows spread over the days; around each month's beginning labels are open or just end.

    The first input tells something.
    """
    rng = np.random.default_rng(8)
    spread = rng.integers(0, DAYS * BARS_PER_DAY, rows)
    around = np.concatenate([day * BARS_PER_DAY - np.arange(2, 32, 2) for day in MONTHS])
    bar = np.concatenate([spread, around])
    exit_bar = bar + 1 + rng.integers(0, 37, bar.size)
    on_the_first = np.arange(rows, bar.size, 3)
    exit_bar[on_the_first] = -(-bar[on_the_first] // BARS_PER_DAY) * BARS_PER_DAY
    x = rng.standard_normal((bar.size, 3))
    won = (rng.random(bar.size) < expit(x[:, 0] - 0.2)).astype(np.float64)
    order = np.argsort(bar, kind="stable")
    symbol = rng.integers(0, 5, bar.size)
    return Rows(symbol[order], bar[order], exit_bar[order], x[order], won[order])
