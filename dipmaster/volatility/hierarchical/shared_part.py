"""What all coins share beside the state: integrated over nodes, and what it says of each coin."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, inner_kernel
from dipmaster.volatility.hierarchical.coin_bank import (
    SMALLEST,
    CoinBanks,
    copy_coin,
    update_parts,
)
from dipmaster.volatility.hierarchical.model import FilterModel

MIN_PROBABILITY = 1e-200
HALF = 0.5


class NodePosterior(NamedTuple):
    """One observation under each pair of history and state of the market.

    Attributes
    ----------
    node, weight
        Shared part and its posterior probability, shape (pairs, nodes).
    residual
        Observation less what offset and parts predict, shape (pairs, coins, 3).
    density
        Of the observation with the offset, at each node, shape (pairs, coins, 3, nodes).
    total
        Sum of `density` over offsets, shape (pairs, coins, nodes).
    """

    node: Floats
    weight: Floats
    residual: Floats
    density: Floats
    total: Floats


class Predicted(NamedTuple):
    """A step on, before it is observed.

    Attributes
    ----------
    mean, variance
        Of the market's Gaussian part, shape (histories,).
    part_sum, part_variance
        Of a coin's observation given its class and the shared part, shape
        (histories, coins, 3).
    """

    mean: Floats
    variance: Floats
    part_sum: Floats
    part_variance: Floats


@inner_kernel
def class_of(state: int, offset: int) -> int:
    """Class of a coin: the market's state moved by the offset, held within low and high."""
    return min(max(state + offset - 1, 0), 2)


@inner_kernel
def weigh_nodes(
    model: FilterModel,
    observed: Floats,
    ahead: CoinBanks,
    predicted: Predicted,
    found: NodePosterior,
    h: int,
    state: int,
    p: int,
) -> float:
    """Fill pair `p` of `found`; log likelihood of a step. A coin not observed says nothing."""
    nodes = model.nodes.size
    sd = np.sqrt(predicted.variance[h] + model.common_variance)
    for g in range(nodes):
        found.node[p, g] = predicted.mean[h] + sd * model.nodes[g]
        found.weight[p, g] = model.node_log_weights[g]
    for i in range(observed.size):
        if np.isnan(observed[i]):
            continue
        for o in range(3):
            expected = model.centres[class_of(state, o)] + predicted.part_sum[h, i, o]
            residual = observed[i] - expected
            found.residual[p, i, o] = residual
            narrow = predicted.part_variance[h, i, o]
            wide = narrow + model.outlier_variance
            usual = ahead.belief[h, i, o] * (1.0 - model.outlier_frac) / np.sqrt(narrow)
            outlier = ahead.belief[h, i, o] * model.outlier_frac / np.sqrt(wide)
            narrow, wide = -0.5 / narrow, -0.5 / wide
            for g in range(nodes):
                square = (residual - found.node[p, g]) ** 2
                found.density[p, i, o, g] = usual * np.exp(square * narrow) + outlier * np.exp(
                    square * wide
                )
        for g in range(nodes):
            total = found.density[p, i, 0, g] + found.density[p, i, 1, g]
            found.total[p, i, g] = max(total + found.density[p, i, 2, g], SMALLEST)
            found.weight[p, g] += np.log(found.total[p, i, g])
    return normalise(found, p)


@inner_kernel
def normalise(found: NodePosterior, p: int) -> float:
    """Log weights of the nodes to probabilities; log of their sum."""
    top, total = found.weight[p, 0], 0.0
    for g in range(1, found.weight.shape[1]):
        top = max(top, found.weight[p, g])
    for g in range(found.weight.shape[1]):
        found.weight[p, g] = np.exp(found.weight[p, g] - top)
        total += found.weight[p, g]
    for g in range(found.weight.shape[1]):
        found.weight[p, g] /= total
    return float(top + np.log(total))


@inner_kernel
def shared_moments(found: NodePosterior, p: int) -> tuple[float, float]:
    """Posterior mean and variance of the shared part."""
    mean, variance = 0.0, 0.0
    for g in range(found.node.shape[1]):
        mean += found.weight[p, g] * found.node[p, g]
    for g in range(found.node.shape[1]):
        variance += found.weight[p, g] * (found.node[p, g] - mean) ** 2
    return mean, variance


@inner_kernel
def update_coins(
    model: FilterModel,
    observed: Floats,
    ahead: CoinBanks,
    predicted: Predicted,
    found: NodePosterior,
    now: CoinBanks,
    h: int,
    p: int,
    j: int,
) -> None:
    """Beliefs of the new history `j` after pair `p`; what is not observed stays as predicted."""
    for i in range(observed.size):
        explained = 0.0
        if not np.isnan(observed[i]):
            for o in range(3):
                probability, mean, variance = coin_moments(found, p, i, o)
                now.belief[j, i, o] = probability
                explained += probability
                update_parts(
                    model, ahead, now, h, j, i, o, found.residual[p, i, o] - mean,
                    predicted.part_variance[h, i, o], variance,
                )  # fmt: skip
        if not explained > HALF:  # not observed, or beyond every density
            copy_coin(ahead, now, h, j, i)


@inner_kernel
def coin_moments(found: NodePosterior, p: int, i: int, o: int) -> tuple[float, float, float]:
    """Probability of a coin's offset, and the shared part's mean and variance given it."""
    probability, first, second = 0.0, 0.0, 0.0
    for g in range(found.node.shape[1]):
        joint = found.weight[p, g] * found.density[p, i, o, g] / found.total[p, i, g]
        probability += joint
        first += joint * found.node[p, g]
        second += joint * found.node[p, g] ** 2
    mean = first / max(probability, MIN_PROBABILITY)
    return probability, mean, max(second / max(probability, MIN_PROBABILITY) - mean**2, 0.0)
