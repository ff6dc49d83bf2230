"""Bank of Kalman filters: one for each coin and offset from the market's state."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, inner_kernel
from dipmaster.volatility.hierarchical.model import FilterModel

SMALLEST = 1e-300


class CoinBank(NamedTuple):
    """Beliefs about all coins within one history of the market's state.

    Attributes
    ----------
    belief
        Probability of each offset, shape (coins, 3).
    mean, covariance
        Of the Gaussian parts given the offset, shapes (coins, 3, parts) and
        (coins, 3, parts, parts).
    """

    belief: Floats
    mean: Floats
    covariance: Floats


@inner_kernel
def predict_coins(model: FilterModel, now: CoinBank, ahead: CoinBank) -> None:
    """A step on, before it is observed: offsets mixed, moments matched, parts decayed.

    The mixing of an interacting-multiple-model filter (Blom and Bar-Shalom 1988).
    """
    offsets, parts = 3, model.decay.size
    share = np.empty(offsets)
    for i in range(now.belief.shape[0]):
        for to in range(offsets):
            total = 0.0
            for o in range(offsets):
                share[o] = now.belief[i, o] * model.offset_transition[o, to]
                total += share[o]
            ahead.belief[i, to] = total
            for o in range(offsets):
                share[o] /= max(total, SMALLEST)
            for d in range(parts):
                mean = 0.0
                for o in range(offsets):
                    mean += share[o] * now.mean[i, o, d]
                ahead.mean[i, to, d] = mean
            for d in range(parts):
                for k in range(d + 1):
                    moment = 0.0
                    for o in range(offsets):
                        apart = (now.mean[i, o, d] - ahead.mean[i, to, d]) * (
                            now.mean[i, o, k] - ahead.mean[i, to, k]
                        )
                        moment += share[o] * (now.covariance[i, o, d, k] + apart)
                    moment *= model.decay[d] * model.decay[k]
                    ahead.covariance[i, to, d, k] = moment
                    ahead.covariance[i, to, k, d] = moment
            for d in range(parts):
                ahead.covariance[i, to, d, d] += model.variance[d] * (1.0 - model.decay[d] ** 2)
                ahead.mean[i, to, d] *= model.decay[d]


@inner_kernel
def sum_parts(model: FilterModel, ahead: CoinBank, total: Floats, variance: Floats) -> None:
    """Mean and variance of an observation given offset, class and shared part, shape (coins, 3)."""
    parts = model.decay.size
    for i in range(total.shape[0]):
        for o in range(3):
            mean, spread = 0.0, model.noise_variance
            for d in range(parts):
                mean += ahead.mean[i, o, d]
                for k in range(parts):
                    spread += ahead.covariance[i, o, d, k]
            total[i, o] = mean
            variance[i, o] = spread


@inner_kernel
def update_parts(
    model: FilterModel,
    ahead: CoinBank,
    now: CoinBank,
    i: int,
    o: int,
    residual: float,
    variance: float,
    shared_variance: float,
) -> None:
    """Kalman step of one coin and offset.

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
    spread = variance / max(trusted, 1e-3)  # what may be an outlier moves the parts less
    gain = np.empty(parts)
    for d in range(parts):
        total = 0.0
        for k in range(parts):
            total += ahead.covariance[i, o, d, k]
        gain[d] = total / spread
    for d in range(parts):
        now.mean[i, o, d] = ahead.mean[i, o, d] + gain[d] * residual
        for k in range(parts):
            now.covariance[i, o, d, k] = (
                ahead.covariance[i, o, d, k] + gain[d] * gain[k] * (shared_variance - spread)
            )


@inner_kernel
def copy_coin(ahead: CoinBank, now: CoinBank, i: int) -> None:
    """What was predicted of a coin that is not observed."""
    parts = ahead.mean.shape[2]
    for o in range(3):
        now.belief[i, o] = ahead.belief[i, o]
        for d in range(parts):
            now.mean[i, o, d] = ahead.mean[i, o, d]
            for k in range(parts):
                now.covariance[i, o, d, k] = ahead.covariance[i, o, d, k]
