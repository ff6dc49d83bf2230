"""How often the trailing stop became active and how often it ended the trade."""

import numpy as np

from dipmaster.backtest import ExitType, TrailingStopRule
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import Panel
from dipmaster.core.wins import is_loss
from dipmaster.evaluation.figures.breakdowns import mean_or_none
from dipmaster.evaluation.phases.exits.subsets import by_subset
from dipmaster.evaluation.standalone import EligibleEntries, StandaloneTrades
from dipmaster.results.common import BySubset
from dipmaster.results.evaluation.exit_rules import TrailingFigures


def measure_trailing(
    panel: Panel,
    entries: EligibleEntries,
    opened: Bools,
    phase: StandaloneTrades,
    rule: TrailingStopRule | None,
    max_holding_bars: int,
) -> BySubset[TrailingFigures]:
    """Positions opened by the phase, and all entries, as standalone trades under its exits.

    Parameters
    ----------
    rule
        The phase's, its distance by bar, shape (symbols, bars); None where it is off.

    Returns
    -------
    BySubset
        `activated` counts positions with a closed bar at which the stop was active,
        `stopped` those it ended; `lost` and `worst_net_bps` are of these. `mean_distance_frac`
        is the mean over closed bars at which it was active.
    """
    active, distance = _activity(panel, entries, phase, rule, max_holding_bars)
    ended = phase.exit_type == int(ExitType.TRAILING_STOP)

    def measure(subset: Bools) -> TrailingFigures:
        known, net = distance[subset][active[subset]], phase.net_frac[subset & ended]
        return TrailingFigures(
            n=int(subset.sum()),
            activated=int(active[subset].any(axis=1).sum()),
            stopped=int(ended[subset].sum()),
            lost=int(np.sum(is_loss(net))),
            worst_net_bps=1e4 * float(net.min()) if net.size else None,
            mean_distance_frac=mean_or_none(known[~np.isnan(known)]),
        )

    return by_subset(opened, measure)


def _activity(
    panel: Panel,
    entries: EligibleEntries,
    phase: StandaloneTrades,
    rule: TrailingStopRule | None,
    max_holding_bars: int,
) -> tuple[Bools, Floats]:
    """Shape (entries, bars since entry): closed bars at which it was active, and its distance.

    A bar that touches a level ends the trade inside and does not count: the engine
    raises the level at the close of bars that were lived through.
    """
    panel = panel.traded
    bar = phase.entry_index[:, None] + np.arange(max_holding_bars)
    lived = bar < phase.exit_index[:, None]
    if rule is None:
        return np.zeros(lived.shape, dtype=np.bool_), np.full(lived.shape, np.nan)
    at = entries.symbol_index[:, None], np.minimum(bar, panel.bars - 1)
    high = np.where(lived, panel.high[at], np.nan)
    peak = np.fmax.accumulate(high, axis=1)
    entry = panel.open[entries.symbol_index, phase.entry_index]
    reached = peak >= (entry * (1.0 + rule.activation_frac))[:, None]
    return reached & lived & ~np.isnan(panel.close[at]), rule.distance_frac[at]
