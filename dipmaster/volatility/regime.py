"""Daily levels to regimes: the roadmap's weighted level, pooled over coins and filtered forward."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, inlined_kernel, kernel
from dipmaster.core.params.volatility import Regime
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.volatility.windows import median_over_present

Classes = npt.NDArray[np.int8]
UNKNOWN = -1
STATES, FLAT = 3, 1.0 / 3.0


@dataclass(frozen=True)
class LevelRegimes:
    """Levels and their classes, shape (coins, bars), the market's (bars,).

    Attributes
    ----------
    market
        Market's level through the filter: one regime for all coins.
    coin
        Each coin's own level through the same filter.
    naive
        Class of each coin's own level, bar by bar.
    """

    level_daily: Floats
    market_level_daily: Floats
    market: Classes
    coin: Classes
    naive: Classes


def filter_levels(
    realised: Floats, garch: Floats, intraday: Floats, cross_asset: Floats, params: Regime
) -> LevelRegimes:
    """Levels and regimes from four measures in daily units.

    The market's level is the median over coins. It finds the state of the market
    best; a coin whose volatility is its own is described better by its own level.

    Parameters
    ----------
    realised, garch, intraday
        Shape (coins, bars), NaN where not known.
    cross_asset
        Shape (bars,).

    Returns
    -------
    LevelRegimes
        A level is NaN where any of its four measures is: what is missing is not
        replaced by the others. Class -1 is "not known".
    """
    level = weigh_measures(realised, garch, intraday, cross_asset, params)
    market = median_over_present(level)
    return LevelRegimes(
        level_daily=level,
        market_level_daily=market,
        market=filter_regimes(market, params),
        coin=np.stack([filter_regimes(row, params) for row in level]),
        naive=classify(level, params),
    )


def weigh_measures(
    realised: Floats, garch: Floats, intraday: Floats, cross_asset: Floats, params: Regime
) -> Floats:
    """Level of each coin from four measures in daily units; NaN where one of them is."""
    weights = params.weights
    return np.asarray(
        weights.realised * realised
        + weights.garch * garch
        + weights.intraday * intraday
        + weights.cross_asset * cross_asset
    )


def classify(level: Floats, params: Regime) -> Classes:
    """0 up to the low threshold, 1 up to the normal one, 2 above; -1 where not known."""
    above = (level > params.low_daily_frac).astype(np.int8) + (level > params.normal_daily_frac)
    return np.where(np.isnan(level), UNKNOWN, above).astype(np.int8)


def class_centres(params: Regime) -> Floats:
    """Log level in the middle of each class: thresholds lie half-way between neighbours."""
    low, normal = np.log(params.low_daily_frac), np.log(params.normal_daily_frac)
    half = 0.5 * (normal - low)
    return np.array([low - half, low + half, normal + half])


def filter_regimes(level: Floats, params: Regime) -> Classes:
    """Most probable regime at each bar given the levels so far (a forward filter, no smoothing).

    Three states, log level normal around `class_centres`; a state is left once in
    `dwell_days` for a neighbour. Everything is fixed beforehand: nothing is
    fitted. Levels of neighbouring bars share most of their window, so each
    counts as 1 / `independent_bars` of an observation. Where the level is not
    known the last belief goes on, spreading, and the class is -1.
    """
    out = np.full(level.size, UNKNOWN, dtype=np.int8)
    forward_filter(weigh_levels(level, params), regime_chain(params), np.full(STATES, FLAT), out)
    return out


def regime_chain(params: Regime) -> Floats:
    """Probability of (from, to) a bar, shape (3, 3)."""
    stay = 1.0 - 1.0 / (params.dwell_days * BARS_PER_DAY)
    leave = 1.0 - stay
    return np.array([[stay, leave, 0.0], [leave / 2, stay, leave / 2], [0.0, leave, stay]])


def weigh_levels(level: Floats, params: Regime) -> Floats:
    """Likelihood of each state over that of the likeliest, shape (3, levels); NaN: not known."""
    log_level = np.log(level)
    distance = (log_level - class_centres(params)[:, None]) / params.log_level_sd
    log_evidence = -0.5 * distance**2 / params.independent_bars
    return np.asarray(np.exp(log_evidence - log_evidence.max(axis=0)), dtype=np.float64)


@kernel
def forward_filter(evidence: Floats, transition: Floats, belief: Floats, out: Classes) -> None:
    """Filter forward from a belief, which is moved on.

    `evidence` is the likelihood of each state, shape (3, bars).
    """
    predicted = np.empty(3)
    for t in range(evidence.shape[1]):
        out[t] = step_belief(evidence[:, t], transition, belief, predicted)


@kernel
def push_beliefs(evidence: Floats, transition: Floats, beliefs: Floats, out: Classes) -> None:
    """Take in one bar of every level: `forward_filter`, bar by bar.

    Shapes (3, levels) of `evidence` and (levels, 3) of `beliefs`, which are moved on.
    """
    predicted = np.empty(3)
    for i in range(evidence.shape[1]):
        out[i] = step_belief(evidence[:, i], transition, beliefs[i], predicted)


@inlined_kernel
def step_belief(evidence: Floats, transition: Floats, belief: Floats, predicted: Floats) -> int:
    """Move a belief on by a bar; the most probable state, or -1 where nothing is known (NaN)."""
    for j in range(3):
        predicted[j] = (
            belief[0] * transition[0, j]
            + belief[1] * transition[1, j]
            + belief[2] * transition[2, j]
        )
    known = evidence[0] >= 0.0
    total, best = 0.0, 0
    for j in range(3):
        belief[j] = predicted[j] * evidence[j] if known else predicted[j]
        total += belief[j]
        if belief[j] > belief[best]:
            best = j
    for j in range(3):
        belief[j] /= total
    return best if known else -1
