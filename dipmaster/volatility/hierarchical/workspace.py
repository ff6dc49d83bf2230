"""Arrays that the forward filter carries from step to step, one row a history."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.volatility.hierarchical.coin_bank import CoinBanks
from dipmaster.volatility.hierarchical.histories import FORGOTTEN, Candidates
from dipmaster.volatility.hierarchical.model import STATES, FilterModel
from dipmaster.volatility.hierarchical.shared_part import NodePosterior, Predicted


class Histories(NamedTuple):
    """Of the market's state, shape (histories,).

    Attributes
    ----------
    log_weight
        Log probability.
    state, changed
        State of the market, and step of its last change.
    mean, variance
        Of the market's Gaussian part.
    """

    log_weight: Floats
    state: Ints
    changed: Ints
    mean: Floats
    variance: Floats


class Workspace(NamedTuple):
    """All of them; `kept` is how many histories there are, shape (1,).

    From step to step `histories`, `now` and `kept` are remembered, the rest is written over.
    """

    kept: Ints
    histories: Histories
    now: CoinBanks
    predicted: Predicted
    ahead: CoinBanks
    posterior: NodePosterior
    candidates: Candidates
    chosen: Ints


def make_workspace(model: FilterModel, coins: int) -> Workspace:
    """One history a state, as probable; every coin under the long-run law of offset and parts."""
    width = max(model.histories, STATES)
    shape, size = (width, coins, STATES), STATES * width
    nodes, parts = model.nodes.size, model.decay.size
    covariance = np.broadcast_to(np.diag(model.variance), (*shape, parts, parts))
    return Workspace(
        kept=np.array([STATES], dtype=np.int64),
        histories=Histories(
            np.zeros(width),
            np.arange(width, dtype=np.int64) % STATES,
            np.full(width, FORGOTTEN, dtype=np.int64),
            np.zeros(width),
            np.full(width, model.market_variance),
        ),
        now=CoinBanks(
            np.tile(model.offset_start, (width, coins, 1)),
            np.zeros((*shape, parts)),
            covariance.copy(),
        ),
        predicted=Predicted(np.empty(width), np.empty(width), np.empty(shape), np.empty(shape)),
        ahead=CoinBanks(np.empty(shape), np.empty((*shape, parts)), np.empty(covariance.shape)),
        posterior=NodePosterior(
            np.empty((size, nodes)),
            np.empty((size, nodes)),
            np.empty((size, coins, STATES)),
            np.empty((size, coins, STATES, nodes)),
            np.empty((size, coins, nodes)),
        ),
        candidates=Candidates(
            np.zeros(1, dtype=np.int64),
            np.empty(size),
            np.empty(size),
            *(np.empty(size, dtype=np.int64) for _ in range(3)),
        ),
        chosen=np.empty(model.histories, dtype=np.int64),
    )
