"""Exit rules of a run, and name, confidence and reason of every exit type.

Phase 0 uses stop, target, time limit and the quarter-hour exit; trailing stop,
exit score and partial exits are switched on by later phases.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats
from dipmaster.core.params import Exits


class ExitType(IntEnum):
    """Exit types; the names in lower case are those of table FILLS."""

    END_OF_DATA = 0
    STOP = 1
    TRAILING_STOP = 2
    TARGET = 3
    TIME_LIMIT = 4
    OPTIMAL_TIMING = 5
    PROFIT_TAKING = 6
    QUARTER_HOUR = 7


EXIT_NAMES: tuple[str, ...] = tuple(kind.name.lower() for kind in ExitType)

# Roadmap 2.1: stop 1.0, time limit 0.9, model exits their own probability (NaN here).
# Orders that rest in the book are as certain as the stop; the quarter-hour exit as the time limit.
EXIT_CONFIDENCE: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 0.9, np.nan, np.nan, 0.9)

EXIT_REASONS: tuple[str, ...] = (
    "data ended: closed at the last known price",
    "stop level touched",
    "trailing stop level touched",
    "price traded through the target",
    "maximum holding time reached",
    "exit probability above the threshold of a full exit",
    "exit probability above the threshold of a partial exit",
    "quarter hour with enough net profit",
)


@dataclass(frozen=True)
class TrailingStopRule:
    """Trailing stop: the peak's profit minus a distance, acting from the next bar.

    Attributes
    ----------
    distance_frac
        Fraction of the entry's reference price. Shape (entries,), or
        (symbols, bars) with the value known at the close of the bar. NaN: the
        level is not raised at that bar.
    activation_frac
        Profit at a bar's high from which the stop is active.
    break_even_floor
        Once active, never below the break-even price after
        costs (with the entry's half-spread, the later one being unknown).
    """

    distance_frac: Floats
    activation_frac: float = 0.006
    break_even_floor: bool = True


@dataclass(frozen=True)
class ScoreExitRule:
    """Exits on a score known at each bar's close, executed at the next traded open.

    Attributes
    ----------
    score
        Shape (entries, bars since entry); column 0 is the entry bar. NaN or a
        column that is not there: no decision.
    full, partial
        Strictly above: sell everything; sell `partial_frac` of it, once.
    partial_frac
        Share of the quantity that a partial exit sells.
    """

    score: Floats
    full: float = 0.8
    partial: float = 0.6
    partial_frac: float = 0.5


@dataclass(frozen=True)
class ExitRules:
    """Which rules a run uses beside each entry's own target, stop and time limit.

    Attributes
    ----------
    boundary_min_net_frac
        Net profit, costs of both sides included, over the reference notional at
        entry from which a clock quarter closes the position; None = off.
    trailing, score
        None = off.
    target_first
        Inside a bar that touches stop and target the target went first. What went first
        is not known; verdicts rest on the stop, and this gives the other reading.
    """

    boundary_min_net_frac: float | None
    trailing: TrailingStopRule | None = None
    score: ScoreExitRule | None = None
    target_first: bool = False

    @classmethod
    def phase_0(cls, exits: Exits) -> "ExitRules":
        """Stop, target, time limit and quarter-hour exit as in params.yaml."""
        return cls(boundary_min_net_frac=exits.boundary_min_net_frac)


class RuleScalars(NamedTuple):
    """`ExitRules` for kernels; NaN or infinity where a rule is off.

    `every_bar` says that something can be decided at any close, not only at
    boundaries and at the time limit.
    """

    every_bar: bool
    quarter_hour_min_net: float
    trail_activation: float
    break_even_floor: bool
    score_full: float
    score_partial: float
    partial_frac: float
    target_first: bool


class RuleArrays(NamedTuple):
    """The arrays of `ExitRules` for kernels; empty where a rule is off.

    Scores have shape (entries, bars since entry), distances of the trailing stop
    (entries,) or (symbols x bars,).
    """

    score: Floats
    by_entry: Floats
    by_bar: Floats


def build_rule_scalars(rules: ExitRules) -> RuleScalars:
    """Scalars of the rules; a rule that is off gets a value that never triggers."""
    quarter_hour, trailing, score = rules.boundary_min_net_frac, rules.trailing, rules.score
    return RuleScalars(
        every_bar=trailing is not None or score is not None,
        quarter_hour_min_net=np.nan if quarter_hour is None else float(quarter_hour),
        trail_activation=np.inf if trailing is None else float(trailing.activation_frac),
        break_even_floor=False if trailing is None else bool(trailing.break_even_floor),
        score_full=np.inf if score is None else float(score.full),
        score_partial=np.inf if score is None else float(score.partial),
        partial_frac=0.0 if score is None else float(score.partial_frac),
        target_first=bool(rules.target_first),
    )


def build_rule_arrays(rules: ExitRules, rows: int, panel_shape: tuple[int, int]) -> RuleArrays:
    """Arrays of the rules, checked against the number of entries and the panel.

    Raises
    ------
    DataError
        Where an array is aligned to something else.
    """
    score = np.empty((rows, 0)) if rules.score is None else rules.score.score
    if score.ndim != 2 or score.shape[0] != rows:
        raise _shape_error("ScoreExits.score", f"({rows}, bars since entry)", score)
    by_entry, by_bar = _split_distances(rules.trailing, rows, panel_shape)
    return RuleArrays(*(np.ascontiguousarray(a, np.float64) for a in (score, by_entry, by_bar)))


def _split_distances(
    trailing: TrailingStopRule | None, rows: int, panel_shape: tuple[int, int]
) -> tuple[Floats, Floats]:
    off = np.empty(0)
    if trailing is None:
        return off, off
    distance = trailing.distance_frac
    if distance.shape == (rows,):
        return distance, off
    if distance.shape == panel_shape:
        return off, distance.reshape(-1)
    raise _shape_error("Trailing.distance_frac", f"({rows},) or {panel_shape}", distance)


def _shape_error(where: str, expected: str, found: Floats) -> Exception:
    return data_error(
        where,
        f"shape {expected}",
        f"shape {found.shape}",
        "align it to the entries in the order in which they are handed over",
    )
