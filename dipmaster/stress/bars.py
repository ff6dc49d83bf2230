"""Bars to logarithmic moves and back: what shocks are written in.

A bar is a gap from the last close to the open, a body from open to close, and two wicks. With
wicks of 0 or more any moves give bars whose high and low enclose open and close.
"""

from dataclasses import dataclass, replace

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import Panel

PRICES = ("open", "high", "low", "close")
FIELDS = (*PRICES, "volume", "half_spread_bps")
MOVES = ("gap", "body", "upper", "lower", "half_spread_bps", "volume", "missing")


@dataclass(frozen=True)
class BarMoves:
    """Bars of a window as moves; arrays of shape (symbols, bars).

    Attributes
    ----------
    start
        Shape (symbols,), last known close before the window; where there is none, the first
        open in it, and NaN where the coin has no bar at all.
    gap, body
        log(open / last known close) and log(close / open). On a bar that is missing both are
        0, or a body that a shock added: prices go on behind.
    upper, lower
        log(high / larger of open and close), log(smaller of them / low).
    half_spread_bps, volume
        As in the panel.
    missing
        No bar.
    """

    start: Floats
    gap: Floats
    body: Floats
    upper: Floats
    lower: Floats
    half_spread_bps: Floats
    volume: Floats
    missing: Bools

    @property
    def returns(self) -> Floats:
        """Logarithmic returns from known close to known close, 0 where there is no bar."""
        return self.gap + self.body

    def scale(self, factor: Floats) -> "BarMoves":
        """All moves times a factor that broadcasts to them."""
        names = ("gap", "body", "upper", "lower")
        return replace(self, **{name: getattr(self, name) * factor for name in names})

    def with_returns(self, returns: Floats) -> "BarMoves":
        """The same gaps and wicks with bodies that give other returns; shape of `returns`."""
        return replace(self, body=self.body + (returns - self.returns))

    def with_liquidity(self, spread_factor: Floats, volume_factor: Floats) -> "BarMoves":
        """Half-spread and volume times factors that broadcast to them."""
        return replace(
            self,
            half_spread_bps=self.half_spread_bps * spread_factor,
            volume=self.volume * volume_factor,
        )

    def until(self, bars: int, later: "BarMoves") -> "BarMoves":
        """These moves in the first bars, and from there on those of `later`."""
        parts = {
            name: np.concatenate((getattr(self, name)[:, :bars], getattr(later, name)[:, bars:]), 1)
            for name in MOVES
        }
        return replace(self, **parts)


def split_bars(panel: Panel, last_close: Floats) -> BarMoves:
    """Split the bars of a window into moves.

    Parameters
    ----------
    panel
        The window alone.
    last_close
        Shape (symbols,), NaN where a coin has no bar before the window.
    """
    missing = np.isnan(panel.close)
    with np.errstate(divide="ignore", invalid="ignore"):
        opened, high, low, close = (
            np.log(values) for values in (panel.open, panel.high, panel.low, panel.close)
        )
        start = np.where(np.isnan(last_close), _first_known(panel.open), last_close)
        before = _known_before(close, np.log(start))
    moves = (
        opened - before,
        close - opened,
        high - np.maximum(opened, close),
        np.minimum(opened, close) - low,
    )
    gap, body, upper, lower = (np.where(missing, 0.0, values) for values in moves)
    return BarMoves(start, gap, body, upper, lower, panel.half_spread_bps, panel.volume, missing)


def build_bars(panel: Panel, before: BarMoves, after: BarMoves) -> Panel:
    """Build the bars that moves describe; up to the first changed move they are the panel's own.

    Parameters
    ----------
    panel, before
        The untouched window and its moves.
    after
        Its moves under a shock.
    """
    fields = {
        **_build_prices(panel, before, after),
        "volume": after.volume,
        "half_spread_bps": after.half_spread_bps,
    }
    if after.missing.any():
        fields = {name: np.where(after.missing, np.nan, fields[name]) for name in FIELDS}
    values = (fields[name] for name in FIELDS)
    return replace(Panel(panel.symbols, panel.open_time, *values), funding_frac=panel.funding_frac)


def _build_prices(panel: Panel, before: BarMoves, after: BarMoves) -> dict[str, Floats]:
    unchanged = ~_changed(before, after)
    if unchanged.all():
        return {name: getattr(panel, name) for name in PRICES}
    close = np.log(after.start)[:, None] + np.cumsum(after.returns, axis=1)
    opened = close - after.body
    high = np.maximum(opened, close) + after.upper
    low = np.minimum(opened, close) - after.lower
    logs = zip(PRICES, (opened, high, low, close), strict=True)
    return {
        name: np.where(unchanged, getattr(panel, name), np.exp(values)) for name, values in logs
    }


def _changed(before: BarMoves, after: BarMoves) -> Bools:
    """Whether a move of this bar or of one before it was changed."""
    differs = np.zeros(before.gap.shape, dtype=np.bool_)
    for name in ("gap", "body", "upper", "lower"):
        if getattr(before, name) is not getattr(after, name):
            differs |= getattr(before, name) != getattr(after, name)
    changed: Bools = np.logical_or.accumulate(differs, axis=1)
    return changed


def _first_known(values: Floats) -> Floats:
    """First value of each row that is not NaN; NaN where all are."""
    first = np.argmax(~np.isnan(values), axis=1)
    return np.asarray(values[np.arange(values.shape[0]), first])


def _known_before(log_close: Floats, start: Floats) -> Floats:
    """Last known close before each bar, that of `start` before the first."""
    values = np.concatenate((start[:, None], log_close[:, :-1]), axis=1)
    return carry_forward(values)


def carry_forward(values: Floats) -> Floats:
    """Each row with its last known value where one is missing; NaN before the first."""
    place = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    carried: Floats = np.take_along_axis(values, np.maximum.accumulate(place, axis=1), axis=1)
    return carried
