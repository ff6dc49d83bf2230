"""Seeds to the bars at which shocks begin: at random, and while a trade was held."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Ints
from dipmaster.core.panel import Panel
from dipmaster.core.params import Stress
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.stress import ShockStart
from dipmaster.stress.account import PhaseAccount

_RANDOM, _POSITIONS, _PATHS = range(3)  # streams below `stress.seed`


@dataclass(frozen=True)
class ShockDate:
    """Where one window begins.

    Attributes
    ----------
    number
        From 0 on, of its start and phases.
    phases
        Numbers of the phases that are run on it.
    bar
        First bar of the window.
    trade
        Position in `PhaseAccount.positions`; -1 at a random date.
    coins
        All rows of the panel; that of the trade goes first.
    seed
        Of its random path.
    """

    number: int
    start: ShockStart
    phases: tuple[int, ...]
    bar: int
    trade: int
    coins: Ints
    seed: np.random.SeedSequence


def bars_with_room(panel: Panel, period: Period, stress: Stress) -> range:
    """Bars out of sample after which there is a whole window; empty where there is none."""
    start = (period.out_of_sample_ms - period.first_ms) // BAR_MS
    return range(start + 1, panel.bars - stress.window_days * BARS_PER_DAY + 1)


def draw_random_dates(
    room: range, coins: int, phases: tuple[int, ...], stress: Stress
) -> list[ShockDate]:
    """Draw bars uniformly: the same for every scenario and phase."""
    if not room:
        return []
    rng = _generator(stress, _RANDOM, 0)
    bars = rng.integers(room.start, room.stop, stress.dates)
    orders = [rng.permutation(coins) for _ in bars]
    return [
        ShockDate(n, "random date", phases, int(bar), -1, order, _path_seed(stress, _RANDOM, 0, n))
        for n, (bar, order) in enumerate(zip(bars, orders, strict=True))
    ]


def draw_position_dates(
    account: PhaseAccount, room: range, coins: int, stress: Stress
) -> list[ShockDate]:
    """Draw trades of the untouched run, and a bar inside the holding time of each.

    Every trade once before any is drawn again. A position that leaves at the next open is
    held in that bar too.
    """
    rng = _generator(stress, _POSITIONS, account.phase)
    spans = [
        (
            trade,
            max(one.entry_bar + 1, room.start),
            min(max(one.exit_bar - 1, one.entry_bar + 1), room.stop - 1),
        )
        for trade, one in enumerate(account.positions)
        if one.exit_bar > one.entry_bar
    ]
    spans = [span for span in spans if span[1] <= span[2]] if room else []
    if not spans:
        return []
    rounds = -(-stress.dates // len(spans))
    order = np.concatenate([rng.permutation(len(spans)) for _ in range(rounds)])[: stress.dates]
    dates = []
    for n, place in enumerate(order):
        trade, first, last = spans[place]
        bar, others = int(rng.integers(first, last + 1)), rng.permutation(coins)
        coin = account.positions[trade].coin
        rows = np.concatenate(([coin], others[others != coin]))
        seed = _path_seed(stress, _POSITIONS, account.phase, n)
        dates.append(ShockDate(n, "positions open", (account.phase,), bar, trade, rows, seed))
    return dates


def _generator(stress: Stress, stream: int, phase: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(stress.seed, spawn_key=(stream, phase)))


def _path_seed(stress: Stress, stream: int, phase: int, number: int) -> np.random.SeedSequence:
    """Of one window: a scenario that uses it and its milder twin have the same path."""
    key = (_PATHS, stream, phase, number)
    return np.random.SeedSequence(stress.seed, spawn_key=key)
