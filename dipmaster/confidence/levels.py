"""The levels of the nested walk-forward: models, stack, logistic layer, calibrator.

Each level is a walk of its own over the same candidates. What it learns from is
what the level below predicted out of sample, as it was made at the time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar, get_args

import numpy as np
from scipy.special import expit

from dipmaster.confidence import trees
from dipmaster.confidence.events import Events
from dipmaster.confidence.families import Family
from dipmaster.confidence.inputs import Matrix
from dipmaster.confidence.rising import Combine
from dipmaster.confidence.trees import LIBRARIES, Library, Model
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params import Split
from dipmaster.core.params.confidence import MinTrain, Trees
from dipmaster.core.time_units import BAR_MS
from dipmaster.learning.calibrators import Calibrator, Kind, fit_calibrator, log_odds
from dipmaster.learning.logistic import Logistic
from dipmaster.learning.schedule import refit_times
from dipmaster.learning.unfit import Unfit
from dipmaster.learning.walk_forward import Walk, enough_of, predicted

M = TypeVar("M")
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Schooling:
    """Who may learn from what, and when.

    Attributes
    ----------
    weight
        Uniqueness of each candidate's label; NaN where there is none.
    models_ms, stack_ms, calibrator_ms
        Refits of each level.
    purge_ms
        Least time between a training candidate and a refit.
    """

    events: Events
    weight: Floats
    models_ms: Ints
    stack_ms: Ints
    calibrator_ms: Ints
    purge_ms: int
    min_train: MinTrain

    def walk(
        self,
        refits_ms: Ints,
        present: Bools,
        fit: Callable[[Ints], M | Unfit],
        predict: Callable[[M, Ints], Floats],
        label: str,
    ) -> Walk[M]:
        """Walk over the candidates whose inputs are `present`."""
        events, least = self.events, self.min_train
        return predicted(
            events.signal_ms,
            events.known_ms,
            refits_ms,
            self.purge_ms,
            fit,
            predict,
            enough_of(events.label == 1, least.candidates, least.per_class),
            usable=events.settled & present,
            predictable=present,
            label=label,
        )

    def logistic(
        self, refits_ms: Ints, inputs: Floats, combine: Combine, label: str
    ) -> Walk[Logistic]:
        """Walk of a logistic regression on inputs that are themselves out of sample.

        Parameters
        ----------
        inputs
            Shape (candidates, inputs); a candidate with a NaN is neither learned from
            nor predicted.
        combine
            The fit.
        """
        return self.walk(
            refits_ms,
            complete(inputs),
            lambda rows: combine(inputs[rows], self.events.won[rows], self.weight[rows]),
            lambda model, rows: model.apply(inputs[rows]),
            label,
        )


def schooling_of(
    events: Events,
    weight: Floats,
    bars_ms: tuple[int, int],
    split: Split,
    cap_bars: int,
    min_train: MinTrain,
) -> Schooling:
    """Refits of all levels, each from its own day on.

    Parameters
    ----------
    bars_ms
        Open times of the market's first and last bar.
    """
    days = split.models_from_day, split.stack_from_day, split.calibrator_from_day
    models, stack, calibrator = (refit_times(*bars_ms, day) for day in days)
    return Schooling(events, weight, models, stack, calibrator, (cap_bars + 1) * BAR_MS, min_train)


@dataclass(frozen=True)
class Base:
    """The models of one family and what combines them.

    Attributes
    ----------
    walks
        By library.
    stack
        Logistic regression on the two log odds.
    p_ensemble
        The stack's prediction; before there is a stack the plain mean of the two log
        odds, which nothing was fitted for. NaN where the models say nothing.
    """

    family: Family
    walks: Mapping[Library, Walk[Model]]
    stack: Walk[Logistic]
    p_ensemble: Floats

    @property
    def probabilities(self) -> Floats:
        """Shape (candidates, 3): both libraries and the ensemble."""
        single = [self.walks[library].predictions for library in LIBRARIES]
        return np.column_stack([*single, self.p_ensemble])


def base_of(
    family: Family, matrix: Matrix, school: Schooling, sizes: Trees, combine: Combine
) -> Base:
    """Fit one family's models month by month, then the stack on what they predicted."""
    inputs = matrix.columns(family.inputs)
    walks = {library: _trees(library, family, inputs, school, sizes) for library in LIBRARIES}
    return stacked(family, walks, school, combine)


def stacked(
    family: Family, walks: Mapping[Library, Walk[Model]], school: Schooling, combine: Combine
) -> Base:
    """The stack on what the models of a family predicted."""
    logits = np.column_stack([log_odds(walks[library].predictions) for library in LIBRARIES])
    stack = school.logistic(school.stack_ms, logits, combine, f"stack of {family.name}s")
    plain = expit(logits.mean(axis=1))
    p_ensemble = np.where(np.isnan(stack.predictions), plain, stack.predictions)
    return Base(family, walks, stack, p_ensemble)


def _trees(
    library: Library, family: Family, inputs: Floats, school: Schooling, sizes: Trees
) -> Walk[Model]:
    events = school.events

    def fit(rows: Ints) -> Model:
        found = events.net_frac[rows], school.weight[rows]
        return trees.fit(library, family, inputs[rows], *found, sizes)

    return school.walk(
        school.models_ms,
        np.ones(events.count, dtype=np.bool_),
        fit,
        lambda model, rows: model.probability(inputs[rows]),
        f"{library} {family.name}s",
    )


def layer_of(
    base: Base, components: Mapping[str, Floats], school: Schooling, combine: Combine
) -> Walk[Logistic]:
    """Logistic regression on the ensemble's log odds and the components: the score.

    Each input can only raise it: a missing input lowers its component, and through
    a negative coefficient that would raise the score.
    """
    inputs = np.column_stack([log_odds(base.p_ensemble), *components.values()])
    return school.logistic(school.stack_ms, inputs, combine, "layer")


def calibrators_of(score: Floats, school: Schooling) -> dict[Kind, Walk[Calibrator]]:
    """Every kind of last calibrator, on the layer's scores; params choose which one serves."""

    def walk(kind: Kind) -> Walk[Calibrator]:
        return school.walk(
            school.calibrator_ms,
            np.isfinite(score),
            lambda rows: fit_calibrator(
                kind, score[rows], school.events.won[rows], school.weight[rows]
            ),
            lambda model, rows: model.apply(score[rows]),
            f"{kind} calibrators",
        )

    return {kind: walk(kind) for kind in KINDS}


def complete(inputs: Floats) -> Bools:
    """Rows without a missing value."""
    return np.asarray(np.isfinite(inputs).all(axis=1), dtype=np.bool_)


def fitted(walk: Walk[M], fold: int) -> M:
    """The model of a fold that predicted something."""
    model = walk.models[fold].model
    assert model is not None, "a fold without a model predicts nothing"
    return model
