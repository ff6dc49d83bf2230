"""Constants of the hierarchical filter: centres, chains, Gaussian parts, nodes."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.volatility import GaussianPart, Regime
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR

STATES = 3
"""Of the market; a coin's offset from it has as many: a state below, the same, one above."""

STEP_BARS = BARS_PER_HOUR
STEPS_PER_DAY = BARS_PER_DAY // STEP_BARS
NODES = 13
NODE_RANGE_SD = 3.0


class FilterModel(NamedTuple):
    """The model's constants as the kernels read them; a step is an hour.

    Attributes
    ----------
    centres
        Log daily volatility in the middle of each class, shape (3,).
    market_transition, offset_transition
        Probability of (from, to) a step, shape (3, 3).
    offset_start
        Long-run law of a coin's offset, shape (3,).
    decay, variance
        Of each Gaussian part of a coin: factor a step, stationary variance, shape (parts,).
    market_decay, market_variance
        Of the Gaussian part that all coins share.
    noise_variance, common_variance
        Of an hour's observation: the coin's own, and shared by all coins.
    outlier_frac, outlier_variance
        Share of observations with more noise, and how much more.
    nodes, node_log_weights
        Standard normal law on a grid, shape (nodes,).
    histories, memory_steps
        Histories of the market's state that are kept; steps after which two that differ only
        in older changes are one.
    """

    centres: Floats
    market_transition: Floats
    offset_transition: Floats
    offset_start: Floats
    decay: Floats
    variance: Floats
    market_decay: float
    market_variance: float
    noise_variance: float
    common_variance: float
    outlier_frac: float
    outlier_variance: float
    nodes: Floats
    node_log_weights: Floats
    histories: int
    memory_steps: int


def build_model(centres: Floats, params: Regime) -> FilterModel:
    """Constants from params; nothing is fitted.

    Parameters
    ----------
    centres
        From `dipmaster.volatility.regime.class_centres`.
    """
    hierarchical = params.hierarchical
    parts = (hierarchical.level, hierarchical.slow, hierarchical.fast)
    home, away = _leave(hierarchical.home_days), _leave(hierarchical.away_days)
    nodes = np.linspace(-NODE_RANGE_SD, NODE_RANGE_SD, NODES)
    return FilterModel(
        centres=centres,
        market_transition=_market_chain(_leave(params.dwell_days)),
        offset_transition=_offset_chain(home, away),
        offset_start=np.array([home / 2.0, away, home / 2.0]) / (home + away),
        decay=np.array([_decay(part) for part in parts]),
        variance=np.array([part.sd**2 for part in parts]),
        market_decay=_decay(hierarchical.market),
        market_variance=hierarchical.market.sd**2,
        noise_variance=hierarchical.noise_sd**2,
        common_variance=hierarchical.common_noise_sd**2,
        outlier_frac=hierarchical.outlier_frac,
        outlier_variance=hierarchical.outlier_variance,
        nodes=nodes,
        node_log_weights=-0.5 * nodes**2 - np.log(np.exp(-0.5 * nodes**2).sum()),
        histories=hierarchical.histories,
        memory_steps=round(hierarchical.memory_days * STEPS_PER_DAY),
    )


def _leave(days: float) -> float:
    """Probability of leaving within a step a state that is held so long on average."""
    return 1.0 - float(np.exp(-1.0 / (days * STEPS_PER_DAY)))


def _decay(part: GaussianPart) -> float:
    return float(0.5 ** (1.0 / (part.halflife_days * STEPS_PER_DAY)))


def _market_chain(leave: float) -> Floats:
    """A state is left for a neighbour; from the middle both are as likely."""
    stay = 1.0 - leave
    return np.array([[stay, leave, 0.0], [leave / 2.0, stay, leave / 2.0], [0.0, leave, stay]])


def _offset_chain(home: float, away: float) -> Floats:
    """A coin leaves the market's state for a neighbouring one and comes back."""
    return np.array(
        [[1.0 - away, away, 0.0], [home / 2.0, 1.0 - home, home / 2.0], [0.0, away, 1.0 - away]]
    )
