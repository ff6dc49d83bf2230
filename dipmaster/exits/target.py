"""DynamicProfitTargeting of roadmap 2.2: the base target times three combined multipliers."""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.exits import DynamicTarget

Classes = npt.NDArray[np.int8]

LOW, MEDIUM, HIGH = 0, 1, 2  # of signal strength; of the regime low, normal, high


@dataclass(frozen=True)
class Targets:
    """Profit targets and what they are made of, arrays of shape (rows,).

    Attributes
    ----------
    strength
        0, 1, 2: low, medium, high.
    regime
        0, 1, 2: low, normal, high; -1 not known.
    momentum
        -2..2: strong down, weak down, neutral, weak up, strong up.
    signal_multiplier, volatility_multiplier, momentum_multiplier
        Of the three classes; all 1 where the dynamic target is off.
    combined_multiplier
        The three combined, before bounds.
    target_frac
        From the entry's reference price, after bounds.
    """

    strength: Classes
    regime: Classes
    momentum: Classes
    signal_multiplier: Floats
    volatility_multiplier: Floats
    momentum_multiplier: Floats
    combined_multiplier: Floats
    target_frac: Floats


def strength_classes(confidence: Floats, open_ms: Ints, min_past: int) -> Classes:
    """Tercile of each confidence among those of strictly earlier candidates.

    Its place is the share of past values below it, equal ones counted half: low
    under 1/3, high over 2/3.

    Parameters
    ----------
    confidence
        Shape (candidates,), in any order; NaN: no score, which makes the class low.
    open_ms
        Bar of each signal. Candidates of the same bar do not see each other.
    min_past
        Past scores below which a scored candidate counts as medium.
    """
    out = np.full(confidence.size, LOW, np.int8)
    past: list[float] = []
    order = np.argsort(open_ms, kind="stable")
    starts = np.flatnonzero(np.diff(open_ms[order])) + 1
    for together in np.split(order, starts):
        scored = [int(row) for row in together if not np.isnan(confidence[row])]
        for row in scored:
            out[row] = _tercile(past, float(confidence[row]), min_past)
        for row in scored:
            insort(past, float(confidence[row]))
    return out


def _tercile(past: list[float], value: float, min_past: int) -> int:
    if len(past) < min_past:
        return MEDIUM
    twice_below = bisect_left(past, value) + bisect_right(past, value)
    if 3 * twice_below < 2 * len(past):
        return LOW
    return HIGH if 3 * twice_below > 4 * len(past) else MEDIUM


def momentum_classes(sigmas: Floats, target: DynamicTarget) -> Classes:
    """-2..2 by where the market's momentum lies among +-weak, +-strong; missing is neutral."""
    size = np.abs(sigmas)
    steps = (size >= target.weak_sigmas).astype(np.int8) + (size >= target.strong_sigmas)
    return np.where(sigmas < 0.0, -steps, steps).astype(np.int8)


def targets_of(
    strength: Classes,
    regime: Classes,
    momentum: Classes,
    base_frac: float,
    combination: Literal["weighted_sum", "product"],
    params: DynamicTarget,
) -> Targets:
    """Classes to multipliers to targets; switched off, every target is the base.

    Parameters
    ----------
    strength, regime, momentum
        Shape (rows,), as in `Targets`; a regime of -1 counts as normal.
    base_frac
        Target at a combined multiplier of 1.
    combination
        The roadmap's weighted sum, or the product.
    """
    tables = _multipliers(params)
    seen = np.where(regime < 0, MEDIUM, regime)
    places = (strength, seen, momentum + 2)
    signal, volatility, market = (
        table[place] if params.enabled else np.ones(place.size)
        for table, place in zip(tables, places, strict=True)
    )
    weights, combined = params.weights, signal * volatility * market
    if params.enabled and combination == "weighted_sum":
        combined = (
            signal * weights.signal_strength
            + volatility * weights.volatility_regime
            + market * weights.market_momentum
        )
    bounded = np.clip(combined, params.min_multiple, params.max_multiple)
    target = base_frac * bounded
    return Targets(strength, regime, momentum, signal, volatility, market, combined, target)


def _multipliers(params: DynamicTarget) -> tuple[Floats, Floats, Floats]:
    """Multipliers by class: low to high, low to high, strong down to strong up."""
    strength, regime, market = (
        params.signal_strength,
        params.volatility_regime,
        params.market_momentum,
    )
    return (
        np.array([strength.low, strength.medium, strength.high]),
        np.array([regime.low, regime.normal, regime.high]),
        np.array(
            [market.strong_down, market.weak_down, market.neutral, market.weak_up, market.strong_up]
        ),
    )
