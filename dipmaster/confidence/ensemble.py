"""A family's two models and the stack on them, each a layer of the walk-forward.

The stack learns from what the models predicted out of sample, as it was made at the time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from dipmaster.confidence.events import Events
from dipmaster.confidence.families import Family, FamilyModel, fit_family_model
from dipmaster.confidence.inputs import InputMatrix
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Split
from dipmaster.core.params.confidence import BoostedTrees, MinTrainingSet
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import Logistic, fit_nonnegative_logistic, log_odds
from dipmaster.learning.schedule import CaseWords, TrainingSchedule, purge_period_ms, refit_times
from dipmaster.learning.tree_models import LIBRARIES, Library
from dipmaster.learning.walk_forward import WalkForwardResult, walk_forward_predict

# Inputs, outcomes and weights of the training rows to what combines them.
Combine = Callable[[Floats, Floats, Floats], Logistic | FitFailure]
# Ridge penalty on standardised coefficients: a prior of sd 1, worth little beside 200 candidates.
STACK_L2 = 1.0


class StackFitters(NamedTuple):
    """How the stack and the layer are fitted; the pipeline knows one way, studies may compare."""

    stack: Combine = partial(fit_nonnegative_logistic, l2=STACK_L2)
    layer: Combine = partial(fit_nonnegative_logistic, l2=STACK_L2)


NONNEGATIVE = StackFitters()


def build_training_schedule(
    events: Events,
    uniqueness: Floats,
    bars_ms: tuple[int, int],
    split: Split,
    max_holding_bars: int,
    min_train: MinTrainingSet,
) -> TrainingSchedule:
    """Refits of all layers month by month, each from its own day on.

    Parameters
    ----------
    uniqueness
        Weight of each label, NaN where there is none.
    bars_ms
        Open times of the market's first and last bar.
    """
    days = {
        "models": split.models_from_day,
        "stack": split.stack_from_day,
        "calibrator": split.calibrator_from_day,
    }
    return TrainingSchedule(
        signal_ms=events.signal_ms,
        known_ms=events.known_ms,
        case_id=events.candidate_id,
        refits_ms={layer: refit_times(*bars_ms, day) for layer, day in days.items()},
        purge_ms=purge_period_ms(max_holding_bars),
        min_train=min_train,
        words=CaseWords("candidates", "won", "did not"),
        weight=uniqueness,
    )


@dataclass(frozen=True)
class StackedEnsemble:
    """The models of one family and what combines them.

    Attributes
    ----------
    models
        By library.
    stack
        Logistic regression on the two log odds.
    p_ensemble
        The stack's prediction; before there is a stack the plain mean of the two log
        odds, which nothing was fitted for. NaN where the models say nothing.
    """

    family: Family
    models: Mapping[Library, WalkForwardResult[FamilyModel]]
    stack: WalkForwardResult[Logistic]
    p_ensemble: Floats

    @property
    def probabilities(self) -> Floats:
        """Shape (candidates, 3): both libraries and the ensemble."""
        single = [self.models[library].predictions for library in LIBRARIES]
        return np.column_stack([*single, self.p_ensemble])

    def predict(self, fold: int, rows: Ints, inputs: Floats) -> Floats:
        """What the models of a fold, and the stack of each row, say to other inputs of rows.

        Parameters
        ----------
        rows
            Candidates predicted by that fold; the stack may have been fitted within it.
        inputs
            Shape (rows, inputs of the family).
        """
        models = [self.models[library].model(fold) for library in LIBRARIES]
        logits = np.column_stack([log_odds(model.predict(inputs)) for model in models])
        p: Floats = np.asarray(expit(logits.mean(axis=1)))
        stack_fold = self.stack.fold[rows]
        for number in np.unique(stack_fold[stack_fold >= 0]):
            same = stack_fold == number
            p[same] = self.stack.model(int(number)).predict(logits[same])
        return p


def fit_ensemble(
    family: Family,
    matrix: InputMatrix,
    events: Events,
    schedule: TrainingSchedule,
    sizes: BoostedTrees,
    combine: Combine,
) -> StackedEnsemble:
    """Fit one family's models month by month, then the stack on what they predicted."""
    models = {
        library: walk_forward_predict(
            schedule,
            "models",
            matrix.columns(family.inputs),
            events.settled_values(events.net_frac),
            partial(fit_family_model, library, family, sizes=sizes),
            f"{library} {family.name}s",
            missing_inputs=True,
        )
        for library in LIBRARIES
    }
    return fit_stack(family, models, events, schedule, combine)


def fit_stack(
    family: Family,
    models: Mapping[Library, WalkForwardResult[FamilyModel]],
    events: Events,
    schedule: TrainingSchedule,
    combine: Combine,
) -> StackedEnsemble:
    """The stack on what the models of a family predicted."""
    logits = np.column_stack([log_odds(models[library].predictions) for library in LIBRARIES])
    won, label = events.settled_values(events.won), f"stack of {family.name}s"
    stack = walk_forward_predict(schedule, "stack", logits, won, combine, label)
    plain = expit(logits.mean(axis=1))
    p_ensemble = np.where(np.isnan(stack.predictions), plain, stack.predictions)
    return StackedEnsemble(family, models, stack, p_ensemble)
