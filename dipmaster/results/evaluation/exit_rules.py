"""How often each exit rule acted: exit types, thresholds passed, targets set, stops trailed."""

from dataclasses import dataclass, field

from dipmaster.results.fields import keyed


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRuleUse:
    """One exit type in the phase's trades.

    Attributes
    ----------
    on
        Whether the phase uses it.
    fills
        Sales by it, partial ones included.
    trades_frac
        Trades it was part of, of all; None without trades.
    net_pnl
        Of the trades it ended, quote currency; None for the partial exit, which ends none.
    mean_net_bps, win_rate
        Of the trades it was part of; None without any.
    mean_confidence
        Of its sales, where they have one; else None.
    """

    rule: str
    on: bool
    fills: int
    trades_frac: float | None
    net_pnl: float | None
    mean_net_bps: float | None
    win_rate: float | None
    mean_confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitProbabilityUse:
    """Scored closed bars above both thresholds, while the position is open.

    Without a prefix: of all candidates, left to the rules that are not models. ``traded_``:
    of those opened. ``held_``: those at which the phase still held what it opened.

    Attributes
    ----------
    full, partial
        Thresholds of the probability.
    max, traded_max, held_max
        Largest probability; None without rows.
    """

    full: float
    partial: float
    rows: int
    above_full: int
    above_partial: int
    max: float | None
    traded_rows: int
    traded_above_full: int
    traded_above_partial: int
    traded_max: float | None
    held_rows: int
    held_above_full: int
    held_above_partial: int
    held_max: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetClass:
    """Positions of one class, and the multiplier that it puts on the target."""

    class_: str = field(metadata=keyed("class"))
    multiplier: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFigures:
    """Targets as fractions of the entry price.

    Attributes
    ----------
    mean_frac, min_frac, max_frac
        None without positions.
    at_bound
        Positions whose multiplier is the smallest or largest allowed.
    """

    n: int
    mean_frac: float | None
    min_frac: float | None
    max_frac: float | None
    at_bound: int
    strength: tuple[TargetClass, ...]
    regime: tuple[TargetClass, ...]
    momentum: tuple[TargetClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailingFigures:
    """The trailing stop.

    Attributes
    ----------
    activated, stopped
        Positions in which it was active at a close, and that it ended.
    mean_distance_frac
        Over the closes at which it was active; None without any.
    lost
        Positions that it ended with a net loss, although its level covers the costs: the next
        bar opened below the level, or the spread had widened.
    worst_net_bps
        Net return of the worst position that it ended; None without any.
    """

    n: int
    activated: int
    stopped: int
    lost: int
    worst_net_bps: float | None
    mean_distance_frac: float | None
