"""How often each cap, bound and fallback acted, with its share of what it acts on."""

from collections.abc import Sequence

from dipmaster.core.params import Execution, Sizing
from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Table, table, texts
from dipmaster.results.evaluation.sizing import SizingCounts


def tabulate_orders(counts: SizingCounts, sizing: Sizing) -> Table | None:
    """What acted on the orders of the phase before; None without orders."""
    lower, upper = numbers.ratio(sizing.min_scalar), numbers.ratio(sizing.max_scalar)
    rows = (
        ("Kelly fraction 0, not sent", counts.kelly_zero),
        ("Size of the previous phase", counts.size_of_phase_before),
        (f"Volatility scalar at its minimum, {lower}", counts.scalar_at_min),
        (f"Volatility scalar at its maximum, {upper}", counts.scalar_at_max),
        ("No volatility forecast", counts.no_forecast),
        ("A factor not known", counts.unknown_factor),
    )
    return _tabulate("Orders", rows, counts.orders)


def tabulate_trades(counts: SizingCounts, execution: Execution) -> Table | None:
    """What cut the trades last; None without trades."""
    capped = counts.capped_by_position, counts.capped_by_exposure, counts.capped_by_cash
    rows = (
        (f"Cut to {numbers.set_percent(execution.max_position_frac)} per position", capped[0]),
        (f"Cut to {numbers.set_percent(execution.max_exposure_frac)} in total", capped[1]),
        ("Cut to the cash available", capped[2]),
        ("Not cut", counts.trades - sum(capped)),
    )
    return _tabulate("Trades", rows, counts.trades)


def _tabulate(heading: str, rows: Sequence[tuple[str, int]], whole: int) -> Table | None:
    if not whole:
        return None
    columns = texts((f"{heading} ({numbers.count(whole)})", "l"), ("Number", ""), ("Share", "n"))
    return table(
        columns, [(name, numbers.count(n), numbers.percent(n / whole)) for name, n in rows]
    )
