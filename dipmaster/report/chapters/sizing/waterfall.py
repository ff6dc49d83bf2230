"""One trade's size as a product, step by step: base, factors, caps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.results.evaluation.sizing import SizedTrade

FACTORS = {
    "vol_scalar": "× volatility",
    "regime_factor": "× regime",
    "spillover_factor": "× spillover",
    "intraday_factor": "× intraday",
}
KELLY, BEFORE, BASE = "Kelly fraction", "Size of phase 2", "Base size"
CAPS, OPENED = "Caps", "Opened"


@dataclass(frozen=True)
class SizeStep:
    """What one step does to the size, as fractions of equity.

    Attributes
    ----------
    text
        Its figure in print.
    is_level
        Whether it is a size and not a change of one.
    """

    name: str
    before: float
    after: float
    text: str
    is_level: bool = False


@dataclass(frozen=True)
class Explained:
    """One trade that is shown; `picks` says why."""

    picks: str
    trade: SizedTrade

    @property
    def title(self) -> str:
        """In print."""
        return f"{numbers.capital(self.picks)}: {self.trade.symbol}"

    @property
    def time(self) -> str:
        """Open time of the signal's bar."""
        return numbers.minute(self.trade.signal_time)


def select(trades: Sequence[SizedTrade]) -> list[Explained]:
    """Each trade once, with all that it was picked for."""
    picks: dict[int, list[str]] = {}
    for one in trades:
        picks.setdefault(one.candidate_id, []).append(one.pick)
    by_id = {one.candidate_id: one for one in trades}
    return [Explained(", ".join(names), by_id[key]) for key, names in picks.items()]


def name_base(trades: Sequence[SizedTrade]) -> str:
    """What the first step is, of all trades shown."""
    sized = {one.kelly is not None for one in trades}
    return BASE if len(sized) > 1 else KELLY if True in sized else BEFORE


def build_steps(trade: SizedTrade, base_name: str) -> list[SizeStep]:
    """From the base to what was opened; a factor that was not used is 1 and has a dash."""
    factors = {name: getattr(trade, key) for key, name in FACTORS.items()}
    product = math.prod(factor for factor in factors.values() if factor is not None)
    base = trade.kelly
    if base is None:
        base = trade.size_frac / product if product else trade.size_frac
    steps = [SizeStep(base_name, 0.0, base, numbers.percent(base, 2), is_level=True)]
    size = base
    for name, factor in factors.items():
        after = size if factor is None else size * factor
        text = numbers.MISSING if factor is None else f"× {numbers.ratio(factor)}"
        steps.append(SizeStep(name, size, after, text))
        size = after
    opened, cap = trade.weight_frac, trade.binding_cap
    steps.append(SizeStep(CAPS, size, opened, "none" if cap == "none" else cap))
    return [*steps, SizeStep(OPENED, 0.0, opened, numbers.percent(opened, 2), is_level=True)]
