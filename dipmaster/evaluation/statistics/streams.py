"""Random streams of the evaluation: one a phase and use, all below `gates.seed`."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics.bootstrap import Key, derive_stream_key


class Stream(IntEnum):
    """What random numbers are used for; never renumber, only add."""

    SHARPE = 0
    DRAWDOWN = 1
    POOL = 2
    PORTFOLIOS = 3
    PAIRED_DAYS = 4
    PAIRED_HISTORIES = 5
    OVERLAY = 6


@dataclass(frozen=True)
class Resampling:
    """How days are resampled: replications, mean run in days, random stream."""

    reps: int
    block_days: int
    key: Key

    @property
    def mean_runs(self) -> tuple[float, float, float]:
        """Mean lengths in days of the runs that histories of the drawdown are made of."""
        return float(self.block_days), float(np.sqrt(self.block_days)), 1.0


def build_resampling(phase: int, stream: Stream, gates: Gates) -> Resampling:
    """The bootstrap of one phase and use."""
    return Resampling(
        gates.bootstrap_reps, gates.block_days, derive_stream_key(gates.seed, phase, stream)
    )


def build_generator(phase: int, stream: Stream, gates: Gates) -> np.random.Generator:
    """Random numbers of one phase and use."""
    return np.random.default_rng(np.random.SeedSequence(gates.seed, spawn_key=(phase, stream)))
