"""Costs and capacity of every phase: lines of tables with the phases as columns."""

from collections.abc import Callable, Iterable, Sequence

from dipmaster.report.kit import gross_to_net, numbers
from dipmaster.report.kit.gross_to_net import GrossToNet
from dipmaster.report.kit.phase_table import Line
from dipmaster.results.evaluation.phase import PhaseFigures

Lines = Sequence[Line[PhaseFigures]]


def account(*, has_funding: bool) -> Lines:
    """Gross to net, mean per trade and in total; parts add up."""
    parts: list[tuple[str, Callable[[GrossToNet], float]]] = [
        ("Gross", lambda one: one.gross),
        ("Fees", lambda one: -one.fees),
        ("Half-spread", lambda one: -one.half_spread),
        ("Slippage", lambda one: -one.slippage),
        *([("Funding", _funding)] if has_funding else []),
        ("Net", lambda one: one.net),
    ]
    return [_line(name, part) for name, part in parts]


def _funding(one: GrossToNet) -> float:
    return -one.funding


def _line(name: str, part: Callable[[GrossToNet], float]) -> Line[PhaseFigures]:
    def show(phase: PhaseFigures) -> str:
        trade = gross_to_net.per_trade(phase.per_trade)
        mean = numbers.MISSING if trade is None else numbers.bps(part(trade))
        total = numbers.money(part(gross_to_net.in_money(phase.money)), signed=True)
        return f"{mean} / {total}"

    return name, show


BREAK_EVEN: Lines = (
    ("Cost per side", lambda phase: _bps(phase.costs.cost_bps_per_side)),
    ("Break-even cost per side", lambda phase: _bps(phase.costs.break_even_bps_per_side)),
    ("Break-even cost / cost", lambda phase: _multiple(phase)),
)


def _bps(value: float | None) -> str:
    return numbers.bps(value, signed=False)


def _multiple(phase: PhaseFigures) -> str:
    cost, even = phase.costs.cost_bps_per_side, phase.costs.break_even_bps_per_side
    return numbers.ratio(None if not cost or even is None else even / cost)


def capacity(phases: Iterable[PhaseFigures]) -> Lines:
    """Order size against the volume of the entry bar, and the account sizes it allows."""
    levels = [level.participation_frac for level in next(iter(phases)).costs.capacity.levels]
    return [
        ("Trades with known volume", lambda phase: numbers.count(phase.costs.capacity.trades)),
        (
            "Order / bar volume, median",
            lambda phase: numbers.percent(phase.costs.capacity.participation_p50_frac),
        ),
        (
            "Order / bar volume, 95th percentile",
            lambda phase: numbers.percent(phase.costs.capacity.participation_p95_frac),
        ),
        (
            "Order / bar volume, maximum",
            lambda phase: numbers.percent(phase.costs.capacity.participation_max_frac),
        ),
        *(_account_size(place, frac) for place, frac in enumerate(levels)),
    ]


def _account_size(place: int, frac: float) -> Line[PhaseFigures]:
    return (
        f"Account size at {100 * frac:g}{numbers.NBSP}% of volume",
        lambda phase: numbers.money(phase.costs.capacity.levels[place].account_size),
    )
