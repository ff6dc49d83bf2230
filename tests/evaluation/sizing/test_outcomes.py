"""When the outcome of a candidate is known: at the close of the bar in which its trade ended."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.phases.sizing.orders import collect_outcomes


@pytest.fixture
def standalone(traded):
    return traded[2].standalone


def test_known_at_the_close_of_the_bar_of_the_exit(sized, standalone) -> None:
    """The world's candidates never overlap, so that its sizes alone would not show a bar less."""
    n = standalone.tradable.size
    confidence, regime = np.linspace(0.2, 0.9, n), np.zeros(n, np.int64)
    known = collect_outcomes(sized.world.panel, standalone, confidence, regime)
    counts = np.flatnonzero(standalone.tradable & ~standalone.open_at_end)
    ends = sized.world.panel.open_time[standalone.exit_index[counts]] + BAR_MS
    assert (standalone.exit_index[counts] > standalone.entry_index[counts]).sum() > 100
    order = np.argsort(ends, kind="stable")
    assert known.known_ms.tolist() == ends[order].tolist()
    assert known.confidence.tolist() == confidence[counts][order].tolist()
    assert known.net_frac.tolist() == standalone.net_frac[counts][order].tolist()


def test_unscored_unfilled_and_unended_candidates_are_no_outcomes(sized, standalone) -> None:
    n = standalone.tradable.size
    confidence, regime = np.full(n, 0.5), np.zeros(n, np.int64)
    rows = np.flatnonzero(standalone.tradable & ~standalone.open_at_end)[:3]
    tradable, open_at_end = standalone.tradable.copy(), standalone.open_at_end.copy()
    confidence[rows[0]], tradable[rows[1]], open_at_end[rows[2]] = np.nan, False, True
    fewer = replace(standalone, tradable=tradable, open_at_end=open_at_end)
    whole = collect_outcomes(sized.world.panel, standalone, np.full(n, 0.5), regime)
    known = collect_outcomes(sized.world.panel, fewer, confidence, regime)
    assert known.known_ms.size == whole.known_ms.size - 3
