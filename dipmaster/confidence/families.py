"""The two families of models: what they predict, from which inputs, under which signs."""

from dataclasses import dataclass
from typing import Literal

from dipmaster.confidence.inputs import MARKET_FALL, InputMatrix

FamilyName = Literal["classifier", "regression"]

# Few inputs and the sign theory gives them for the net return of the trade. Sales under
# pressure push a price below its worth and it comes back: the deeper the fall, of the coin or of
# the whole market, the more (1). Whether a fall beyond the market's is pressure or news, and
# whether loud markets pay more than their stops cost, theory does not say (0).
SIGNS: dict[str, int] = {
    "dip_depth_1_sigma": 1,
    "dip_depth_3_sigma": 1,
    "dip_depth_12_sigma": 1,
    "dip_depth_36_sigma": 1,
    "own_drop_3_sigma": 0,
    "own_drop_12_sigma": 0,
    "own_drop_36_sigma": 0,
    MARKET_FALL: 1,
    "level_daily_frac": 0,
}


@dataclass(frozen=True)
class Family:
    """A kind of model.

    Attributes
    ----------
    inputs
        Names of columns of the matrix.
    signs
        1: the prediction never falls as the input rises; 0: free. One an input.
    """

    name: FamilyName
    inputs: tuple[str, ...]
    signs: tuple[int, ...]


def build_classifier(matrix: InputMatrix) -> Family:
    """Probability that the trade wins, from everything that is known."""
    return Family("classifier", matrix.names, (0,) * len(matrix.names))


def build_regression() -> Family:
    """Net return of the trade, from few inputs that may only act in one direction."""
    return Family("regression", tuple(SIGNS), tuple(SIGNS.values()))
