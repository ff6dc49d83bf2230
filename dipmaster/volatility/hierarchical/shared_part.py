"""What all coins share beside the state: integrated over nodes, and what it says of each coin."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, inner_kernel
from dipmaster.volatility.hierarchical.coin_bank import (
    SMALLEST,
    CoinBank,
    copy_coin,
    update_parts,
)
from dipmaster.volatility.hierarchical.model import FilterModel

MIN_PROBABILITY = 1e-200
HALF = 0.5


class Evidence(NamedTuple):
    """One observation under one history and state of the market.

    Attributes
    ----------
    node, weight
        Shared part and its posterior probability, shape (nodes,).
    residual
        Observation less what offset and parts predict, shape (coins, 3).
    density
        Of the observation with the offset, at each node, shape (coins, 3, nodes).
    total
        Sum of `density` over offsets, shape (coins, nodes).
    """

    node: Floats
    weight: Floats
    residual: Floats
    density: Floats
    total: Floats


@inner_kernel
def class_of(state: int, offset: int) -> int:
    """Class of a coin: the market's state moved by the offset, held within low and high."""
    return min(max(state + offset - 1, 0), 2)


@inner_kernel
def weigh_nodes(
    model: FilterModel,
    observed: Floats,
    state: int,
    market_mean: float,
    market_variance: float,
    ahead: CoinBank,
    part_sum: Floats,
    variance: Floats,
    found: Evidence,
) -> float:
    """Fill `found`; log likelihood of the step. A coin that is not observed says nothing."""
    sd = np.sqrt(market_variance + model.common_variance)
    for g in range(model.nodes.size):
        found.node[g] = market_mean + sd * model.nodes[g]
        found.weight[g] = model.node_log_weights[g]
    for i in range(observed.size):
        if np.isnan(observed[i]):
            continue
        for o in range(3):
            residual = observed[i] - model.centres[class_of(state, o)] - part_sum[i, o]
            found.residual[i, o] = residual
            narrow, wide = variance[i, o], variance[i, o] + model.outlier_variance
            usual = ahead.belief[i, o] * (1.0 - model.outlier_frac) / np.sqrt(narrow)
            outlier = ahead.belief[i, o] * model.outlier_frac / np.sqrt(wide)
            narrow, wide = -0.5 / narrow, -0.5 / wide
            for g in range(model.nodes.size):
                square = (residual - found.node[g]) ** 2
                found.density[i, o, g] = usual * np.exp(square * narrow) + outlier * np.exp(
                    square * wide
                )
        for g in range(model.nodes.size):
            total = found.density[i, 0, g] + found.density[i, 1, g] + found.density[i, 2, g]
            found.total[i, g] = max(total, SMALLEST)
            found.weight[g] += np.log(found.total[i, g])
    top = found.weight.max()
    total = 0.0
    for g in range(model.nodes.size):
        found.weight[g] = np.exp(found.weight[g] - top)
        total += found.weight[g]
    for g in range(model.nodes.size):
        found.weight[g] /= total
    return top + np.log(total)


@inner_kernel
def shared_moments(found: Evidence) -> tuple[float, float]:
    """Posterior mean and variance of the shared part."""
    mean, variance = 0.0, 0.0
    for g in range(found.node.size):
        mean += found.weight[g] * found.node[g]
    for g in range(found.node.size):
        variance += found.weight[g] * (found.node[g] - mean) ** 2
    return mean, variance


@inner_kernel
def update_coins(
    model: FilterModel,
    observed: Floats,
    ahead: CoinBank,
    variance: Floats,
    found: Evidence,
    now: CoinBank,
) -> None:
    """Beliefs about all coins after the step; what is not observed stays as predicted."""
    nodes = found.node.size
    share = np.empty(nodes)
    for i in range(observed.size):
        if np.isnan(observed[i]):
            copy_coin(ahead, now, i)
            continue
        for g in range(nodes):
            share[g] = found.weight[g] / found.total[i, g]
        explained = 0.0
        for o in range(3):
            probability, first, second = 0.0, 0.0, 0.0
            for g in range(nodes):
                joint = share[g] * found.density[i, o, g]
                probability += joint
                first += joint * found.node[g]
                second += joint * found.node[g] ** 2
            now.belief[i, o] = probability
            explained += probability
            shared = first / max(probability, MIN_PROBABILITY)
            shared_variance = max(second / max(probability, MIN_PROBABILITY) - shared**2, 0.0)
            update_parts(
                model, ahead, now, i, o, found.residual[i, o] - shared, variance[i, o],
                shared_variance,
            )  # fmt: skip
        if not explained > HALF:  # beyond every density: as if it had not been observed
            copy_coin(ahead, now, i)
