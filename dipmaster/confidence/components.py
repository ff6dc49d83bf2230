"""The five components of the roadmap's weighted score, each in 0..1, each for its own row.

Whatever is missing counts as the worst: an unknown regime, flag or level gives
0, so missing inputs can only lower a component.
"""

from collections.abc import Mapping

import numpy as np

from dipmaster.confidence.events import Events
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.confidence import ComponentWeights, FeatureStrengthWeights, RegimeScores

COMPONENTS = tuple(ComponentWeights.model_fields)

# The roadmap's key features all start at 0; this is where they end (table FEATURES).
MAX_FEATURE_VALUES: Mapping[str, float] = {
    "rsi_convergence_strong": 1.0,
    "volume_spike_20": 1.0,
    "bb_squeeze": 1.0,
    "consecutive_dips": 1.75,
    "dipmaster_v4_final_signal": 1.0,
}


def score_agreement(probabilities: Floats) -> Floats:
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
    return _zero_if_missing(np.clip(spread, 0.0, 1.0) * probabilities.mean(axis=1))


def score_feature_strength(
    features: Mapping[str, Floats], weights: FeatureStrengthWeights
) -> Floats:
    """Weighted sum of the key features, each over its own highest value.

    Parameters
    ----------
    features
        Those of `MAX_FEATURE_VALUES`, shape (candidates,); NaN adds nothing.
    """
    parts = [
        getattr(weights, name) * _zero_if_missing(np.clip(features[name] / highest, 0.0, 1.0))
        for name, highest in MAX_FEATURE_VALUES.items()
    ]
    total: Floats = np.sum(parts, axis=0)
    return total


def score_market_regime(regime: Floats, scores: RegimeScores) -> Floats:
    """Score of the regime (0 low, 1 normal, 2 high); 0 where it is not known."""
    table = np.array([scores.low, scores.normal, scores.high, 0.0])
    score: Floats = table[np.where(np.isnan(regime), 3, regime).astype(np.int64)]
    return score


def score_past_performance(events: Events, regime: Floats, prior_candidates: int) -> Floats:
    """Win rate of the same regime and symbol, over labels known by the close of the bar.

    Shrunk to the win rate of all past candidates: (wins + prior x overall) /
    (number + prior). 0 where no label is known yet and where the regime is not.
    """
    group = np.where(np.isnan(regime), -1, 3 * events.symbol_index + regime).astype(np.int64)
    settled = np.flatnonzero(events.settled)
    settled = settled[np.argsort(events.known_ms[settled], kind="stable")]
    # Running counts in order of becoming known, then looked up at each decision.
    wins = events.won[settled]
    n_known = np.searchsorted(events.known_ms[settled], events.decision_ms, side="right")
    overall_wins = np.concatenate([[0.0], np.cumsum(wins)])[n_known]
    group_wins, group_size = _group_counts(group, group[settled], wins, n_known)
    prior = float(prior_candidates)
    overall = np.divide(overall_wins, n_known, out=np.zeros(n_known.size), where=n_known > 0)
    rate = (group_wins + prior * overall) / (group_size + prior)
    return np.where((n_known > 0) & (group >= 0), rate, 0.0)


def _group_counts(
    group: Ints, settled_group: Ints, wins: Floats, n_known: Ints
) -> tuple[Floats, Floats]:
    """Wins and number of a row's own group among the first `n_known` settled ones."""
    group_wins, group_size = np.zeros(group.size), np.zeros(group.size)
    for code in np.unique(group[group >= 0]):
        member = settled_group == code
        rows = np.flatnonzero(group == code)
        number = np.concatenate([[0.0], np.cumsum(member)])
        sums = np.concatenate([[0.0], np.cumsum(np.where(member, wins, 0.0))])
        group_size[rows], group_wins[rows] = number[n_known[rows]], sums[n_known[rows]]
    return group_wins, group_size


def score_volatility_distance(level_daily_frac: Floats, limit_daily_frac: float) -> Floats:
    """How far below the daily volatility at which nothing is bought: 1 - level / limit."""
    return _zero_if_missing(np.clip(1.0 - level_daily_frac / limit_daily_frac, 0.0, 1.0))


def combine_components(components: Mapping[str, Floats], weights: ComponentWeights) -> Floats:
    """The roadmap's weighted combination, in 0..1."""
    total = np.sum([getattr(weights, name) * components[name] for name in COMPONENTS], axis=0)
    clipped: Floats = np.clip(total, 0.0, 1.0)
    return clipped


def _zero_if_missing(values: Floats) -> Floats:
    return np.where(np.isnan(values), 0.0, values)
