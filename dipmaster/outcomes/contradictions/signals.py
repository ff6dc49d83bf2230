"""Sections 1.1 to 1.3 and the validation of signals."""

import math

from dipmaster.core.params.roadmap import SIGNAL_TARGETS
from dipmaster.outcomes import stated
from dipmaster.results.outcomes import Contradiction


def refute_agreement() -> Contradiction:
    """Three numbers between 0 and 1 have a bounded standard deviation."""
    widest = math.sqrt(2.0) / 3.0  # of 0, 0, 1
    return Contradiction(
        id="agreement",
        section="1.1",
        statement="Agreement of three models, from 0 to 1.",
        stated=stated.LEAST_AGREEMENT,
        implied=1.0 - widest,
        unit="fine",
        arithmetic="1 less the standard deviation of three probabilities, which is at most that "
        f"of 0, 0 and 1, √2 / 3 = {widest:.3f}.",
        reading="A component of the score that is weighted by what it is worth.",
    )


def refute_precision() -> Contradiction:
    """What is traded has a precision equal to its win rate."""
    goal = stated.MATRIX[1].win_rate
    return Contradiction(
        id="precision",
        section="1.1",
        statement=f"Signal precision of {100 * stated.PRECISION:g} % in phase 1.",
        stated=stated.PRECISION,
        implied=goal,
        unit="percent",
        arithmetic="Every traded signal is a trade, so precision is the win rate, whose target is "
        f"{100 * goal:g} %.",
        reading="Both targets are compared with the same figure.",
    )


def refute_rejected_trades() -> Contradiction:
    """Who rejects a share to raise the rest has to reject losers."""
    share, now = stated.FEWER_TRADES_FRAC[0], stated.CURRENT.win_rate
    goal = stated.MATRIX[1].win_rate
    implied = (now - (1.0 - share) * goal) / share
    return Contradiction(
        id="rejected_trades",
        section="1.1",
        statement=f"False signals filtered out: {100 * share:g} % fewer trades, win rate "
        f"{100 * goal:g} %.",
        stated=0.0,
        implied=implied,
        unit="percent",
        arithmetic=f"({now:g} - {1 - share:g} x {goal:g}) / {share:g}: so many of the rejected "
        "signals are winners, where false signals have none.",
        reading="Precision and recall are measured over all candidates, those rejected too.",
    )


def refute_threshold_rise() -> Contradiction:
    """Dividing by .7 is more than 30 % higher."""
    factor, says = stated.HIGH_ADJUSTMENT, stated.HIGH_ADJUSTMENT_SAYS_FRAC
    return Contradiction(
        id="threshold_rise",
        section="1.3",
        statement=f"A factor of {factor:g} is a threshold {100 * says:.0f} % higher.",
        stated=says,
        implied=1.0 / factor - 1.0,
        unit="change",
        arithmetic=f"1 / {factor:g} - 1.",
        reading="The factors scale the size from phase 3.",
    )


def refute_confidence_adjustment() -> Contradiction:
    """A threshold divided by .7 lies beyond every probability."""
    threshold, factor = stated.HIGHEST_THRESHOLD, stated.HIGH_ADJUSTMENT
    return Contradiction(
        id="confidence_adjustment",
        section="1.3 with 1.1",
        statement=f"High volatility trades at a confidence of {threshold:g} or more, adjusted by "
        f"{factor:g}.",
        stated=threshold,
        implied=threshold / factor,
        unit="fine",
        arithmetic=f"{threshold:g} / {factor:g}: the confidence needed before the adjustment is "
        "above 1, so nothing could ever trade.",
        reading="The table of thresholds alone; the factors scale the size from phase 3.",
    )


def refute_f1() -> Contradiction:
    """Precision and recall at their targets miss that of F1."""
    precision, recall, f1 = (SIGNAL_TARGETS[key] for key in ("precision", "recall", "f1"))
    return Contradiction(
        id="f1",
        section="Signal validation",
        statement=f"Precision {precision:.2f}, recall {recall:.2f} and F1 {f1:.2f}.",
        stated=f1,
        implied=2.0 * precision * recall / (precision + recall),
        unit="fine",
        arithmetic=f"2 x {precision:g} x {recall:g} / ({precision:g} + {recall:g}); the F1 needs a "
        f"recall of {f1 * precision / (2 * precision - f1):.3f} or a precision of "
        f"{f1 * recall / (2 * recall - f1):.3f}.",
        reading="All three are reported; the F1 target is the strictest.",
    )
