"""Every statistic of the room, and rows to compute them on."""

from collections.abc import Callable

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.learning.evaluation import (
    Statistic,
    auc_statistic,
    brier_skill_statistic,
    brier_statistic,
    ece_statistic,
    intercept_statistic,
    log_loss_statistic,
    mean_statistic,
    rank_correlation_statistic,
    slope_statistic,
)

STATISTICS: dict[str, Callable[[Floats, Floats, Floats], Statistic]] = {
    "auc": lambda p, won, net: auc_statistic(p, won),
    "brier": lambda p, won, net: brier_statistic(p, won),
    "brier_skill": lambda p, won, net: brier_skill_statistic(p, won),
    "log_loss": lambda p, won, net: log_loss_statistic(p, won),
    "ece": lambda p, won, net: ece_statistic(p, won, 5),
    "slope": lambda p, won, net: slope_statistic(p, won),
    "intercept": lambda p, won, net: intercept_statistic(p, won),
    "return_rank_correlation": lambda p, won, net: rank_correlation_statistic(p, net),
    "mean_net": lambda p, won, net: mean_statistic(net),
}


def judged(rows: int, seed: int = 1, step: float = 0.0) -> tuple[Floats, Floats, Floats]:
    """p, won and net return; p on a grid of `step` where that is above 0, so that it ties."""
    rng = np.random.default_rng(seed)
    p = np.clip(rng.beta(4.0, 4.0, rows), 0.02, 0.98)
    won = (rng.random(rows) < p**1.3).astype(np.float64)
    if step:
        p = np.round(p / step) * step
    return p, won, np.where(won > 0.0, 0.006, -0.017) + 0.004 * rng.standard_normal(rows)
