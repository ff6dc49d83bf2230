"""DynamicProfitTargeting of roadmap 2.2: the base target times three combined multipliers."""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.exits import DynamicTarget

Classes = npt.NDArray[np.int8]

LOW, MEDIUM, HIGH = 0, 1, 2  # of signal strength; of the regime low, normal, high


@dataclass(frozen=True)
class ExitTargets:
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


def classify_strength(confidence: Floats, open_ms: Ints, min_past: int) -> Classes:
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
    classes = np.full(confidence.size, LOW, np.int8)
    past = PastConfidences(min_past)
    order = np.argsort(open_ms, kind="stable")
    starts = np.flatnonzero(np.diff(open_ms[order])) + 1
    for same_bar in np.split(order, starts):
        classes[same_bar] = past.classify(confidence[same_bar])
    return classes


class PastConfidences:
    """Every confidence so far, sorted: eight bytes a candidate, since terciles are of all of them.

    Parameters
    ----------
    min_past
        As in `classify_strength`.
    values
        Rising, those so far.
    """

    def __init__(self, min_past: int, values: Iterable[float] = ()) -> None:
        self._min_past = min_past
        self.values = array("d", values)

    def classify(self, same_bar: Floats) -> Classes:
        """Classes of the candidates of one bar, shape (candidates,), which are then past too."""
        classes = np.full(same_bar.size, LOW, np.int8)
        scored = np.flatnonzero(~np.isnan(same_bar))
        for row in scored:
            classes[row] = _tercile(self.values, float(same_bar[row]), self._min_past)
        for row in scored:
            insort(self.values, float(same_bar[row]))
        return classes


def _tercile(past: Sequence[float], value: float, min_past: int) -> int:
    if len(past) < min_past:
        return MEDIUM
    twice_below = bisect_left(past, value) + bisect_right(past, value)
    if 3 * twice_below < 2 * len(past):
        return LOW
    return HIGH if 3 * twice_below > 4 * len(past) else MEDIUM


def classify_momentum(sigmas: Floats, target: DynamicTarget) -> Classes:
    """-2..2 by where the market's momentum lies among +-weak, +-strong; missing is neutral."""
    size = np.abs(sigmas)
    steps = (size >= target.weak_sigmas).astype(np.int8) + (size >= target.strong_sigmas)
    return np.where(sigmas < 0.0, -steps, steps).astype(np.int8)


def combine_multipliers(
    strength: Classes,
    regime: Classes,
    momentum: Classes,
    base_frac: float,
    combination: Literal["weighted_sum", "product"],
    params: DynamicTarget,
) -> ExitTargets:
    """Classes to multipliers to targets; switched off, every target is the base.

    Parameters
    ----------
    strength, regime, momentum
        Shape (rows,), as in `ExitTargets`; a regime of -1 counts as normal.
    base_frac
        Target at a combined multiplier of 1.
    combination
        The roadmap's weighted sum, or the product.
    """
    known_regime = np.where(regime < 0, MEDIUM, regime)
    classes = strength, known_regime, momentum + 2
    multipliers = (
        table[index] if params.enabled else np.ones(index.size)
        for table, index in zip(_multiplier_tables(params), classes, strict=True)
    )
    signal, volatility, market = multipliers
    weights, combined = params.weights, signal * volatility * market
    if params.enabled and combination == "weighted_sum":
        combined = (
            signal * weights.signal_strength
            + volatility * weights.volatility_regime
            + market * weights.market_momentum
        )
    bounded = np.clip(combined, params.min_multiple, params.max_multiple)
    target = base_frac * bounded
    return ExitTargets(strength, regime, momentum, signal, volatility, market, combined, target)


def _multiplier_tables(params: DynamicTarget) -> tuple[Floats, Floats, Floats]:
    """Multipliers by class: low to high, low to high, strong down to strong up."""
    strength, regime = params.signal_strength, params.volatility_regime
    up_and_down = "strong_down", "weak_down", "neutral", "weak_up", "strong_up"
    return (
        np.array([strength.low, strength.medium, strength.high]),
        np.array([regime.low, regime.normal, regime.high]),
        np.array([getattr(params.market_momentum, name) for name in up_and_down]),
    )
