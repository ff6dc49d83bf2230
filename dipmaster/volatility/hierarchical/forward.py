"""The hierarchical forward filter: market's state and each coin's class, hour by hour."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, inner_kernel, kernel
from dipmaster.volatility.hierarchical.coin_bank import CoinBank, predict_coins, sum_parts
from dipmaster.volatility.hierarchical.histories import (
    FORGOTTEN,
    Candidates,
    add_candidate,
    choose_heaviest,
    log_total,
    time_of_change,
)
from dipmaster.volatility.hierarchical.model import FilterModel
from dipmaster.volatility.hierarchical.shared_part import (
    Evidence,
    class_of,
    shared_moments,
    update_coins,
    weigh_nodes,
)


class Banks(NamedTuple):
    """`CoinBank` of each history; shapes (histories, coins, 3), (..., parts), (..., parts, parts)."""

    belief: Floats
    mean: Floats
    covariance: Floats


class Pairs(NamedTuple):
    """`Evidence` of each history and state, first axis 3 x histories."""

    node: Floats
    weight: Floats
    residual: Floats
    density: Floats
    total: Floats


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
    market, coin = np.zeros((steps, 3)), np.zeros((coins, steps, 3))
    run_filter(np.ascontiguousarray(observed.T), model, market, coin)
    return market, coin


@kernel
def run_filter(observed: Floats, model: FilterModel, market: Floats, coin: Floats) -> None:
    """Filter forward; `observed` has shape (steps, coins), the sums go to `market` and `coin`."""
    steps, coins = observed.shape
    kept = 3
    width = max(model.histories, kept)
    now, ahead = new_banks(width, coins, model), new_banks(width, coins, model)
    found, pairs = new_candidates(3 * width), new_pairs(3 * width, coins, model.nodes.size)
    log_weight, state, changed = np.zeros(width), np.arange(width) % 3, np.full(width, FORGOTTEN)
    mean, variance = np.zeros(width), np.full(width, model.market_variance)
    ahead_mean, ahead_variance = np.empty(width), np.empty(width)
    part_sum, part_variance = np.empty((width, coins, 3)), np.empty((width, coins, 3))
    chosen = np.empty(model.histories, np.int64)
    for t in range(steps):
        count = 0
        for h in range(kept):
            ahead_mean[h] = model.market_decay * mean[h]
            ahead_variance[h] = model.market_variance + model.market_decay**2 * (
                variance[h] - model.market_variance
            )
            predict_coins(model, bank_of(now, h), bank_of(ahead, h))
            sum_parts(model, bank_of(ahead, h), part_sum[h], part_variance[h])
            for b in range(3):
                move = model.market_transition[state[h], b]
                if move <= 0.0:
                    continue
                weight = log_weight[h] + np.log(move)
                weight += weigh_nodes(
                    model, observed[t], b, ahead_mean[h], ahead_variance[h], bank_of(ahead, h),
                    part_sum[h], part_variance[h], evidence_of(pairs, 3 * h + b),
                )  # fmt: skip
                last = time_of_change(state[h], b, changed[h], t, model.memory_steps)
                count = add_candidate(found, count, weight, b, last, 3 * h + b)
        kept = choose_heaviest(found, count, chosen)
        total = log_total(found, chosen, kept)
        for j in range(kept):
            c = chosen[j]
            h = found.pair[c] // 3
            evidence = evidence_of(pairs, found.pair[c])
            log_weight[j] = found.log_weight[c] - total
            state[j], changed[j] = found.state[c], found.changed[c]
            shared, spread = shared_moments(evidence)
            gain = ahead_variance[h] / (ahead_variance[h] + model.common_variance)
            mean[j] = ahead_mean[h] + gain * (shared - ahead_mean[h])
            variance[j] = ahead_variance[h] * (1.0 - gain) + gain**2 * spread
            update_coins(
                model, observed[t], bank_of(ahead, h), part_variance[h], evidence, bank_of(now, j)
            )
            add_beliefs(np.exp(log_weight[j]), state[j], now.belief[j], t, market, coin)


@inner_kernel
def add_beliefs(
    weight: float, state: int, belief: Floats, t: int, market: Floats, coin: Floats
) -> None:
    """One history's share of the probabilities."""
    market[t, state] += weight
    for i in range(belief.shape[0]):
        for o in range(3):
            coin[i, t, class_of(state, o)] += weight * belief[i, o]


@inner_kernel
def new_banks(histories: int, coins: int, model: FilterModel) -> Banks:
    """Every coin under the long-run law of its offset and parts."""
    parts = model.decay.size
    belief = np.empty((histories, coins, 3))
    covariance = np.zeros((histories, coins, 3, parts, parts))
    for o in range(3):
        belief[:, :, o] = model.offset_start[o]
        for d in range(parts):
            covariance[:, :, o, d, d] = model.variance[d]
    return Banks(belief, np.zeros((histories, coins, 3, parts)), covariance)


@inner_kernel
def new_candidates(size: int) -> Candidates:
    """Room for the continuations of a step."""
    return Candidates(
        np.empty(size),
        np.empty(size),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
    )


@inner_kernel
def new_pairs(size: int, coins: int, nodes: int) -> Pairs:
    """Room for the evidence of every history and state."""
    return Pairs(
        np.empty((size, nodes)),
        np.empty((size, nodes)),
        np.empty((size, coins, 3)),
        np.empty((size, coins, 3, nodes)),
        np.empty((size, coins, nodes)),
    )


@inner_kernel
def bank_of(banks: Banks, h: int) -> CoinBank:
    """Views of one history's bank."""
    return CoinBank(banks.belief[h], banks.mean[h], banks.covariance[h])


@inner_kernel
def evidence_of(pairs: Pairs, p: int) -> Evidence:
    """Views of one pair's evidence."""
    return Evidence(
        pairs.node[p], pairs.weight[p], pairs.residual[p], pairs.density[p], pairs.total[p]
    )
