"""Past trades in the order in which they became known: the one place that says what is known."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.wins import is_win


@dataclass(frozen=True)
class KnownOutcomes:
    """Trades that ended, sorted by when they had; arrays of shape (outcomes,).

    Attributes
    ----------
    known_ms
        Close of the bar in which each ended, rising. LOOK-AHEAD creeps in with that
        bar's open time, or with the order of entry.
    confidence
        Of the signal, made before it; never NaN.
    regime
        Of the signal: 0 low, 1 normal, 2 high, -1 not known.
    net_frac
        Net return on the reference notional.
    """

    known_ms: Ints
    confidence: Floats
    regime: Ints
    net_frac: Floats

    @property
    def won(self) -> Bools:
        """Which made money; who broke even did not."""
        return is_win(self.net_frac)

    def count_known(self, moment_ms: Ints) -> Ints:
        """How many had ended by each moment, an end at the moment itself included.

        They are the first so many: slices and prefix sums up to there look at no other.
        """
        return np.searchsorted(self.known_ms, moment_ms, side="right").astype(np.int64)


def build_outcomes(
    usable: Bools, known_ms: Ints, confidence: Floats, regime: Ints, net_frac: Floats
) -> KnownOutcomes:
    """Sort what may be learned from by the time at which it was known.

    Parameters
    ----------
    usable
        Shape (candidates,): scored, traded, and ended by something other than the end of
        the data.
    known_ms, confidence, regime, net_frac
        Shape (candidates,); any value where not usable. Equal times keep their order.
    """
    rows = np.flatnonzero(usable)
    rows = rows[np.argsort(known_ms[rows], kind="stable")]
    return KnownOutcomes(
        known_ms[rows], confidence[rows], regime[rows].astype(np.int64), net_frac[rows]
    )
