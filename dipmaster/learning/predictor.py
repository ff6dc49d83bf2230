"""What every fitted model can do, whatever its kind."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from dipmaster.core.kernels import Floats
from dipmaster.learning.fit_failure import FitFailure


class Predictor(Protocol):
    """A fitted model of any layer.

    `predict` turns inputs into values of shape (rows,). Rows together give what each gives
    alone: a rank among them would look ahead.
    """

    def predict(self, inputs: Any, /) -> Floats: ...  # noqa: D102


Model = TypeVar("Model", bound=Predictor)
# Inputs, targets and weights of the training rows to a model. LOOK-AHEAD creeps in where it knows
# anything but these: a mean, a scale, a bin edge or a weight taken over all rows. Runs in threads:
# no global random state, one native thread.
Fit = Callable[[Any, Floats, Floats], Model | FitFailure]
