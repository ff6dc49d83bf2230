"""How often the trailing stop became active and how often it ended the trade."""

import numpy as np

from dipmaster.backtest import ExitType, Trailing
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import Panel
from dipmaster.evaluation.figures.breakdowns import Record, mean_or_none
from dipmaster.evaluation.phases.exits.eligible_entries import Cases, in_groups
from dipmaster.evaluation.phases.exits.standalone import Alone


def trailing(
    panel: Panel, cases: Cases, phase_2: Alone, rule: Trailing | None, cap_bars: int
) -> dict[str, Record]:
    """Positions opened by phase 2, and all cases, each followed alone under its exits.

    Parameters
    ----------
    rule
        Phase 2's, its distance by bar, shape (symbols, bars); None where it is off.

    Returns
    -------
    dict
        `activated` counts positions with a closed bar at which the stop was active,
        `stopped` those it ended, `mean_distance_frac` is the mean over closed bars at
        which it was active.
    """
    active, distance = _activity(panel, cases, phase_2, rule, cap_bars)
    ended = phase_2.exit_type == int(ExitType.TRAILING_STOP)

    def measured(kept: Bools) -> Record:
        known = distance[kept][active[kept]]
        return {
            "n": int(kept.sum()),
            "activated": int(active[kept].any(axis=1).sum()),
            "stopped": int(ended[kept].sum()),
            "mean_distance_frac": mean_or_none(known[~np.isnan(known)]),
        }

    return in_groups(cases.opened, measured)


def _activity(
    panel: Panel, cases: Cases, phase_2: Alone, rule: Trailing | None, cap_bars: int
) -> tuple[Bools, Floats]:
    """Shape (cases, bars since entry): closed bars at which it was active, and its distance.

    A bar that touches a level ends the trade inside and does not count: the engine
    raises the level at the close of bars that were lived through.
    """
    panel = panel.traded
    bar = phase_2.entry_index[:, None] + np.arange(cap_bars)
    lived = bar < phase_2.exit_index[:, None]
    if rule is None:
        return np.zeros(lived.shape, dtype=np.bool_), np.full(lived.shape, np.nan)
    at = cases.symbol_index[:, None], np.minimum(bar, panel.bars - 1)
    high = np.where(lived, panel.high[at], np.nan)
    peak = np.fmax.accumulate(high, axis=1)
    entry = panel.open[cases.symbol_index, phase_2.entry_index]
    reached = peak >= (entry * (1.0 + rule.activation_frac))[:, None]
    return reached & lived & ~np.isnan(panel.close[at]), rule.distance_frac[at]
