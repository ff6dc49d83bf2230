"""Through the phases: other bars after t, and no size up to t changes by a bit.

Planted leaks have to be found, by the sizes that change and by the phase's own checks.
"""

from collections.abc import Callable

import numpy as np
import pytest

from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.phases.sizing import orders
from dipmaster.evaluation.phases.sizing.integrity import check_sizes
from dipmaster.sizing import KnownOutcomes, build_outcomes

COMPONENTS = (
    "size_frac", "kelly", "p", "p_outcomes", "payoff", "payoff_outcomes", "vol_scalar",
    "forecast_annual_frac", "regime_factor", "spillover_factor", "intraday_factor",
)  # fmt: skip


def sizes_until(phase, bar: int) -> bytes:
    """Every component of every order decided by the close of a bar, missing ones included."""
    entries = phase.orders.entries
    past = entries.signal_index <= bar
    columns = [entries.candidate_id, *(entries.sizing[name] for name in COMPONENTS)]
    return b"".join(np.ascontiguousarray(column[past]).tobytes() for column in columns)


def cuts(traded) -> list[int]:
    """At a signal out of sample, inside its position, and at a refit (1 February)."""
    signal = traded[3].orders.entries.signal_index
    late = int(signal[signal.size * 3 // 4])
    return [late, late + 3, 31 * 288 - 1]


def differs(sized, bar: int) -> bool:
    one, other = (world.completed()[3] for world in (sized, sized.later(bar)))
    return sizes_until(one, bar) != sizes_until(other, bar)


def test_later_bars_change_no_size_before_them(sized, traded) -> None:
    for bar in cuts(traded):
        other = sized.later(bar).completed()[3]
        assert sizes_until(traded[3], bar) == sizes_until(other, bar)
        assert sizes_until(traded[3], 10**6) != sizes_until(other, 10**6)
        time = sized.world.panel.open_time[bar]
        fills = [one.ledger.fills for one in (traded[3], other)]
        ms = [f["time"].astype("int64").to_numpy() for f in fills]
        past = [f[t <= time].reset_index(drop=True) for f, t in zip(fills, ms, strict=True)]
        assert len(past[0]) > 50
        assert past[0].equals(past[1])


def own_outcome_known(patch: pytest.MonkeyPatch) -> None:
    """An outcome counts from its own signal's close: the payoff knows trades not yet ended."""

    def collect(panel, standalone, confidence, regime):
        usable = standalone.tradable & ~standalone.open_at_end & ~np.isnan(confidence)
        closed = panel.open_time[np.where(usable, standalone.entry_index, 1) - 1] + BAR_MS
        return build_outcomes(usable, closed, confidence, regime, standalone.net_frac)

    patch.setattr(orders, "collect_outcomes", collect)


def recalibrated_on_all(patch: pytest.MonkeyPatch) -> None:
    """Every recalibration learns from every outcome."""
    honest = KnownOutcomes.count_known

    def count(known: KnownOutcomes, moment_ms):
        everything = np.full(moment_ms.size, known.known_ms.size)
        return everything if moment_ms.size < 6 else honest(known, moment_ms)

    patch.setattr(KnownOutcomes, "count_known", count)  # refits are few, orders many


def forecast_of_the_next_bar(patch: pytest.MonkeyPatch) -> None:
    """The volatility that scales is the one known five minutes later."""
    honest = orders.build_features

    def build(panel, inputs, entries):
        ahead = inputs.forecast_daily_frac[entries.symbol_index, entries.signal_index + 1]
        from dataclasses import replace

        return replace(honest(panel, inputs, entries), forecast_daily_frac=ahead.astype(float))

    patch.setattr(orders, "build_features", build)


@pytest.mark.parametrize(
    ("leak", "cut", "broken"),
    [
        (own_outcome_known, 0, {2, 3}),
        (recalibrated_on_all, 2, {2, 3}),
        (forecast_of_the_next_bar, 0, {1}),
    ],
)
def test_planted_leaks_are_found(
    sized, traded, monkeypatch, leak: Callable[[pytest.MonkeyPatch], None], cut: int,
    broken: set[int],
) -> None:  # fmt: skip
    """A check that cannot fail proves nothing."""
    bar = cuts(traded)[cut]
    leak(monkeypatch)
    assert differs(sized, bar)
    phases = sized.completed()
    checks = check_sizes(sized.context(), sized.inputs, phases[2], phases[3].ledger)
    assert broken == {at for at, check in enumerate(checks) if not check.passed}
