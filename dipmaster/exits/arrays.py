"""What the modules of the package hand to each other: positions, and rows of their closed bars."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Bools, Floats, Ints


@dataclass(frozen=True)
class Positions:
    """Positions to follow, arrays of shape (positions,), in any order.

    Attributes
    ----------
    symbol_index, signal_index
        Row of the panel, and position on its grid of the bar of the signal; the
        position opens at the next bar's open.
    target_frac, stop_frac
        From the entry's reference price.
    max_holding_bars
        Longest holding time.
    """

    symbol_index: Ints
    signal_index: Ints
    target_frac: Floats
    stop_frac: Floats
    max_holding_bars: Ints

    def __len__(self) -> int:
        return int(self.symbol_index.size)


@dataclass(frozen=True)
class ExitRows:
    """Closed bars of positions, in order of (position, held); arrays of shape (rows,).

    A position has a row for every traded bar it would be held up to the last at whose
    close something can still be decided, whatever ends it: with one rule off it
    lives longer. Neither `features` nor that there is a row is later than the close
    of `bar`.

    Attributes
    ----------
    position
        Index into `Positions`.
    bar
        Position on the panel's grid.
    held
        Bars closed since the entry's own bar, 0 at its close.
    features
        Shape (rows, len(EXIT_FEATURES)), float32, in the order of `EXIT_FEATURES`.
    """

    position: Ints
    bar: Ints
    held: Ints
    features: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return int(self.position.size)

    def take(self, chosen: Bools) -> "ExitRows":
        """Some of them, by a mask."""
        return ExitRows(
            self.position[chosen], self.bar[chosen], self.held[chosen], self.features[chosen]
        )


@dataclass(frozen=True)
class ExitLabels:
    """What came after each row, shape (rows,); known when the position's path has ended.

    Attributes
    ----------
    exit_net_frac
        Net return of a sale at the open of the next traded bar; NaN where there is none.
    hold_net_frac
        Net return left to the rules; NaN on rows after the path has ended.
    exit_beats_holding
        1 where the sale nets at least what holding nets, 0 where not, -1 where one is missing:
        the sign of the money between them.
    bars_to_best_exit
        Bars from that open to the exit that nets the most on the path.
    stop_before_target
        1 where the path ends at its fixed stop before the target, else 0; -1 not known.
    """

    exit_net_frac: Floats
    hold_net_frac: Floats
    exit_beats_holding: npt.NDArray[np.int8]
    bars_to_best_exit: Floats
    stop_before_target: npt.NDArray[np.int8]
