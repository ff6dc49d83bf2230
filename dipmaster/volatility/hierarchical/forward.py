"""The hierarchical forward filter: market's state and each coin's class, hour by hour."""

import numpy as np

from dipmaster.core.kernels import Floats, inlined_kernel, inner_kernel, kernel
from dipmaster.volatility.hierarchical.coin_bank import predict_coins, sum_parts
from dipmaster.volatility.hierarchical.histories import (
    add_candidate,
    choose_heaviest,
    log_total,
    time_of_change,
)
from dipmaster.volatility.hierarchical.model import FilterModel
from dipmaster.volatility.hierarchical.shared_part import (
    class_of,
    shared_moments,
    update_coins,
    weigh_nodes,
)
from dipmaster.volatility.hierarchical.workspace import Workspace, make_workspace


def filter_forward(observed: Floats, model: FilterModel) -> tuple[Floats, Floats]:
    """Probabilities after each step, given the observations so far (no smoothing).

    An assumed-density filter (Boyen and Koller 1998): given a history of the market's state the
    coins depend on each other only through the shared part, and each is a bank of Kalman
    filters. `model.histories` of the market's state are carried side by side, because one alone
    can exclude a state for weeks.

    Parameters
    ----------
    observed
        Shape (coins, steps), NaN where nothing is known: that coin is then predicted on, and
        says nothing about the others.

    Returns
    -------
    market, coins
        Shapes (steps, 3) and (coins, steps, 3).
    """
    coins, steps = observed.shape
    market, coin = np.zeros((steps, 3)), np.zeros((steps, coins, 3))
    run_filter(np.ascontiguousarray(observed.T), model, make_workspace(model, coins), market, coin)
    return market, coin.transpose(1, 0, 2)


@kernel
def run_filter(
    observed: Floats, model: FilterModel, work: Workspace, market: Floats, coin: Floats
) -> None:
    """Filter forward; `observed` has shape (steps, coins), the sums go to `market` and `coin`."""
    for t in range(observed.shape[0]):
        step_filter(observed[t], t, model, work, market[t], coin[t])


@inlined_kernel
def step_filter(
    observed: Floats, t: int, model: FilterModel, work: Workspace, market: Floats, coin: Floats
) -> None:
    """Take in step `t`, shape (coins,); probabilities are added to shapes (3,) and (coins, 3)."""
    for h in range(work.kept[0]):
        predict_history(model, work, h)
    work.candidates.filled[0] = 0
    for h in range(work.kept[0]):
        for b in range(3):
            branch_history(model, work, observed, t, h, b)
    kept = choose_heaviest(work.candidates, work.chosen)
    total = log_total(work.candidates, work.chosen, kept)
    for j in range(kept):
        update_history(model, work, observed, j, total)
        add_beliefs(work, j, market, coin)
    work.kept[0] = kept


@inner_kernel
def predict_history(model: FilterModel, work: Workspace, h: int) -> None:
    """A step on: the market's part and every coin of one history."""
    now, ahead = work.histories, work.predicted
    ahead.mean[h] = model.market_decay * now.mean[h]
    ahead.variance[h] = model.market_variance + model.market_decay**2 * (
        now.variance[h] - model.market_variance
    )
    predict_coins(model, work.now, work.ahead, h)
    sum_parts(model, work.ahead, ahead.part_sum, ahead.part_variance, h)


@inner_kernel
def branch_history(
    model: FilterModel, work: Workspace, observed: Floats, t: int, h: int, state: int
) -> None:
    """Candidate of history `h` and the state that follows, where it can."""
    now = work.histories
    move = model.market_transition[now.state[h], state]
    if move <= 0.0:
        return
    pair = 3 * h + state
    likelihood = weigh_nodes(
        model, observed, work.ahead, work.predicted, work.posterior, h, state, pair
    )
    weight = now.log_weight[h] + np.log(move) + likelihood
    last = time_of_change(now.state[h], state, now.changed[h], t, model.memory_steps)
    add_candidate(work.candidates, weight, state, last, pair)


@inner_kernel
def update_history(
    model: FilterModel, work: Workspace, observed: Floats, j: int, log_total_weight: float
) -> None:
    """The chosen candidate `j` becomes history `j`."""
    now, ahead, found = work.histories, work.predicted, work.candidates
    c = work.chosen[j]
    pair = found.pair[c]
    h = pair // 3
    now.log_weight[j] = found.log_weight[c] - log_total_weight
    now.state[j], now.changed[j] = found.state[c], found.changed[c]
    shared, spread = shared_moments(work.posterior, pair)
    gain = ahead.variance[h] / (ahead.variance[h] + model.common_variance)
    now.mean[j] = ahead.mean[h] + gain * (shared - ahead.mean[h])
    now.variance[j] = ahead.variance[h] * (1.0 - gain) + gain**2 * spread
    update_coins(model, observed, work.ahead, ahead, work.posterior, work.now, h, pair, j)


@inner_kernel
def add_beliefs(work: Workspace, j: int, market: Floats, coin: Floats) -> None:
    """One history's share of the probabilities."""
    weight, state = np.exp(work.histories.log_weight[j]), work.histories.state[j]
    market[state] += weight
    for i in range(coin.shape[0]):
        for o in range(3):
            coin[i, class_of(state, o)] += weight * work.now.belief[j, i, o]
