"""Phase 2's part of a bar: what candidates aim at, and what the exit models say of open ones."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dipmaster.backtest import ExitRules
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import AdaptiveExits
from dipmaster.evaluation.phases.exits.policy import with_scores
from dipmaster.exits.model_files import StoredModels
from dipmaster.exits.plans import put_hold_rules
from dipmaster.exits.rows import (
    ROW_COLUMNS,
    RowPlans,
    build_features,
    create_lifetimes,
    trace_positions,
)
from dipmaster.exits.target import (
    ExitTargets,
    PastConfidences,
    classify_momentum,
    combine_multipliers,
)
from dipmaster.learning.refits import find_fold
from dipmaster.streaming.market import MarketBar
from dipmaster.streaming.paths import StandalonePaths
from dipmaster.streaming.scoring import ScoredCandidates
from dipmaster.streaming.state import Saved

_OFF = np.empty((0, 0))  # arrays of the rules are those of the paths


def build_adaptive_rules(exits: AdaptiveExits) -> ExitRules:
    """Phase 2's rules, without the arrays that change from bar to bar."""
    return with_scores(put_hold_rules(_OFF, exits), _OFF, exits.decision)


@dataclass(frozen=True)
class ScoredRows:
    """Rows of open positions at one bar, arrays of shape (rows,), in order of candidates.

    Attributes
    ----------
    features
        Shape (rows, len(EXIT_FEATURES)).
    licensed
        The rules may act on the score.
    """

    candidate_id: Ints
    held: Ints
    features: npt.NDArray[np.float32]
    probability: Floats
    licensed: npt.NDArray[np.bool_]

    @property
    def acting(self) -> Floats:
        """Probabilities that the rules may act on, NaN elsewhere."""
        return np.where(self.licensed, self.probability, np.nan)


class TargetStream:
    """Gives candidates their targets; remembers every confidence so far."""

    def __init__(self, exits: AdaptiveExits) -> None:
        self._exits = exits
        self._past = PastConfidences(exits.dynamic_target.min_past)

    def plan(self, bar: MarketBar, scored: ScoredCandidates) -> ExitTargets:
        """Targets of the candidates of a closed bar, which are then past."""
        exits, size = self._exits, len(scored.candidates)
        return combine_multipliers(
            self._past.classify(scored.scores.confidence),
            scored.regime.astype(np.int8),
            classify_momentum(np.full(size, bar.momentum_sigmas), exits.dynamic_target),
            exits.target_frac,
            exits.target_combination,
            exits.dynamic_target,
        )

    def save(self) -> Saved:
        """Everything that the next bars depend on."""
        return {"past": np.array(self._past.values)}

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""
        self._past = PastConfidences(self._exits.dynamic_target.min_past, saved["past"])


class ExitScorer:
    """Scores the closed bar of every open position with the models of its signal's refit.

    Parameters
    ----------
    models
        As the stage `exits` stored them.
    """

    def __init__(self, models: StoredModels) -> None:
        self._models = models
        self._licensed = np.array([one.licensed for one in models.licences], np.bool_)

    def find_fold(self, decided_ms: int, size: int) -> Ints:
        """The refit in force, for each of some candidates of one bar; -1 before the first."""
        fold = int(find_fold(self._models.calibrators, np.array([decided_ms], np.int64))[0])
        return np.full(size, fold, np.int64)

    def score(self, bar: MarketBar, paths: StandalonePaths) -> ScoredRows:
        """Score the open positions that have a row at this bar; the paths are not changed."""
        lifetimes = create_lifetimes(len(paths) * paths.cap)
        if len(paths):
            rows = trace_positions(
                paths.market_arrays(), paths.plan_arrays(), paths.scalars, paths.costs,
                paths.distances(), lifetimes,
            )  # fmt: skip
            lifetimes = lifetimes.first(rows)
        column = paths.window_column(bar)
        now = lifetimes.bar == column[lifetimes.position]
        now &= bar.number - paths.signal_bar[lifetimes.position] - 1 == lifetimes.held
        lifetimes = lifetimes.take(now)
        position = lifetimes.position
        coin, n = paths.plans.coin[position], position.size
        features = build_features(
            lifetimes,
            RowPlans(
                paths.plans.target_frac[position],
                np.full(n, paths.stop_frac),
                np.full(n, paths.cap),
            ),
            bar.close[coin],
            np.full(n, bar.time_ms),
            {
                name: (bar.volatility[name] if name in bar.volatility else bar.feature(name))[coin]
                for name in ROW_COLUMNS
            },
        )
        fold = paths.plans.fold[position]
        probability = np.full(n, np.nan)
        for number in np.unique(fold[fold >= 0]).tolist():
            part = fold == number
            probability[part] = self._models.score_features(number, features[part], paths.cap)
        licensed = np.append(self._licensed, False)[fold]  # -1 is the last
        return ScoredRows(
            paths.plans.candidate_id[position], lifetimes.held, features, probability, licensed
        )
