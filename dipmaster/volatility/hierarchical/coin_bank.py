"""Banks of Kalman filters: one for each history, coin and offset from the market's state."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, inner_kernel
from dipmaster.volatility.hierarchical.model import FilterModel

SMALLEST = 1e-300
MIN_TRUST = 1e-3


class CoinBanks(NamedTuple):
    """Beliefs about all coins within each history of the market's state.

    Attributes
    ----------
    belief
        Probability of each offset, shape (histories, coins, 3).
    mean, covariance
        Of the Gaussian parts given the offset, shapes (histories, coins, 3, parts) and
        (histories, coins, 3, parts, parts).
    """

    belief: Floats
    mean: Floats
    covariance: Floats


@inner_kernel
def predict_coins(model: FilterModel, now: CoinBanks, ahead: CoinBanks, h: int) -> None:
    """A step on, before it is observed: offsets mixed, moments matched, parts decayed.

    The mixing of an interacting-multiple-model filter (Blom and Bar-Shalom 1988).
    """
    parts = model.decay.size
    for i in range(now.belief.shape[1]):
        for to in range(3):
            below = now.belief[h, i, 0] * model.offset_transition[0, to]
            same = now.belief[h, i, 1] * model.offset_transition[1, to]
            above = now.belief[h, i, 2] * model.offset_transition[2, to]
            total = below + same + above
            ahead.belief[h, i, to] = total
            shares = (
                below / max(total, SMALLEST),
                same / max(total, SMALLEST),
                above / max(total, SMALLEST),
            )
            mix_parts(model, now, ahead, h, i, to, shares)
            for d in range(parts):
                ahead.covariance[h, i, to, d, d] += model.variance[d] * (1.0 - model.decay[d] ** 2)
                ahead.mean[h, i, to, d] *= model.decay[d]


@inner_kernel
def mix_parts(
    model: FilterModel,
    now: CoinBanks,
    ahead: CoinBanks,
    h: int,
    i: int,
    to: int,
    shares: tuple[float, float, float],
) -> None:
    """Mean and decayed covariance of the parts over the offsets a coin may come from."""
    parts = model.decay.size
    for d in range(parts):
        mean = 0.0
        for o in range(3):
            mean += shares[o] * now.mean[h, i, o, d]
        ahead.mean[h, i, to, d] = mean
    for d in range(parts):
        for k in range(d + 1):
            moment = 0.0
            for o in range(3):
                apart = (now.mean[h, i, o, d] - ahead.mean[h, i, to, d]) * (
                    now.mean[h, i, o, k] - ahead.mean[h, i, to, k]
                )
                moment += shares[o] * (now.covariance[h, i, o, d, k] + apart)
            moment *= model.decay[d] * model.decay[k]
            ahead.covariance[h, i, to, d, k] = moment
            ahead.covariance[h, i, to, k, d] = moment


@inner_kernel
def sum_parts(
    model: FilterModel, ahead: CoinBanks, total: Floats, variance: Floats, h: int
) -> None:
    """Mean and variance of an observation given offset, class and shared part."""
    parts = model.decay.size
    for i in range(total.shape[1]):
        for o in range(3):
            mean, spread = 0.0, model.noise_variance
            for d in range(parts):
                mean += ahead.mean[h, i, o, d]
                for k in range(parts):
                    spread += ahead.covariance[h, i, o, d, k]
            total[h, i, o] = mean
            variance[h, i, o] = spread


@inner_kernel
def update_parts(
    model: FilterModel,
    ahead: CoinBanks,
    now: CoinBanks,
    h: int,
    j: int,
    i: int,
    o: int,
    residual: float,
    variance: float,
    shared_variance: float,
) -> None:
    """Kalman step of one coin and offset, from history `h` to the new history `j`.

    Parameters
    ----------
    residual, variance
        Of the observation, the shared part's posterior mean taken off.
    shared_variance
        Posterior variance of the shared part: the gain does not know better than that.
    """
    parts = model.decay.size
    wide = variance + model.outlier_variance
    usual = (1.0 - model.outlier_frac) * np.exp(-0.5 * residual**2 / variance) / np.sqrt(variance)
    outlier = model.outlier_frac * np.exp(-0.5 * residual**2 / wide) / np.sqrt(wide)
    trusted = usual / max(usual + outlier, SMALLEST)
    spread = variance / max(trusted, MIN_TRUST)  # what may be an outlier moves the parts less
    for d in range(parts):
        gain = sum_row(ahead, h, i, o, d) / spread
        now.mean[j, i, o, d] = ahead.mean[h, i, o, d] + gain * residual
        for k in range(d + 1):
            both = gain * (sum_row(ahead, h, i, o, k) / spread)
            moment = ahead.covariance[h, i, o, d, k] + both * (shared_variance - spread)
            now.covariance[j, i, o, d, k] = moment
            now.covariance[j, i, o, k, d] = moment


@inner_kernel
def sum_row(banks: CoinBanks, h: int, i: int, o: int, d: int) -> float:
    """Covariance of one part with the sum of all."""
    total = 0.0
    for k in range(banks.mean.shape[3]):
        total += banks.covariance[h, i, o, d, k]
    return total


@inner_kernel
def copy_coin(ahead: CoinBanks, now: CoinBanks, h: int, j: int, i: int) -> None:
    """What was predicted of a coin that is not observed."""
    parts = ahead.mean.shape[3]
    for o in range(3):
        now.belief[j, i, o] = ahead.belief[h, i, o]
        for d in range(parts):
            now.mean[j, i, o, d] = ahead.mean[h, i, o, d]
            for k in range(parts):
                now.covariance[j, i, o, d, k] = ahead.covariance[h, i, o, d, k]
