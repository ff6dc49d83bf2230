"""The five components of the roadmap's weighted score, each in 0..1, each for its own row.

Whatever is missing counts as the worst: an unknown regime, flag or level gives
0, so missing inputs can only lower a component.
"""

from collections.abc import Mapping

import numpy as np

from dipmaster.confidence.events import Events
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.confidence import ComponentWeights, RegimeScores, StrengthWeights

NAMES = tuple(ComponentWeights.model_fields)

# The roadmap's key features all start at 0; this is where they end (table FEATURES).
HIGHEST: Mapping[str, float] = {
    "rsi_convergence_strong": 1.0,
    "volume_spike_20": 1.0,
    "bb_squeeze": 1.0,
    "consecutive_dips": 1.75,
    "dipmaster_v4_final_signal": 1.0,
}


def agreement(probabilities: Floats) -> Floats:
    """1 - 2 sd of the models' probabilities, times their mean: the direction.

    The roadmap's 1 - sd, averaged over all rows, is at least .53 for any three
    probabilities and gives models that agree on "no" a full score. Here the
    score is a row's own and models that agree on .1 score .1.

    Parameters
    ----------
    probabilities
        Shape (candidates, models). A row with a NaN scores 0.
    """
    spread = 1.0 - 2.0 * probabilities.std(axis=1)
    return _known(np.clip(spread, 0.0, 1.0) * probabilities.mean(axis=1))


def feature_strength(features: Mapping[str, Floats], weights: StrengthWeights) -> Floats:
    """Weighted sum of the key features, each over its own highest value.

    Parameters
    ----------
    features
        Those of `HIGHEST`, shape (candidates,); NaN adds nothing.
    """
    parts = [
        getattr(weights, name) * _known(np.clip(features[name] / highest, 0.0, 1.0))
        for name, highest in HIGHEST.items()
    ]
    total: Floats = np.sum(parts, axis=0)
    return total


def market_regime(regime: Floats, scores: RegimeScores) -> Floats:
    """Score of the regime (0 low, 1 normal, 2 high); 0 where it is not known."""
    table = np.array([scores.low, scores.normal, scores.high, 0.0])
    found: Floats = table[np.where(np.isnan(regime), 3, regime).astype(np.int64)]
    return found


def past_performance(events: Events, regime: Floats, prior_candidates: int) -> Floats:
    """Win rate of the same regime and symbol, over labels known by the close of the bar.

    Shrunk to the win rate of all past candidates: (wins + prior x overall) /
    (number + prior). 0 where no label is known yet and where the regime is not.
    """
    group = np.where(np.isnan(regime), -1, 3 * events.symbol_index + regime).astype(np.int64)
    done = np.flatnonzero(events.settled)
    done = done[np.argsort(events.known_ms[done], kind="stable")]
    # Running counts in order of becoming known, then looked up at each decision.
    wins = events.won[done]
    seen = np.searchsorted(events.known_ms[done], events.decision_ms, side="right")
    overall_wins = np.concatenate([[0.0], np.cumsum(wins)])[seen]
    own_wins, own = _own_counts(group, group[done], wins, seen)
    prior = float(prior_candidates)
    overall = np.divide(overall_wins, seen, out=np.zeros(seen.size), where=seen > 0)
    rate = (own_wins + prior * overall) / (own + prior)
    return np.where((seen > 0) & (group >= 0), rate, 0.0)


def _own_counts(group: Ints, known: Ints, wins: Floats, seen: Ints) -> tuple[Floats, Floats]:
    """Wins and number of the own group among the first `seen` of the known ones."""
    own_wins, own = np.zeros(group.size), np.zeros(group.size)
    for code in np.unique(group[group >= 0]):
        member = known == code
        rows = np.flatnonzero(group == code)
        number = np.concatenate([[0.0], np.cumsum(member)])
        sums = np.concatenate([[0.0], np.cumsum(np.where(member, wins, 0.0))])
        own[rows], own_wins[rows] = number[seen[rows]], sums[seen[rows]]
    return own_wins, own


def volatility_room(level_daily_frac: Floats, limit_daily_frac: float) -> Floats:
    """Room below the daily volatility at which nothing is bought: 1 - level / limit."""
    return _known(np.clip(1.0 - level_daily_frac / limit_daily_frac, 0.0, 1.0))


def weighted_score(components: Mapping[str, Floats], weights: ComponentWeights) -> Floats:
    """The roadmap's weighted combination, in 0..1."""
    total = np.sum([getattr(weights, name) * components[name] for name in NAMES], axis=0)
    clipped: Floats = np.clip(total, 0.0, 1.0)
    return clipped


def _known(values: Floats) -> Floats:
    return np.where(np.isnan(values), 0.0, values)
