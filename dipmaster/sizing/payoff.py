"""Outcomes to payoff: mean win over mean loss of a regime, shrunk towards that of all."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params.confidence import MinTrainingSet
from dipmaster.sizing.outcomes import KnownOutcomes

REGIMES = 3


@dataclass(frozen=True)
class Payoffs:
    """Payoff at each moment; shape (moments,).

    Attributes
    ----------
    payoff
        NaN where too few outcomes were known.
    outcomes
        All that were known, and those of the moment's own regime; a regime that is not
        known has none of its own.
    """

    payoff: Floats
    outcomes: Ints
    regime_outcomes: Ints


@dataclass(frozen=True)
class Side:
    """Number and sum of wins, or of losses, among the first so many outcomes; shape (moments,)."""

    count: Floats
    total: Floats


class OutcomeSides(NamedTuple):
    """Wins and losses."""

    wins: Side
    losses: Side


def estimate_payoffs(
    outcomes: KnownOutcomes,
    moment_ms: Ints,
    regime: Ints,
    least: MinTrainingSet,
    prior_outcomes: float,
) -> Payoffs:
    """Payoff at every moment from the outcomes known by then.

    b = W / L, where W = (sum of the regime's wins + k x mean of all wins) / (its wins + k),
    L likewise of what did not win, and k is `prior_outcomes`. What broke even counts as a loss of
    nothing, so that p W - (1 - p) L is the mean net return.

    Parameters
    ----------
    moment_ms, regime
        Shape (moments,), when it is asked and in which regime (-1: the pooled payoff).
    least
        Outcomes, and of each class, below which there is no payoff.
    prior_outcomes
        0: the regime alone, where it has both wins and losses; infinity: all alone.
    """
    n, won = outcomes.count_known(moment_ms), outcomes.won
    return divide_sides(
        n,
        OutcomeSides(_pooled(outcomes, won, n), _pooled(outcomes, ~won, n)),
        OutcomeSides(_of_regime(outcomes, won, n, regime), _of_regime(outcomes, ~won, n, regime)),
        least,
        prior_outcomes,
    )


def divide_sides(
    n: Ints, pooled: OutcomeSides, own: OutcomeSides, least: MinTrainingSet, prior_outcomes: float
) -> Payoffs:
    """Payoffs from counts and sums, as `estimate_payoffs` tells.

    Parameters
    ----------
    n
        Shape (moments,), outcomes known.
    pooled, own
        Of all outcomes, and of those of the moment's regime.
    """
    (wins, losses), (own_wins, own_losses) = pooled, own
    enough = (n >= least.candidates) & (np.minimum(wins.count, losses.count) >= least.per_class)
    with np.errstate(divide="ignore", invalid="ignore"):
        win = _shrink(own_wins, wins, prior_outcomes)
        loss = _shrink(own_losses, losses, prior_outcomes)
        payoff = win / loss
    known = enough & (win > 0.0) & (loss > 0.0)
    own_count = (own_wins.count + own_losses.count).astype(np.int64)
    return Payoffs(np.where(known, payoff, np.nan), n, own_count)


def _pooled(outcomes: KnownOutcomes, counted: Bools, n: Ints) -> Side:
    return _prefix(np.abs(outcomes.net_frac), counted, n)


def _of_regime(outcomes: KnownOutcomes, counted: Bools, n: Ints, regime: Ints) -> Side:
    count, total = np.zeros(n.size), np.zeros(n.size)
    for one in range(REGIMES):
        of = _prefix(np.abs(outcomes.net_frac), counted & (outcomes.regime == one), n)
        asked = regime == one
        count[asked], total[asked] = of.count[asked], of.total[asked]
    return Side(count, total)


def _prefix(size: Floats, counted: Bools, n: Ints) -> Side:
    """Sums of the first `n`: what comes after them cannot touch a running sum."""
    count = np.concatenate([[0.0], np.cumsum(counted.astype(np.float64))])
    total = np.concatenate([[0.0], np.cumsum(np.where(counted, size, 0.0))])
    return Side(count[n], total[n])


def _shrink(own: Side, pooled: Side, prior: float) -> Floats:
    """Mean size of a regime with `prior` more of the pooled mean."""
    mean = pooled.total / pooled.count
    if np.isinf(prior):
        return mean
    shrunk = (own.total + prior * mean) / (own.count + prior)
    return np.where(own.count + prior > 0.0, shrunk, mean)
